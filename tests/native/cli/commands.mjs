// Every command, for people and with --json.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { todos } from './schemas.mjs';
import { exits, rowsOfFile, rowsOfHub, sql, tidemark } from './support.mjs';

export function commandTests(world) {
  /** A user with files of the same to-do list; `sync` is how each is synced. */
  function household(count = 2) {
    const token = world.newToken();
    const files = Array.from({ length: count }, () => world.newFile());
    for (const file of files) sql(file, todos);
    const hub = ['--url', world.url, '--token', token];
    const sync = (file, ...more) => tidemark(['sync', file, ...hub, ...more]);
    return { token, files, hub, sync };
  }

  async function synced(count) {
    const home = household(count);
    for (const file of home.files) await ok(home.sync(file, '--tables', 'todos'));
    return home;
  }

  async function ok(running) {
    const { code, stdout, stderr } = await running;
    assert.equal(code, exits.done, stderr + stdout);
    return stdout;
  }
  const json = async (running) => JSON.parse(await ok(running));

  /** One loses its title to the other. */
  async function withLoss() {
    const home = await synced(2);
    const [a, b] = home.files;
    sql(a, `INSERT INTO todos VALUES ('k', 'first', 0)`);
    for (const file of [a, b]) await ok(home.sync(file));
    sql(a, `UPDATE todos SET title = 'of a'`);
    sql(b, `UPDATE todos SET title = 'of b'`);
    await ok(home.sync(b));
    // The earlier write comes later.
    await ok(home.sync(a));
    await ok(home.sync(b));
    return home;
  }

  /** A change that the hub refuses: a row that is too large. */
  async function withLetter() {
    const home = await synced(1);
    const [file] = home.files;
    sql(file, `INSERT INTO todos VALUES ('big', printf('%.*c', 1100000, 'x'), 0), ('ok', 'a', 1)`);
    const { code, stdout, stderr } = await home.sync(file);
    assert.equal(code, exits.refused, stderr + stdout);
    return { ...home, file, stderr };
  }

  return {
    'sync: two files become the same, and the tables are remembered': async () => {
      const { files, sync, token } = household();
      const [a, b] = files;
      sql(a, `INSERT INTO todos VALUES ('a', 'Milk', 0), ('b', 'é😀', 1)`);
      sql(b, `INSERT INTO todos VALUES ('c', NULL, 2)`);
      const first = await json(sync(a, '--tables', 'todos', '--json', '--device', 'desk'));
      assert.deepEqual(
        { sent: first.sent, received: first.received, pending: first.pending, phase: first.phase },
        { sent: 2, received: 0, pending: 0, phase: 'idle' },
      );
      assert.ok(first.lastSyncedAt > 0);
      await ok(sync(b, '--tables', 'todos'));
      sql(b, `UPDATE todos SET done = 5 WHERE id = 'a'; DELETE FROM todos WHERE id = 'b'`);
      await ok(sync(b));
      const words = await ok(sync(a));
      assert.match(words, /^\S+: 0 changes sent, 3 received; 0 pending\n$/);
      const rows = await rowsOfHub(world.worker.url, token);
      assert.deepEqual([...rows.keys()].sort(), ['todos\t"a"', 'todos\t"c"']);
      for (const file of files) assert.deepEqual(await rowsOfFile(file), rows);
      assert.equal(sql(a, 'SELECT device FROM tidemark_state'), 'desk');
    },

    'sync: the token from a file and from the environment, the url from it too': async () => {
      const { files, token } = household(1);
      const file = files[0];
      const path = `${world.folder}/token`;
      writeFileSync(path, `${token}\n`);
      await ok(
        tidemark(['sync', file, '--token-file', path, '--url', world.url, '--tables', 'todos']),
      );
      const env = { TIDEMARK_TOKEN: token, TIDEMARK_URL: world.url };
      const { stdout } = await tidemark(['sync', file, '--json'], { env });
      assert.equal(JSON.parse(stdout).pending, 0);
    },

    'sync: --merge record sends whole rows, and is remembered': async () => {
      const { files, sync } = household();
      const [a, b] = files;
      sql(a, `INSERT INTO todos VALUES ('k', 'first', 0)`);
      for (const file of files) await ok(sync(file, '--tables', 'todos', '--merge', 'record'));
      sql(a, `UPDATE todos SET title = 'of a'`);
      sql(b, `UPDATE todos SET done = 7`);
      for (const file of [b, a, b]) await ok(sync(file, '--tables', 'todos'));
      for (const file of files) assert.equal(sql(file, 'SELECT * FROM todos'), 'k|first|7');
      const { tables } = await json(tidemark(['status', a, '--json']));
      assert.deepEqual(tables, [{ name: 'todos', merge: 'record' }]);
    },

    'sync: a table that is no longer named is no longer synced, and that is said': async () => {
      const { files, sync } = await synced(1);
      sql(files[0], 'CREATE TABLE notes (id TEXT PRIMARY KEY, text TEXT)');
      const { code, stderr } = await sync(files[0], '--tables', 'notes');
      assert.equal(code, exits.done, stderr);
      assert.match(stderr, /no longer synced: todos/);
      const { tables } = await json(tidemark(['status', files[0], '--json']));
      assert.deepEqual(
        tables.map(({ name }) => name),
        ['notes'],
      );
    },

    'status: of a file that was never synced, and of one that is': async () => {
      const { files, sync } = household(1);
      const [file] = files;
      const before = readFileSync(file);
      assert.match(await ok(tidemark(['status', file])), /: not synced yet\n$/);
      assert.deepEqual(await json(tidemark(['status', file, '--json'])), { file, synced: false });
      assert.deepEqual(readFileSync(file), before, 'it was only looked at');
      sql(file, `INSERT INTO todos VALUES ('a', 'Milk', 0)`);
      await ok(sync(file, '--tables', 'todos'));
      sql(file, `INSERT INTO todos VALUES ('b', 'Bread', 0)`);
      const status = await json(tidemark(['status', file, '--json']));
      assert.deepEqual(
        [status.synced, status.pending, status.letters, status.losses, status.lastExchange.sent],
        [true, 1, 0, 0, 1],
      );
      assert.match(await ok(tidemark(['status', file])), /^pending: 1$/m);
    },

    'pending: what was done to which record': async () => {
      const { files } = await synced(1);
      const [file] = files;
      sql(file, `INSERT INTO todos VALUES ('a', 'Milk', 0), ('b', 'x', 0)`);
      const listed = await json(tidemark(['pending', file, '--json']));
      assert.deepEqual(
        listed.pending.map(({ table, id, operations, row }) => [table, id, operations, row?.title]),
        [
          ['todos', '"a"', ['create'], 'Milk'],
          ['todos', '"b"', ['create'], 'x'],
        ],
      );
      assert.match(await ok(tidemark(['pending', file])), /^todos "a": create$/m);
    },

    'losses: listed, and undone by number': async () => {
      const home = await withLoss();
      const [a] = home.files;
      assert.equal(sql(a, 'SELECT title FROM todos'), 'of b');
      const { losses } = await json(tidemark(['losses', a, ...home.hub, '--json']));
      assert.deepEqual(
        losses.map(({ n, table, id, row }) => [n, table, id, row]),
        [[1, 'todos', '"k"', { title: 'of a' }]],
      );
      assert.match(await ok(tidemark(['losses', a])), /^1 {2}\d{4}-.*todos "k".*"title":"of a"/);
      const wrong = await tidemark(['losses', a, '--undo', '2']);
      assert.equal(wrong.code, exits.usage);
      await ok(tidemark(['losses', a, '--undo', '1']));
      for (const file of home.files) await ok(home.sync(file));
      for (const file of home.files) assert.equal(sql(file, 'SELECT title FROM todos'), 'of a');
    },

    'letters: what was refused is listed, sent again, given up': async () => {
      const { file, sync, hub, stderr } = await withLetter();
      assert.match(stderr, /1 change refused/);
      const listed = await tidemark(['letters', file, '--json']);
      const [letter] = JSON.parse(listed.stdout).letters;
      assert.deepEqual([letter.table, letter.id, letter.code], ['todos', '"big"', 'too_large']);
      assert.match(await ok(tidemark(['letters', file])), /todos "big" {2}too_large: /);
      // Sent again as it is, it is refused again.
      await ok(tidemark(['letters', file, '--retry', String(letter.n)]));
      assert.equal((await sync(file)).code, exits.refused);
      sql(file, `UPDATE todos SET title = 'small' WHERE id = 'big'`);
      const again = JSON.parse((await tidemark(['letters', file, '--json'])).stdout).letters;
      assert.equal(again.length, 1);
      await ok(tidemark(['letters', file, '--discard', String(again[0].n)]));
      await ok(sync(file));
      assert.deepEqual(await json(tidemark(['letters', file, '--json'])), { file, letters: [] });
      const none = await tidemark(['letters', file, '--discard', '99']);
      assert.equal(none.code, exits.usage, none.stderr);
      await ok(tidemark(['verify', file, ...hub]));
    },

    'letters: a row that cannot be named is one at once': async () => {
      const { files, sync } = await synced(1);
      sql(files[0], `INSERT INTO todos VALUES (NULL, 'Milk', 0)`);
      const { code, stdout } = await sync(files[0], '--json');
      assert.equal(code, exits.refused);
      assert.equal(JSON.parse(stdout).letters, 1);
    },

    'verify: says what differs, and repairs it': async () => {
      const { files, hub, sync } = await synced(1);
      const [file] = files;
      sql(file, `INSERT INTO todos VALUES ('a', 'Milk', 0), ('b', 'Bread', 0)`);
      await ok(sync(file));
      const fine = await json(tidemark(['verify', file, ...hub, '--json']));
      assert.deepEqual(fine.tables, { todos: { equal: 2, differing: 0, repaired: 0 } });
      // Behind the triggers' back.
      sql(
        file,
        `UPDATE todos SET title = 'spoiled' WHERE id = 'a';
         DELETE FROM tidemark_log WHERE op BETWEEN 1 AND 5 AND entry <> (
           SELECT max(entry) FROM tidemark_log);
         UPDATE tidemark_log SET op = 0 WHERE op BETWEEN 1 AND 5`,
      );
      assert.match(
        await ok(tidemark(['verify', file, ...hub])),
        /1 equal, 1 differing, 1 repaired/,
      );
      assert.equal(sql(file, `SELECT title FROM todos WHERE id = 'a'`), 'Milk');
    },

    'export and import: all rows and what is pending move to another file': async () => {
      const { files, sync } = await synced(2);
      const [a, b] = files;
      sql(a, `INSERT INTO todos VALUES ('a', 'x' || char(9, 10) || '😀', 9223372036854775807)`);
      await ok(sync(a));
      sql(a, `INSERT INTO todos VALUES ('p', x'00ff', 0.1)`);
      const out = `${world.folder}/export.jsonl`;
      const told = await json(tidemark(['export', a, out, '--json']));
      assert.deepEqual(told, { file: a, out, records: 2, pending: 1 });
      const lines = readFileSync(out, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
      assert.deepEqual(
        lines.map(({ line }) => line),
        ['file', 'record', 'record', 'pending'],
      );
      assert.deepEqual(lines[1].row.done, { '$tm:bigint': '9223372036854775807' });
      assert.deepEqual(lines[3].row.title, { '$tm:bytes': 'AP8=' });
      // A file that is there is not written over.
      assert.equal((await tidemark(['export', a, out])).code, exits.usage);
      const counts = await json(tidemark(['import', b, out, '--json']));
      assert.deepEqual(counts, { file: b, written: 2, deleted: 0, same: 1, refused: 0 });
      assert.deepEqual(await rowsOfFile(b), await rowsOfFile(a));
      assert.equal((await json(tidemark(['status', b, '--json']))).pending, 2);
      const text = readFileSync(out, 'utf8');
      const again = await tidemark(['import', b, '-'], { input: text });
      assert.match(again.stdout, /0 rows written, 0 deleted, 3 the same, 0 refused/);
    },

    'import: a malformed line changes nothing, a row that is refused stops no other': async () => {
      const { files } = await synced(1);
      const [file] = files;
      const line = (id, row) => JSON.stringify({ line: 'record', table: 'todos', id, row });
      const bad = `${line('"a"', { id: 'a' })}\n{"line":"record","table":"todos","id":"a"}\n`;
      const refused = await tidemark(['import', file, '-'], { input: bad });
      assert.equal(refused.code, exits.usage);
      assert.match(refused.stderr, /line 2: .*nothing was written/);
      assert.equal(sql(file, 'SELECT count(*) FROM todos'), '0');
      const input = `${line('"a"', { id: 'a' })}\n${line('[1,2]', {})}\n${line('"c"', { id: 'c' })}`;
      const some = await tidemark(['import', file, '-', '--json'], { input });
      assert.equal(some.code, exits.refused, some.stderr);
      assert.equal(JSON.parse(some.stderr).error.code, 'key_unsupported');
      assert.equal(JSON.parse(some.stdout).written, 2);
    },

    'alter: a column is dropped, renamed and added under sync': async () => {
      const { files, sync, token } = await synced(2);
      const [a, b] = files;
      sql(a, `INSERT INTO todos VALUES ('a', 'Milk', 0)`);
      await ok(sync(a));
      assert.notEqual(
        sql(a, 'ALTER TABLE todos DROP COLUMN done; SELECT 1', { allowFailure: true }),
        '1',
        'the shell cannot',
      );
      await ok(tidemark(['alter', a, 'ALTER TABLE todos DROP COLUMN done']));
      const done = await json(
        tidemark(['alter', a, 'ALTER TABLE todos RENAME TO tasks; SELECT 1', '--json']),
      );
      assert.deepEqual(done, { file: a, done: true });
      const { tables } = await json(tidemark(['status', a, '--json']));
      assert.deepEqual(tables, [{ name: 'tasks', merge: 'field' }]);
      await ok(tidemark(['alter', a, 'ALTER TABLE tasks RENAME TO todos']));
      await ok(tidemark(['alter', a, 'ALTER TABLE todos ADD COLUMN note TEXT']));
      sql(a, `UPDATE todos SET note = 'n'`);
      for (const file of [a, b]) await ok(sync(file));
      const rows = await rowsOfHub(world.worker.url, token);
      assert.match(rows.get('todos\t"a"'), /"note":"n"/);
      const wrong = await tidemark(['alter', a, 'ALTER TABLE todos DROP COLUMN missing']);
      assert.equal(wrong.code, exits.usage);
      assert.match(wrong.stderr, /no such column/);
      for (const text of ['COMMIT; DROP TABLE todos', 'ROLLBACK; BEGIN; DROP TABLE todos']) {
        const { code, stderr } = await tidemark(['alter', a, text]);
        assert.equal(code, exits.usage, text);
        assert.match(stderr, /it runs in one.*nothing was changed/s);
        assert.equal(sql(a, 'SELECT count(*) FROM todos'), '1');
      }
    },
  };
}
