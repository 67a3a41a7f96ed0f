"""The C API as another language sees it: what a program writes to the file by Python's own sqlite3
is pending, told of, and synced. usage: smoke.py (see run.mjs, which sets the environment)"""

import os
import re
import sqlite3
import tempfile
import threading
import time
import unittest
from pathlib import Path

from library import Client, Fault, Options, library

CLOSED_PORT = os.environ["TIDEMARK_CLOSED_URL"]
WORKER = os.environ.get("TIDEMARK_TEST_URL")
ANN, BOB = os.environ.get("TIDEMARK_TEST_TOKENS", ",").split(",")
ERRORS = Path(__file__).parents[3] / "sdk/include/tidemark/errors.def"
SCHEMA = "CREATE TABLE todos (id TEXT PRIMARY KEY, title TEXT, done INTEGER, UNIQUE (title))"
TITLE = "Milk \U0001f600 \"\u2028"


class Files(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def database(self, name="app.db"):
        database = sqlite3.connect(self.folder / name, isolation_level=None)
        self.addCleanup(database.close)
        database.execute(SCHEMA)
        return database

    def open(self, name="app.db", url=CLOSED_PORT, token=None, **options):
        client = Client(self.folder / name, url, ["todos"], token, **options)
        self.addCleanup(client.close)
        return client

    def refused(self, code, call, *arguments, **options):
        with self.assertRaises(Fault) as caught:
            call(*arguments, **options)
        self.assertEqual(caught.exception.name, code, caught.exception)
        return caught.exception.detail


class Alone(Files):
    def test_every_error_has_its_name_and_message(self):
        listed = re.findall(r'^TIDEMARK_ERROR\((\w+), (\d+), \w+, "(.*?)"', ERRORS.read_text(), re.M)
        self.assertGreater(len(listed), 30)
        for name, number, message in listed:
            self.assertEqual(library.tidemark_error_name(int(number)).decode(), name)
            self.assertEqual(library.tidemark_error_message(int(number)).decode(), message)
        for number in (9_999, -1, 0x10000):
            self.assertEqual(library.tidemark_error_name(number), b"internal")
        self.assertRegex(library.tidemark_version().decode(), r"^\d+\.\d+\.\d+$")

    def test_a_row_is_pending_until_the_endpoint_has_it(self):
        database = self.database()
        client = self.open(device="python")
        database.execute("INSERT INTO todos VALUES ('k', ?, 0)", [TITLE])
        self.refused("network", client.sync)
        status = client.status()
        self.assertEqual((status.pending, status.last_synced_at), (1, 0))
        self.assertEqual(library.tidemark_error_name(status.error), b"network")
        pending = client.json("pending")
        self.assertEqual([(each["table"], each["id"]) for each in pending], [("todos", '"k"')])
        self.assertEqual(pending[0]["operations"], ["create"])
        self.assertEqual(pending[0]["row"], {"id": "k", "title": TITLE, "done": 0})
        everything = client.json("export")
        self.assertEqual((everything["version"], everything["device"]), (1, "python"))
        self.assertEqual((everything["changes"], everything["deadLetters"]), (pending, []))
        self.refused("account_pending", client.call, "switch_account", 0)
        client.call("switch_account", 1)
        self.assertEqual(database.execute("SELECT count(*) FROM todos").fetchone(), (0,))

    def test_new_ids_are_new(self):
        self.database()
        client = self.open(device="desk")
        ids = {client.text("new_id") for _ in range(100)}
        self.assertEqual(len(ids), 100)
        for each in ids:
            self.assertRegex(each, r"^desk-.+-.+$")

    def test_what_cannot_be_opened_is_left_as_it_is(self):
        self.refused("storage_unavailable", self.open, "missing.db")
        self.assertFalse((self.folder / "missing.db").exists())
        damaged = self.folder / "damaged.db"
        damaged.write_bytes(b"no database at all" * 100)
        self.refused("storage_damaged", self.open, "damaged.db")
        self.assertEqual(damaged.read_bytes(), b"no database at all" * 100)
        self.database()
        self.refused("bad_input", self.open, url="ftp://example.com")
        self.refused("bad_input", self.open, url=CLOSED_PORT, ca_file="/no/such/file.pem")
        detail = self.refused("table_unsupported", Client, self.folder / "app.db", CLOSED_PORT, ["x"])
        self.assertIn("x", detail)
        self.refused("bad_input", Client, self.folder / "app.db", CLOSED_PORT, [])
        self.refused("bad_input", self.open, merge=7)

    def test_nonsense_is_an_error(self):
        self.database()
        client = self.open()
        self.refused("bad_input", client.call, "retry", 7)
        self.refused("bad_input", client.call, "discard", 7)
        self.refused("bad_input", client.call, "unsubscribe", 7)
        for loss in (None, b"", b"{", b"[]", b'{"table":"todos","id":"k"}'):
            self.refused("bad_input", client.call, "undo", loss)
        self.refused("bad_input", client.sync, -1)
        self.refused("bad_input", client.call, "pending", None)
        self.assertEqual(library.tidemark_error_name(library.tidemark_start(None)), b"bad_input")
        self.assertEqual(library.tidemark_error_name(library.tidemark_open(None, None)), b"bad_input")
        too_old = Options(size=8, path=b"x", url=CLOSED_PORT.encode())
        handle = type(client.handle)()
        code = library.tidemark_open(too_old, handle)
        self.assertEqual(library.tidemark_error_name(code), b"bad_input")
        self.assertIsNone(handle.value)
        library.tidemark_close(None)
        library.tidemark_free(None)

    def test_listeners_are_told_until_they_end(self):
        database = self.database()
        client = self.open()
        told, news = [], threading.Event()

        def listener(status):
            told.append(status.pending)
            if status.pending > 0:
                news.set()

        number = client.subscribe(listener)
        self.assertEqual(told, [0])
        client.call("start")
        database.execute("INSERT INTO todos VALUES ('k', 'Milk', 0)")
        client.call("poke")
        self.assertTrue(news.wait(60))
        client.unsubscribe(number)
        before = len(told)
        database.execute("DELETE FROM todos")
        self.refused("network", client.sync)
        client.call("stop")
        self.assertEqual(len(told), before)


@unittest.skipUnless(WORKER, "no Worker")
class Together(Files):
    def device(self, name, token=lambda refresh: ANN):
        return self.database(name), self.open(name, WORKER, token)

    def rows(self, *databases):
        return [db.execute("SELECT * FROM todos ORDER BY id").fetchall() for db in databases]

    def test_two_devices(self):
        first, one = self.device("one.db")
        second, two = self.device("two.db")
        first.execute("INSERT INTO todos VALUES ('k', ?, 0)", [TITLE])
        one.sync()
        two.sync()
        self.assertEqual(self.rows(second), [[("k", TITLE, 0)]])
        self.assertEqual((two.status().pending, two.json("pending")), (0, []))
        self.assertGreater(one.status().last_synced_at, 1_600_000_000_000)

        # The later of two writes stays; the other one can be had again.
        first.execute("UPDATE todos SET title = 'of one'")
        time.sleep(0.5)  # of more than the clocks of two devices differ, each after its own requests
        second.execute("UPDATE todos SET title = 'of two', done = 1")
        for client in (two, one, two):
            client.sync()
        self.assertEqual(self.rows(first, second), [[("k", "of two", 1)]] * 2)
        losses = one.text("losses")
        lost = one.json("losses")
        self.assertEqual([each["row"] for each in lost], [{"title": "of one"}], losses)
        one.call("undo", losses.strip("[]").encode())
        self.assertEqual(one.json("losses"), [])
        one.sync()
        two.sync()
        self.assertEqual(self.rows(first, second), [[("k", "of one", 1)]] * 2)

        # What the other file has no room for is refused there, and told.
        first.execute("INSERT INTO todos VALUES ('a', 'same', 0)")
        second.execute("INSERT INTO todos VALUES ('b', 'same', 0)")
        one.sync()
        two.sync()
        letters = two.json("dead_letters")
        self.assertEqual([each["code"] for each in letters], ["constraint"])
        self.assertEqual(two.status().dead_letters, 1)
        two.call("discard", letters[0]["id"])
        self.assertEqual(two.json("dead_letters"), [])

    def test_verify_finds_both_the_same(self):
        database, client = self.device("one.db", lambda refresh: BOB)
        client.sync()
        database.executemany("INSERT INTO todos VALUES (?, ?, 0)", [(f"v{i}", i) for i in range(50)])
        client.sync()
        table = client.json("verify")["tables"]["todos"]
        self.assertGreaterEqual(table["equal"], 50)
        self.assertEqual(table["differing"], 0)

    def test_nobody_is_signed_in(self):
        asked = []
        _, client = self.device("one.db", asked.append)
        self.refused("unauthorized", client.sync)
        self.assertIn(False, asked)
        _, stranger = self.device("two.db", lambda refresh: asked.append(refresh) or "wrong")
        self.refused("unauthorized", stranger.sync)
        self.assertIn(True, asked)


if __name__ == "__main__":
    run = unittest.main(verbosity=2, exit=False).result
    failed = len(run.failures) + len(run.errors)
    print(f"{run.testsRun - failed - len(run.skipped)} passed, {failed} failed", flush=True)
    raise SystemExit(0 if run.wasSuccessful() else 1)
