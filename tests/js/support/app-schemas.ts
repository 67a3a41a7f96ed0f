// Schemas as apps have them: names, keys, indexes, conflict clauses, triggers and defaults that SQL
// allows and few tests have. Two devices run the same statements on each, now and then at once, and
// show the same in the end.
import { SyncClient } from '../../../js/src/client.js';
import { systemHost } from '../../../js/src/host.js';
import { databaseOf, type SqliteHandle } from '../../../js/src/stores/sqlite/libraries.js';
import { SqliteStore } from '../../../js/src/stores/sqlite/store.js';
import type { MergeMode } from '../../../js/src/stores/store.js';
import { type ContractTest, equal } from '../../../js/src/testing/contract.js';
import { realEngine } from './core.js';
import { FakeNetwork } from './fake-network.js';
import { ModelHub } from './model-hub.js';

export interface AppSchema {
  name: string;
  schema: string;
  tables: string[];
  /** What the app runs; a constraint of its own may refuse it. */
  sql: string[];
}

/** Writes to `t` of three texts `k` and `v`, where `v` may have to be unique. */
const clashing = ['a', 'b', 'c'].flatMap((id, i) => [
  `INSERT INTO t (k, v) VALUES ('${id}', '${'xXy'[i]}')`,
  `REPLACE INTO t (k, v) VALUES ('${id}', '${'yxX'[i]}')`,
  `UPDATE OR REPLACE t SET v = '${'xyX'[i]}' WHERE k = '${id}'`,
  `UPDATE OR IGNORE t SET k = '${'bca'[i]}' WHERE k = '${id}'`,
  `DELETE FROM t WHERE k = '${id}'`,
]);
const plain = (name: string, schema: string, sql = clashing): AppSchema => ({
  ...{ name, schema, tables: ['t'], sql },
});

const keyOf = (quoted: string) => `${quoted.charCodeAt(1)}`;
const columns1500 = Array.from({ length: 1500 }, (_, i) => `c${i} TEXT`).join(', ');

export const appSchemas: AppSchema[] = [
  {
    name: 'names in quotes, with marks in them',
    schema: `CREATE TABLE "a""b ?1 [c] 'd'" ("k""?1" TEXT PRIMARY KEY, "?2 x", "[br]" UNIQUE)`,
    tables: [`a"b ?1 [c] 'd'`],
    sql: [
      `INSERT OR REPLACE INTO "a""b ?1 [c] 'd'" VALUES ('a', 'x', 1)`,
      `INSERT OR REPLACE INTO "a""b ?1 [c] 'd'" VALUES ('b', 'x', 1)`,
      `UPDATE "a""b ?1 [c] 'd'" SET "?2 x" = 'y'`,
    ],
  },
  {
    name: "tables and columns of SQL's and Tidemark's own names",
    schema: `
      CREATE TABLE new (key TEXT PRIMARY KEY, old TEXT UNIQUE, entry INT, op INT, tbl INT,
        time INT);
      CREATE TABLE excluded (tbl TEXT, key INT, entry TEXT UNIQUE, PRIMARY KEY (tbl, key));`,
    tables: ['new', 'excluded'],
    sql: ['a', 'b'].flatMap((id) => [
      `REPLACE INTO new (key, old, entry) VALUES ('${id}', 'x', 1)`,
      `INSERT INTO new (key, old, entry) VALUES ('${id}', '${id}', 2)
       ON CONFLICT DO UPDATE SET entry = new.entry + 1`,
      `REPLACE INTO excluded VALUES ('${id}', 1, 'x')`,
      `UPDATE excluded SET entry = '${id}'`,
      `DELETE FROM excluded WHERE tbl = '${id}'`,
    ]),
  },
  plain('keys without case', 'CREATE TABLE t (k TEXT PRIMARY KEY COLLATE NOCASE, v TEXT)', [
    ...clashing,
    ...['A', 'B'].flatMap((id) => [
      `INSERT INTO t VALUES ('${id}', 'x')`,
      `REPLACE INTO t VALUES ('${id}', 'y')`,
      `UPDATE OR REPLACE t SET k = '${id}' WHERE k = 'c'`,
    ]),
  ]),
  plain(
    'keys without spaces at their ends',
    'CREATE TABLE t (k TEXT COLLATE RTRIM, v TEXT, PRIMARY KEY (k, v)) WITHOUT ROWID',
    [...clashing, `INSERT INTO t VALUES ('a ', 'x')`, `REPLACE INTO t VALUES ('a  ', 'x')`],
  ),
  plain(
    'a unique index without case',
    'CREATE TABLE t (k TEXT PRIMARY KEY, v TEXT); CREATE UNIQUE INDEX u ON t (v COLLATE NOCASE)',
  ),
  plain(
    'a unique index over an expression',
    `CREATE TABLE t (k TEXT PRIMARY KEY, v TEXT);
     CREATE UNIQUE INDEX u ON t (/* ( */ lower("v") DESC, coalesce(NULL, ')')) -- (`,
  ),
  plain(
    'a unique index over some rows',
    `CREATE TABLE t (k TEXT PRIMARY KEY, v TEXT, w TEXT DEFAULT 'w');
     CREATE UNIQUE INDEX u ON t (w) WHERE v = 'x' OR v LIKE 'z(%'`,
  ),
  plain(
    'a unique generated column',
    'CREATE TABLE t (k TEXT PRIMARY KEY, v TEXT, g TEXT AS (upper(v)) VIRTUAL UNIQUE)',
  ),
  ...['REPLACE', 'IGNORE', 'ROLLBACK', 'FAIL'].map((what) =>
    plain(
      `ON CONFLICT ${what}`,
      `CREATE TABLE t (k TEXT PRIMARY KEY ON CONFLICT ${what}, v TEXT UNIQUE ON CONFLICT ${what})`,
    ),
  ),
  plain(
    'triggers with quotes and line breaks of every kind',
    `CREATE TABLE t (k TEXT PRIMARY KEY, v TEXT, n INT DEFAULT 0);
     CREATE TRIGGER touch AFTER UPDATE OF v ON t BEGIN
       UPDATE
         \`t\`
              SET n = n + 1 WHERE k = new.k;
     END;
     CREATE TRIGGER many AFTER INSERT ON t BEGIN UPDATE OR FAIL [t] SET n = n + 1; END`,
  ),
  ...['ROLLBACK', 'IGNORE'].map((what) =>
    plain(
      `a trigger that raises ${what}`,
      `CREATE TABLE t (k TEXT PRIMARY KEY, v TEXT);
       CREATE TRIGGER keep BEFORE UPDATE ON t WHEN new.v < old.v BEGIN
         SELECT RAISE(${what}${what === 'IGNORE' ? '' : ", 'constraint'"}); END`,
    ),
  ),
  plain(
    'defaults that are names',
    `CREATE TABLE t (k TEXT PRIMARY KEY, v TEXT DEFAULT medium, w DEFAULT "it's", x DEFAULT [b],
       y DEFAULT TRUE, z DEFAULT CURRENT_DATE, n DEFAULT -5)`,
    [...clashing, `UPDATE t SET w = NULL, x = ''`, `INSERT OR IGNORE INTO t (k) VALUES ('d')`],
  ),
  plain('INTEGER PRIMARY KEY DESC', 'CREATE TABLE t (k INTEGER PRIMARY KEY DESC, v TEXT)', [
    `INSERT OR REPLACE INTO t VALUES (1, 'x')`,
    `INSERT INTO t VALUES (1, 'y')`,
    `UPDATE t SET v = v || 'z'`,
  ]),
  plain('1,500 columns', `CREATE TABLE t (k TEXT PRIMARY KEY, v TEXT, ${columns1500})`, [
    `INSERT OR REPLACE INTO t (k, c7) VALUES ('a', 'x')`,
    `UPDATE t SET c1499 = 'y'`,
  ]),
  plain(
    'pragmas of the connection',
    `PRAGMA case_sensitive_like = ON; PRAGMA recursive_triggers = ON; PRAGMA trusted_schema = OFF;
     PRAGMA reverse_unordered_selects = ON; PRAGMA encoding = 'UTF-16';
     CREATE TABLE t (k text PRIMARY KEY, v varchar(10) UNIQUE)`,
  ),
  plain(
    'a temporary table of the same name',
    `CREATE TABLE t (k TEXT PRIMARY KEY, v TEXT); CREATE TEMP TABLE t (v INT)`,
    clashing.map((sql) => sql.replace(/(INTO|FROM|UPDATE OR \w+) t/, '$1 main.t')),
  ),
  plain('texts with a NUL', 'CREATE TABLE t (k TEXT PRIMARY KEY, v TEXT)', [
    `INSERT OR REPLACE INTO t VALUES ('a', CAST(x'610062' AS TEXT)), ('b', CAST(x'00' AS TEXT))`,
    `INSERT OR REPLACE INTO t VALUES ('b', CAST(x'6100' AS TEXT)), ('a', '\ufffd')`,
    `UPDATE t SET v = v || CAST(x'0063' AS TEXT)`,
  ]),
  ...['TEXT', 'INTEGER'].map((type) =>
    plain(
      `migrations that make a table anew, of keys of ${type}`,
      `CREATE TABLE t (k ${type} PRIMARY KEY, v TEXT)`,
      [
        ...(type === 'TEXT' ? clashing : clashing.map((sql) => sql.replace(/'[abc]'/g, keyOf))),
        `CREATE TABLE u (k ${type} PRIMARY KEY, v TEXT); INSERT INTO u SELECT k, v FROM t;
         DROP TABLE t; ALTER TABLE u RENAME TO t; UPDATE t SET v = 'z' WHERE v = 'x'`,
        `ALTER TABLE t RENAME TO u; CREATE TABLE t (k ${type} PRIMARY KEY, v TEXT);
         INSERT INTO t SELECT k, v FROM u; DROP TABLE u; INSERT OR IGNORE INTO t VALUES (7, 'w')`,
      ],
    ),
  ),
  plain(
    'updates that change nothing',
    'CREATE TABLE t (k TEXT PRIMARY KEY, v TEXT)',
    clashing.map((sql) => `${sql}; UPDATE t SET v = v`),
  ),
];

async function openDevice(app: AppSchema, hub: ModelHub, handle: SqliteHandle) {
  const db = databaseOf(handle);
  db.exec(app.schema);
  const transport = new FakeNetwork(hub);
  transport.latencyMs = 0;
  const engine = await realEngine(systemHost);
  const tables = app.tables.map((name): [string, MergeMode] => [name, 'field']);
  const store = SqliteStore.open(db, { tables: new Map(tables), clock: engine });
  const client = await SyncClient.start({ store, engine, transport, name: crypto.randomUUID() });
  const run = (sql: string) => {
    try {
      db.exec(`BEGIN; ${sql}; COMMIT`);
    } catch {
      if (db.inTransaction) db.exec('ROLLBACK');
    }
  };
  const rows = (table: string) => {
    const columns = db.all(`SELECT name FROM pragma_table_info(?, 'main')`, [table]);
    // Each value with its type, a text by its bytes.
    const quoted = columns.map(([name]) => {
      const value = `"${`${name}`.replaceAll('"', '""')}"`;
      return `typeof(${value}) || ' ' || coalesce(hex(${value}), '')`;
    });
    const from = `main."${table.replaceAll('"', '""')}"`;
    return db.all(`SELECT ${quoted.join(', ')} FROM ${from} ORDER BY 1, 2`);
  };
  return { client, run, dump: () => tables.map(([name]) => rows(name)), transport };
}

/** Random words of 32 bits, the same for the same seed. */
function words(seed: number): () => number {
  let word = seed;
  return () => {
    word = (Math.imul(word, 1_664_525) + 1_013_904_223) >>> 0;
    return word >>> 8;
  };
}

async function live(app: AppSchema, open: () => SqliteHandle, seed: number): Promise<void> {
  const next = words(seed);
  const hub = new ModelHub();
  const devices = [await openDevice(app, hub, open()), await openDevice(app, hub, open())] as const;
  for (let step = 0; step < 24; step++) {
    const device = devices[next() % 2 === 0 ? 0 : 1];
    if (next() % 4 === 0) await device.client.flush();
    else device.run(app.sql[next() % app.sql.length] as string);
  }
  for (let round = 0; round < 3; round++) for (const { client } of devices) await client.flush();
  const [first, second] = devices.map(({ dump }) => dump());
  equal(second, first, `rows (seed ${seed})`);
  for (const { client, transport } of devices) {
    equal(client.status.value.pending, 0, `pending (seed ${seed})`);
    // Each flush is an exchange or two, and each write may begin one.
    equal(transport.sent.length < 200, true, 'exchanges end');
    await client.close();
  }
}

/** In which the devices get in each other's way on most of the schemas. */
const seeds = [3, 6, 8];

/** `open`: a fresh, empty database. */
export function appTests(open: () => SqliteHandle): ContractTest[] {
  return appSchemas.map((app) => ({
    name: app.name,
    run: async () => {
      for (const seed of seeds) await live(app, open, seed);
    },
  }));
}
