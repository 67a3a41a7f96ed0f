// Files with the shapes that real applications have: synced by one command, and the same on two
// devices in the end.
import assert from 'node:assert/strict';
import { places, placesTables, shapes, shapesTables } from './schemas.mjs';
import { exits, onTerminal, rowsOfFile, rowsOfHub, sql, tidemark } from './support.mjs';

export function shapeTests(world) {
  function devices(schema, tables) {
    const token = world.newToken();
    const files = [world.newFile(), world.newFile()];
    for (const file of files) sql(file, schema);
    const sync = async (file) => {
      const args = ['sync', file, '--url', world.url, '--token', token, '--tables', tables];
      const { code, stdout, stderr } = await tidemark(args);
      assert.equal(code, exits.done, stderr + stdout);
    };
    const syncOnTerminal = (file) =>
      onTerminal(['sync', file, '--url', world.url, '--token', token, '--tables', tables]);
    const same = async () => {
      const rows = await rowsOfHub(world.worker.url, token);
      for (const file of files) {
        assert.deepEqual(await rowsOfFile(file), rows);
        assert.equal(sql(file, 'PRAGMA integrity_check'), 'ok');
        assert.equal(sql(file, 'PRAGMA foreign_key_check'), '');
      }
      return rows;
    };
    return { files, sync, syncOnTerminal, same };
  }

  return {
    "a browser's places: counted keys of two devices collide, and all that refers to them follows":
      async () => {
        const { files, sync, same } = devices(places, placesTables);
        const [a, b] = files;
        sql(
          a,
          `INSERT INTO moz_places (url, title, guid) VALUES ('https://a/', 'alpha', 'ga'),
             ('https://b/', 'beta', 'gb');
           INSERT INTO moz_historyvisits (place_id, visit_date) VALUES (1, 10), (2, 20), (2, 30)`,
        );
        sql(
          b,
          `INSERT INTO moz_places (url, title, guid) VALUES ('https://c/', 'gamma', 'gc');
           INSERT INTO moz_historyvisits (place_id, visit_date) VALUES (1, 40)`,
        );
        for (const file of [a, b, a, b, a]) await sync(file);
        const rows = await same();
        assert.equal(rows.size, 7);
        const joined = `SELECT group_concat(title || visit_date, ',') FROM (SELECT title, visit_date
          FROM moz_historyvisits v JOIN moz_places p ON p.id = v.place_id ORDER BY visit_date)`;
        for (const file of files) {
          assert.equal(sql(file, joined), 'alpha10,beta20,beta30,gamma40');
          const found = `SELECT p.url FROM moz_search s JOIN moz_places p ON p.id = s.rowid
            WHERE moz_search MATCH 'gamma'`;
          assert.equal(sql(file, found), 'https://c/', 'the search index follows');
        }
        // A cascade is recorded as what it is.
        sql(a, `PRAGMA foreign_keys = ON; DELETE FROM moz_places WHERE guid = 'gb'`);
        for (const file of files) await sync(file);
        assert.equal((await same()).size, 4);
        assert.equal(sql(b, joined), 'alpha10,gamma40');
        assert.equal(sql(b, `SELECT count(*) FROM moz_search WHERE moz_search MATCH 'beta'`), '0');
      },

    'generated columns, STRICT, WITHOUT ROWID, composite keys and blobs': async () => {
      const { files, sync, same } = devices(shapes, shapesTables);
      const [a, b] = files;
      sql(
        a,
        `INSERT INTO invoices (number, net) VALUES ('r1', 100);
         INSERT INTO settings VALUES ('app', 'theme', 'dark'), ('app', 'size', 12),
           ('user', 'theme', x'0001ff'), ('user', 'ratio', 0.5);
         INSERT INTO files VALUES ('h1', zeroblob(70000), 70000), ('h2', x'', -9007199254740993)`,
      );
      for (const file of [a, b]) await sync(file);
      sql(
        b,
        `UPDATE invoices SET net = 200; REPLACE INTO settings VALUES ('app', 'theme', 'light');
         DELETE FROM settings WHERE name = 'size'; UPDATE files SET body = x'aa' WHERE hash = 'h2'`,
      );
      for (const file of [b, a]) await sync(file);
      assert.equal((await same()).size, 6);
      assert.equal(sql(a, 'SELECT gross || label FROM invoices'), '238.0r1!');
      assert.equal(
        sql(a, `SELECT value FROM settings WHERE (scope, name) = ('app', 'theme')`),
        'light',
      );
      assert.equal(sql(a, `SELECT typeof(value) FROM settings WHERE name = 'ratio'`), 'real');
      assert.equal(
        sql(a, `SELECT size, hex(body) FROM files WHERE hash = 'h2'`),
        '-9007199254740993|AA',
      );
    },

    'a table without a primary key, a view, a virtual table: refused, with advice': async () => {
      const token = world.newToken();
      const file = world.newFile();
      sql(file, places + shapes);
      const advice = {
        scratch: /primary key/,
        moz_top: /view/,
        moz_search: /virtual/,
        none: /none/,
      };
      for (const [table, said] of Object.entries(advice)) {
        const args = ['sync', file, '--url', world.url, '--token', token, '--tables', table];
        const { code, stderr } = await tidemark(args);
        assert.equal(code, exits.file, stderr);
        assert.match(stderr, /table_unsupported/);
        assert.match(stderr, said);
        assert.equal(
          sql(file, `SELECT count(*) FROM sqlite_schema WHERE name LIKE 'tidemark%'`),
          '0',
        );
      }
      // Without any named, those that can be are told.
      const { code, stderr } = await tidemark(['sync', file, '--url', world.url, '--token', token]);
      assert.equal(code, exits.usage);
      assert.match(stderr, /--tables files,invoices,moz_historyvisits,moz_places,settings\n/);
    },

    'a long file: all of 10,000 rows, and a device that begins with them': async () => {
      const { files, sync, syncOnTerminal, same } = devices(places, placesTables);
      const [a, b] = files;
      sql(
        a,
        `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
         INSERT INTO moz_places (id, url, title, guid, visit_count)
           SELECT i, 'https://example.com/' || i, 'page ' || i, 'guid' || i, i % 7 FROM n;
         INSERT INTO moz_historyvisits (place_id, visit_date) SELECT id, id * 10 FROM moz_places`,
      );
      await sync(a);
      const shown = await syncOnTerminal(b);
      const steps = [...shown.matchAll(/received (\d+) \/ 10000/g)].map(([, n]) => Number(n));
      assert.ok(steps.length >= 2, shown);
      assert.deepEqual(
        steps,
        steps.toSorted((x, y) => x - y),
        'it goes on',
      );
      assert.match(shown, /0 changes sent, 10000 received; 0 pending\r?\n$/);
      assert.equal((await same()).size, 10_000);
    },
  };
}
