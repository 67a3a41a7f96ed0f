// A SQLite store for the contract suite: the app's writes are SQL wherever SQL can say them.
import type { Row } from '../../../js/src/merge.js';
import { msOf } from '../../../js/src/stamp-words.js';
import type { SqlValue } from '../../../js/src/stores/sqlite/database.js';
import { databaseOf, type SqliteHandle } from '../../../js/src/stores/sqlite/libraries.js';
import { SqliteStore } from '../../../js/src/stores/sqlite/store.js';
import type { MergeMode, Stamper, Store } from '../../../js/src/stores/store.js';
import type { OpenStore, StoreDriver } from '../../../js/src/testing/index.js';
import { decodeRow, encodeKey, encodeRow } from '../../../js/src/values.js';

/** Every field that the suite writes has a column; they hold whatever is put there. */
const fields = 'n m k x y a b c title done text tag v o d big'.split(' ');
const columns = fields.map((field) => `"${field}"`).join(', ');

const isPlain = (value: unknown): value is SqlValue =>
  typeof value === 'string' || (typeof value === 'number' && !Object.is(value, -0));

/** Runs a statement; at once, or not. */
type Run = (sql: string, parameters?: SqlValue[]) => unknown;

/** Sets the clock that the triggers read to the next second of the suite's own. */
async function setClock(run: Run, stamper: Stamper): Promise<void> {
  const ms = msOf(stamper.reserve(1));
  await run(
    `UPDATE tidemark_clock SET ahead =
       (?1 - CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)) << 16`,
    [ms],
  );
  // The suite's clock may be set back; one that is read never is.
  await run(
    `UPDATE tidemark_log SET time = min(time, ? << 16)
     WHERE op = 0 AND entry = (SELECT max(entry) FROM tidemark_log)`,
    [ms],
  );
}

/** The suite's tables, one statement each. */
export const tablesSql = (tables: Record<string, MergeMode>) =>
  Object.keys(tables).map(
    (table) => `CREATE TABLE "${table}" (id PRIMARY KEY, ${columns}) WITHOUT ROWID`,
  );

/** A database as the suite uses it. */
export interface DrivenDatabase {
  store: Store;
  run: Run;
  transaction(work: () => Promise<void>): Promise<void>;
  /** What was written so far is a transaction of its own. */
  mark(): unknown;
  close(): unknown;
}

export function driverOf(db: DrivenDatabase, clock: Stamper): StoreDriver {
  const { store } = db;
  let depth = 0;
  const writing = async (write: () => unknown) => {
    await setClock(db.run, clock);
    await write();
    if (depth === 0) await db.mark();
  };
  return {
    store,
    narrowKeys: true,
    put: (table, row) => writing(() => put(db, table, row)),
    update: (table, key, changes) => writing(() => update(db, table, key, changes)),
    delete: (table, key) =>
      writing(() => db.run(`DELETE FROM "${table}" WHERE id = ?`, [key as SqlValue])),
    get: async (table, key) => rowOf(store, table, key),
    transaction: async (writes) => {
      depth++;
      await db.transaction(async () => {
        for (const write of writes) await write();
      });
      depth--;
      await db.mark();
    },
    close: async () => {
      store.close();
      await db.close();
    },
  };
}

/** Opens stores over fresh databases. */
export function openSqliteStore(create: () => SqliteHandle): OpenStore {
  return async (tables, clock) => {
    const handle = create();
    const db = databaseOf(handle);
    for (const text of tablesSql(tables)) db.exec(text);
    const store = SqliteStore.open(db, { tables: new Map(Object.entries(tables)), clock });
    const driven: DrivenDatabase = {
      store,
      run: (text, parameters) => db.all(text, parameters),
      transaction: async (work) => {
        db.exec('BEGIN');
        await work();
        db.exec('COMMIT');
      },
      mark: () => store.mark(),
      close: () => (handle as { close?: () => void }).close?.(),
    };
    return driverOf(driven, clock);
  };
}

async function put({ run, store }: DrivenDatabase, table: string, row: Row) {
  const names = Object.keys(row);
  const known = names.every((name) => name === 'id' || fields.includes(name));
  if (!known || !Object.values(row).every(isPlain))
    return store.write({ table, id: encodeKey(row.id), row: encodeRow(row, table) });
  const all = ['id', ...fields];
  const sets = fields.map((name) => `"${name}" = excluded."${name}"`).join(', ');
  await run(
    `INSERT INTO "${table}" (id, ${columns}) VALUES (${all.map(() => '?').join(', ')})
     ON CONFLICT (id) DO UPDATE SET ${sets}`,
    all.map((name) => (row[name] ?? null) as SqlValue),
  );
}

async function update({ run, store }: DrivenDatabase, table: string, key: unknown, changes: Row) {
  const names = Object.keys(changes);
  if (!names.every((name) => fields.includes(name)) || !Object.values(changes).every(isPlain))
    return store.write({
      ...{ table, id: encodeKey(key), patch: true },
      row: encodeRow(changes, table),
    });
  const sets = names.map((name) => `"${name}" = ?`).join(', ');
  const values = names.map((name) => changes[name] as SqlValue);
  await run(`UPDATE "${table}" SET ${sets} WHERE id = ?`, [...values, key as SqlValue]);
}

async function rowOf(store: Store, table: string, key: unknown): Promise<Row | undefined> {
  const { rows } = await store.scan(table, 1_000);
  const found = rows.find(({ id }) => id === encodeKey(key));
  return found && decodeRow(found.row);
}
