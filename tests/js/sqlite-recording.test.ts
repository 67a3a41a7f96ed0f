// What triggers record of the SQL that apps run, in the app's own connection and in the plain
// `sqlite3` shell.
import { beforeAll, describe, expect, it } from 'vitest';
import { inShell, recorded, settle, storeOver, synced } from './support/sqlite-app.js';

const schema = `
  CREATE TABLE todos (id TEXT PRIMARY KEY, title TEXT, done INT, slug TEXT UNIQUE);
  INSERT INTO todos VALUES ('a', 'Milk', 0, 'milk'), ('b', 'Bread', 0, 'bread');
`;

const statements: Record<string, [sql: string, log: string[]]> = {
  'an insert': [`INSERT INTO todos (id) VALUES ('c')`, ['todos "c" created']],
  'an insert of several rows': [
    `INSERT INTO todos (id) VALUES ('c'), ('d')`,
    ['todos "c" created', 'todos "d" created'],
  ],
  'an update, by its fields': [
    `UPDATE todos SET title = 'Oat milk', done = 0 WHERE id = 'a'`,
    ['todos "a" title'],
  ],
  'an update that changes nothing': [`UPDATE todos SET title = title`, []],
  'an update to other letters of the same': [
    `UPDATE todos SET title = 'MILK' WHERE id = 'a'`,
    ['todos "a" title'],
  ],
  'a delete': [`DELETE FROM todos WHERE id = 'b'`, ['todos "b" deleted']],
  'a delete of everything': [`DELETE FROM todos`, ['todos "a" deleted', 'todos "b" deleted']],
  'an upsert over a row': [
    `INSERT INTO todos (id, title) VALUES ('a', 'Tea') ON CONFLICT DO UPDATE SET title = excluded.title`,
    ['todos "a" title'],
  ],
  'an upsert of a new row': [
    `INSERT INTO todos (id, title) VALUES ('c', 'Tea') ON CONFLICT DO UPDATE SET title = excluded.title`,
    ['todos "c" created'],
  ],
  'an insert that is ignored': [`INSERT OR IGNORE INTO todos (id, title) VALUES ('a', 'Tea')`, []],
  'REPLACE over its own key, by the fields that differ': [
    `REPLACE INTO todos VALUES ('a', 'Milk', 1, 'milk')`,
    ['todos "a" done'],
  ],
  'REPLACE of a new row': [
    `REPLACE INTO todos VALUES ('c', 'Tea', 0, 'tea')`,
    ['todos "c" created'],
  ],
  'REPLACE that takes a unique place from another row': [
    `REPLACE INTO todos VALUES ('c', 'Tea', 0, 'milk')`,
    ['todos "a" deleted', 'todos "c" created'],
  ],
  'REPLACE that takes the place of two rows': [
    `REPLACE INTO todos VALUES ('a', 'Milk', 0, 'bread')`,
    ['todos "b" deleted', 'todos "a" slug'],
  ],
  'UPDATE OR REPLACE that takes a unique place': [
    `UPDATE OR REPLACE todos SET slug = 'milk' WHERE id = 'b'`,
    ['todos "a" deleted', 'todos "b" slug'],
  ],
  'an insert that is ignored for its unique place, then one that is not': [
    `INSERT OR IGNORE INTO todos VALUES ('c', 'Tea', 0, 'milk');
     INSERT INTO todos VALUES ('c', 'Tea', 0, 'tea')`,
    ['todos "c" created'],
  ],
  'another key': [
    `UPDATE todos SET id = 'z' WHERE id = 'a'`,
    ['todos "a" deleted', 'todos "z" created'],
  ],
  'a key in other letters': [
    `UPDATE todos SET id = 'A' WHERE id = 'a'`,
    ['todos "a" deleted', 'todos "A" created'],
  ],
  'a transaction that is rolled back': [
    `BEGIN; INSERT INTO todos (id) VALUES ('c'); UPDATE todos SET done = 9; ROLLBACK`,
    [],
  ],
  'a savepoint that is rolled back': [
    `BEGIN; INSERT INTO todos (id) VALUES ('c'); SAVEPOINT s; DELETE FROM todos; ROLLBACK TO s; COMMIT`,
    ['todos "c" created'],
  ],
  'a transaction, in its order': [
    `BEGIN; INSERT INTO todos (id) VALUES ('c'); UPDATE todos SET done = 1 WHERE id = 'c';
     DELETE FROM todos WHERE id = 'c'; COMMIT`,
    ['todos "c" created', 'todos "c" done', 'todos "c" deleted'],
  ],
};

describe('what is recorded of', () => {
  for (const [name, [sql, log]] of Object.entries(statements))
    it(name, async () => {
      const { handle, store } = await synced(schema, ['todos']);
      handle.exec(sql);
      expect(await recorded(store)).toEqual(log);
    });
});

describe('what the plain shell writes is recorded:', () => {
  for (const [name, [sql, log]] of Object.entries(statements))
    it(name, async () => {
      const { handle } = await synced(schema, ['todos']);
      const after = storeOver(inShell(handle, sql), ['todos']);
      expect(await recorded(after)).toEqual(log);
    });
});

describe('tables of every kind:', () => {
  const keys: Record<string, [key: string, sql: string, ids: string[]]> = {
    'an integer that SQLite counts': [
      'k INTEGER PRIMARY KEY, v',
      `INSERT INTO t (v) VALUES (1), (2)`,
      ['t 1 created', 't 2 created'],
    ],
    'an integer of the app': [
      'k INT PRIMARY KEY, v',
      `INSERT INTO t VALUES (-5, 1)`,
      ['t -5 created'],
    ],
    'several columns, in the order of the key': [
      'b INT, a TEXT, v, PRIMARY KEY (a, b)',
      `INSERT INTO t VALUES (1, 'x"', 2)`,
      [String.raw`t ["x\"",1] created`],
    ],
    'WITHOUT ROWID': [
      'k TEXT PRIMARY KEY, v',
      `INSERT INTO t VALUES ('x', 1); UPDATE t SET v = 2`,
      ['t "x" created', 't "x" v'],
    ],
    'a blob': [
      'k BLOB PRIMARY KEY, v',
      `INSERT INTO t VALUES (x'00ff', 1); UPDATE t SET v = 2; DELETE FROM t`,
      ['created', 'v', 'deleted'].map((what) => `t ["$tm:bytes","00FF"] ${what}`),
    ],
    'a blob among others': [
      'k BLOB, n INT, v, PRIMARY KEY (k, n)',
      `INSERT INTO t VALUES (x'00ff', 1, 1)`,
      ['t [["$tm:bytes","00FF"],1] created'],
    ],
    STRICT: [
      'k TEXT PRIMARY KEY, v ANY, n INT',
      `INSERT INTO t VALUES ('x', 1.5, 2)`,
      ['t "x" created'],
    ],
    'generated columns': [
      'k TEXT PRIMARY KEY, v, w AS (v * 2) STORED, x AS (v * 3)',
      `INSERT INTO t (k, v) VALUES ('x', 1); UPDATE t SET v = 2`,
      ['t "x" created', 't "x" v'],
    ],
    'names that need quotes': [
      `"the ""key""" TEXT PRIMARY KEY, "a'b", "select", "c,d"`,
      `INSERT INTO t VALUES ('x', 1, 2, 3); UPDATE t SET "a'b" = 2, "select" = 3, "c,d" = 4`,
      ['t "x" created', `t "x" a'b,c,d,select`],
    ],
  };
  for (const [name, [columns, sql, log]] of Object.entries(keys))
    it(name, async () => {
      const option = /WITHOUT ROWID|STRICT/.exec(name)?.[0] ?? '';
      const { handle, store } = await synced(`CREATE TABLE t (${columns}) ${option}`, ['t']);
      handle.exec(sql);
      expect(await recorded(store)).toEqual(log);
    });

  it('what is no table, or has no key, is refused with advice', async () => {
    const refused = (sql: string, advice: string) =>
      expect(synced(sql, ['t'])).rejects.toThrow(advice);
    await refused('CREATE TABLE u (id)', 'is no table of this database');
    await refused('CREATE TABLE t (v)', 'has no primary key: give it one');
    await refused('CREATE VIEW t AS SELECT 1', 'is a view: sync the tables that it shows');
    await refused('CREATE VIRTUAL TABLE t USING fts5(v)', 'is a virtual table');
    await refused('CREATE TABLE T (id TEXT PRIMARY KEY)', 'is called T in this database');
  });
});

describe('tables that refer to each other', () => {
  const family = `
    PRAGMA foreign_keys = ON;
    CREATE TABLE parents (id TEXT PRIMARY KEY);
    CREATE TABLE children (id TEXT PRIMARY KEY,
      parent TEXT REFERENCES parents ON DELETE CASCADE ON UPDATE CASCADE);
    INSERT INTO parents VALUES ('p'); INSERT INTO children VALUES ('c', 'p');
  `;
  const tables = ['parents', 'children'];

  it('cascades are recorded', async () => {
    const { handle, store } = await synced(family, tables);
    handle.exec(`UPDATE parents SET id = 'q'`);
    expect((await recorded(store)).sort()).toEqual([
      'children "c" parent',
      'parents "p" deleted',
      'parents "q" created',
    ]);
    await settle(store);
    handle.exec(`DELETE FROM parents`);
    expect((await recorded(store)).sort()).toEqual(['children "c" deleted', 'parents "q" deleted']);
  });

  it('REPLACE is recorded for what it did, whatever a foreign key or a new key does meanwhile', async () => {
    const replaced = (sql: string) => `
      PRAGMA foreign_keys = ON;
      CREATE TABLE p (id INTEGER PRIMARY KEY, n TEXT UNIQUE, x);
      CREATE TABLE c (id TEXT PRIMARY KEY, p REFERENCES p ON DELETE ${sql});
      CREATE TABLE s (k TEXT PRIMARY KEY, u UNIQUE);
      INSERT INTO p VALUES (2, 'b', 'old'), (4, 'a', 'x'); INSERT INTO c VALUES ('k', 2);
      INSERT INTO s VALUES ('a', 1), ('b', 2);`;
    const statements: Record<string, string[]> = {
      "REPLACE INTO p VALUES (2, 'b', 'new')": ['p 2 x'],
      "REPLACE INTO p VALUES (3, 'b', 'new')": ['p 2 deleted', 'p 3 created'],
      "UPDATE OR REPLACE p SET n = 'b' WHERE id = 4": ['p 2 deleted', 'p 4 n'],
      "UPDATE OR REPLACE s SET k = 'z', u = 1 WHERE k = 'b'": [
        's "a" deleted',
        's "b" deleted',
        's "z" created',
      ],
    };
    for (const [action, child] of Object.entries({ CASCADE: 'deleted', 'SET NULL': 'p' }))
      for (const [sql, log] of Object.entries(statements)) {
        const { handle, store } = await synced(replaced(action), ['p', 'c', 's']);
        handle.exec(sql);
        const children = sql.includes(' s ') ? [] : [`c "k" ${child}`];
        expect((await recorded(store)).sort(), sql).toEqual([...children, ...log]);
      }
  });

  it('a child may come before its parent, and outlive it', async () => {
    const { handle, store } = await synced(family, tables);
    const stamp = '01a200000000-0000-00000000000000bb';
    const changes = [
      { table: 'children', id: '"d"', stamp, row: { id: 'd', parent: 'later' } },
      { table: 'parents', id: '"p"', stamp, deleted: true as const },
    ];
    const term = await store.lead();
    const nothing = { acknowledged: [], clock: null, offsetMs: null };
    await store.commit({ ...nothing, changes }, () => [], term);
    expect(handle.selectValues('SELECT id FROM children ORDER BY id')).toEqual(['c', 'd']);
    expect(await recorded(store)).toEqual([]);
    // The app's own writes are checked as before.
    expect(() => handle.exec(`INSERT INTO children VALUES ('e', 'nobody')`)).toThrow(/FOREIGN KEY/);
  });
});

describe('the file under another name', () => {
  let shell: string[];
  beforeAll(async () => {
    const { handle } = await synced(schema, ['todos']);
    const sql = `ATTACH ':memory:' AS other; CREATE TABLE other.tidemark_log (x);
      UPDATE main.todos SET done = 1 WHERE id = 'a'`;
    shell = await recorded(storeOver(inShell(handle, sql), ['todos']));
  });
  it('an attached database is none of it', () => {
    expect(shell).toEqual(['todos "a" done']);
  });
});
