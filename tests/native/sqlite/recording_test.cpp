// What is recorded of whatever writes the file, and what leaves no trace.
#include <algorithm>
#include <catch2/catch_test_macros.hpp>

#include "support.h"

using namespace tidemark;
using namespace support;

namespace {

constexpr const char* kTodos =
    "CREATE TABLE todos (id TEXT PRIMARY KEY, title TEXT, done INT, slug TEXT UNIQUE);"
    "INSERT INTO todos VALUES ('a', 'Milk', 0, 'milk'), ('b', 'Bread', 0, 'bread')";

Texts recorded_of(const std::string& sql) {
  App app;
  app.run(kTodos);
  const auto store = synced(app, {"todos"});
  app.run(sql);
  return recorded(*store);
}

}  // namespace

TEST_CASE("every kind of write is recorded for what it did") {
  CHECK(recorded_of("UPDATE todos SET title = 'Tea', done = 0 WHERE id = 'a'") ==
        Texts{"todos \"a\" title"});
  CHECK(recorded_of("UPDATE todos SET title = title").empty());
  CHECK(recorded_of("REPLACE INTO todos VALUES ('a', 'Milk', 1, 'milk')") ==
        Texts{"todos \"a\" done"});
  CHECK(recorded_of("REPLACE INTO todos VALUES ('c', 'Tea', 0, 'milk')") ==
        Texts{"todos \"a\" deleted", "todos \"c\" created"});
  CHECK(recorded_of("INSERT INTO todos (id, title) VALUES ('a', 'Tea') "
                    "ON CONFLICT DO UPDATE SET title = excluded.title") ==
        Texts{"todos \"a\" title"});
  CHECK(recorded_of("UPDATE todos SET id = 'z' WHERE id = 'a'") ==
        Texts{"todos \"a\" deleted", "todos \"z\" created"});
  CHECK(recorded_of("DELETE FROM todos") == Texts{"todos \"a\" deleted", "todos \"b\" deleted"});
}

TEST_CASE("cascades are recorded, and a page is applied without them") {
  App app;
  app.run(
      "PRAGMA foreign_keys = ON; CREATE TABLE lists (id TEXT PRIMARY KEY);"
      "CREATE TABLE items (id TEXT PRIMARY KEY, list TEXT REFERENCES lists ON DELETE CASCADE);"
      "INSERT INTO lists VALUES ('l'); INSERT INTO items VALUES ('i', 'l')");
  const auto store = synced(app, {"lists", "items"});
  app.run("DELETE FROM lists");
  CHECK(recorded(*store) == Texts{"items \"i\" deleted", "lists \"l\" deleted"});
  settle(*store);
  // A row that refers to what has not come.
  pull(*store, {whole("items", "\"j\"", {{"id", "\"j\""}, {"list", "\"later\""}})});
  CHECK(app.one("SELECT list FROM items") == "later");
  CHECK(recorded(*store).empty());
  CHECK(app.one("PRAGMA foreign_keys") == "1");
}

TEST_CASE("REPLACE is recorded for what it did, whatever else is between its note and its write") {
  const auto of = [](const std::string& sql) {
    App app;
    app.run(
        "PRAGMA foreign_keys = ON; CREATE TABLE p (id INTEGER PRIMARY KEY, n TEXT UNIQUE, x);"
        "CREATE TABLE c (id TEXT PRIMARY KEY, p REFERENCES p ON DELETE CASCADE);"
        "CREATE TABLE s (k TEXT PRIMARY KEY, u UNIQUE);"
        "INSERT INTO p VALUES (2, 'b', 'old'), (4, 'a', 'x'); INSERT INTO c VALUES ('k', 2);"
        "INSERT INTO s VALUES ('a', 1), ('b', 2)");
    const auto store = synced(app, {"p", "c", "s"});
    app.run(sql);
    Texts found = recorded(*store);
    std::sort(found.begin(), found.end());
    return found;
  };
  const std::string gone = "c \"k\" deleted";
  CHECK(of("REPLACE INTO p VALUES (2, 'b', 'new')") == Texts{gone, "p 2 x"});
  CHECK(of("REPLACE INTO p VALUES (3, 'b', 'new')") == Texts{gone, "p 2 deleted", "p 3 created"});
  CHECK(of("UPDATE OR REPLACE p SET n = 'b' WHERE id = 4") == Texts{gone, "p 2 deleted", "p 4 n"});
  CHECK(of("UPDATE OR REPLACE s SET k = 'z', u = 1 WHERE k = 'b'") ==
        Texts{"s \"a\" deleted", "s \"b\" deleted", "s \"z\" created"});
}

TEST_CASE("what is rolled back leaves nothing, in savepoints as well") {
  App app;
  app.run(kTodos);
  const auto store = synced(app, {"todos"});
  app.run("BEGIN; DELETE FROM todos; ROLLBACK");
  CHECK(recorded(*store).empty());
  app.run(
      "BEGIN; UPDATE todos SET done = 1 WHERE id = 'a'; SAVEPOINT s; DELETE FROM todos;"
      "ROLLBACK TO s; RELEASE s; COMMIT");
  CHECK(recorded(*store) == Texts{"todos \"a\" done"});
}

TEST_CASE("a transaction that the app holds open is an error that may pass, and is left alone") {
  App app;
  app.run(kTodos);
  const auto store = synced(app, {"todos"});
  app.run("BEGIN; UPDATE todos SET done = 1");
  const auto outbox = store->read_outbox(10);
  CHECK(outbox.error().code == Errc::store_failed);
  CHECK(is_retryable(outbox.error().code));
  CHECK(store->written_since(0).error().code == Errc::store_failed);
  app.run("ROLLBACK");
  CHECK(recorded(*store).empty());
}

TEST_CASE("the plain sqlite3 shell is recorded, and a store over the file reads it") {
  const File file;
  App(file.path()).run(kTodos);
  auto store = sqlite_store(file.path(), {"todos"});
  settle(*store);
  in_shell(file, "UPDATE todos SET done = 1 WHERE id = 'a'; DELETE FROM todos WHERE id = 'b';");
  CHECK(recorded(*store) == Texts{"todos \"a\" done", "todos \"b\" deleted"});
  const auto first = store->written_since(0);
  REQUIRE(first->count == 2);
  CHECK(store->written_since(first->entry)->count == 0);
  store.reset();
  in_shell(file, "INSERT INTO todos (id) VALUES ('c');");
  store = sqlite_store(file.path(), {"todos"});
  CHECK(recorded(*store).back() == "todos \"c\" created");
  // The shell knows no store, and the stamps rise all the same.
  const auto writes = store->read_outbox(10)->writes;
  CHECK(writes[0].columns.registered < writes[1].columns.registered);
  CHECK(writes[1].columns.registered < writes[2].columns.registered);
}

TEST_CASE("a file that is attached under another name is recorded") {
  const File file;
  App(file.path()).run(kTodos);
  const auto store = sqlite_store(file.path(), {"todos"});
  settle(*store);
  App other;
  other.run("ATTACH '" + file.path() + "' AS elsewhere");
  other.run("UPDATE elsewhere.todos SET done = 1 WHERE id = 'a'");
  CHECK(recorded(*store) == Texts{"todos \"a\" done"});
}

TEST_CASE("a file becomes WAL, and is read and written by others meanwhile") {
  const File file;
  App app(file.path());
  app.run(kTodos);
  const auto store = sqlite_store(file.path(), {"todos"});
  settle(*store);
  // A connection learns of it when it reads.
  CHECK(app.one("SELECT count(*) FROM todos") == "2");
  CHECK(app.one("PRAGMA journal_mode") == "wal");
  // A reader that stays does not stop the store.
  app.run("BEGIN");
  CHECK(app.one("SELECT count(*) FROM todos") == "2");
  pull(*store, {whole("todos", "\"n\"", {{"id", "\"n\""}})});
  CHECK(app.one("SELECT count(*) FROM todos") == "2");
  app.run("COMMIT");
  CHECK(app.one("SELECT count(*) FROM todos") == "3");
  const File plain;
  App(plain.path()).run(kTodos);
  SqliteOptions options;
  options.wal = false;
  REQUIRE(sqlite_store(plain.path(), {"todos"}, options)->load().ok());
  CHECK(App(plain.path()).one("PRAGMA journal_mode") == "delete");
}

TEST_CASE("columns come and go, and the triggers follow") {
  App app;
  app.run(kTodos);
  const auto store = synced(app, {"todos"});
  app.run("ALTER TABLE todos ADD COLUMN note TEXT");
  CHECK(recorded(*store).empty());
  app.run("UPDATE todos SET note = 'new' WHERE id = 'a'");
  CHECK(recorded(*store) == Texts{"todos \"a\" note"});
  settle(*store);
  const auto done = sqlite_migrate(app.connection(), [&]() -> Outcome<Done> {
    app.run("ALTER TABLE todos DROP COLUMN done");
    return Done{};
  });
  CHECK(done.ok());
  app.run("UPDATE todos SET note = 'newer' WHERE id = 'a'");
  CHECK(recorded(*store) == Texts{"todos \"a\" note"});
  const auto failed = sqlite_migrate(app.connection(), [&]() -> Outcome<Done> {
    app.run("ALTER TABLE todos DROP COLUMN note");
    return Error{Errc::bad_input, "the app has changed its mind"};
  });
  CHECK(failed.error().code == Errc::bad_input);
  CHECK(app.one("SELECT note FROM todos WHERE id = 'a'") == "newer");
}

TEST_CASE("triggers of the app fire for a page by choice") {
  const auto counts = [](AppTriggers triggers) {
    App app;
    app.run(
        "CREATE TABLE t (id TEXT PRIMARY KEY, n); CREATE TABLE seen (id);"
        "CREATE TRIGGER mirror AFTER INSERT ON t BEGIN INSERT INTO seen VALUES (new.id); END;"
        "CREATE TRIGGER touch AFTER INSERT ON t BEGIN UPDATE t SET n = 1 WHERE id = new.id; END");
    SqliteOptions options;
    options.triggers = triggers;
    const auto store = sqlite_store(app.connection(), {"t"}, options);
    settle(*store);
    pull(*store, {whole("t", "\"a\"", {{"id", "\"a\""}, {"n", "0"}})});
    CHECK(recorded(*store).empty());
    CHECK(app.one("SELECT count(*) FROM sqlite_schema WHERE name IN ('mirror', 'touch')") == "2");
    return app.one("SELECT n || ' ' || (SELECT count(*) FROM seen) FROM t");
  };
  CHECK(counts(AppTriggers::local) == "0 1");
  CHECK(counts(AppTriggers::all) == "1 1");
  CHECK(counts(AppTriggers::none) == "0 0");
}
