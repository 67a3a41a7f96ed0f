// A SQLite store for the contract suite: the app's writes are SQL wherever SQL can say them.
import type { Row } from '../../../js/src/merge.js';
import { msOf } from '../../../js/src/stamp-words.js';
import type { SqliteDatabase, SqlValue } from '../../../js/src/stores/sqlite/database.js';
import { databaseOf, type SqliteHandle } from '../../../js/src/stores/sqlite/libraries.js';
import { SqliteStore } from '../../../js/src/stores/sqlite/store.js';
import type { Stamper } from '../../../js/src/stores/store.js';
import type { OpenStore } from '../../../js/src/testing/index.js';
import { decodeRow, encodeKey, encodeRow } from '../../../js/src/values.js';

/** Every field that the suite writes has a column; they hold whatever is put there. */
const fields = 'n m k x y a b c title done text tag v o d big'.split(' ');
const columns = fields.map((field) => `"${field}"`).join(', ');

const isPlain = (value: unknown): value is SqlValue =>
  typeof value === 'string' || (typeof value === 'number' && !Object.is(value, -0));

/** Sets the clock that the triggers read to the next second of the suite's own. */
function setClock(db: SqliteDatabase, stamper: Stamper): void {
  const ms = msOf(stamper.reserve(1));
  db.all(
    `UPDATE tidemark_clock SET ahead =
       (?1 - CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)) << 16`,
    [ms],
  );
  // The suite's clock may be set back; one that is read never is.
  db.all(
    `UPDATE tidemark_log SET time = min(time, ? << 16)
     WHERE op = 0 AND entry = (SELECT max(entry) FROM tidemark_log)`,
    [ms],
  );
}

/** Opens stores over fresh databases. */
export function openSqliteStore(create: () => SqliteHandle): OpenStore {
  return async (tables, clock) => {
    const handle = create();
    const db = databaseOf(handle);
    for (const table of Object.keys(tables))
      db.exec(`CREATE TABLE "${table}" (id PRIMARY KEY, ${columns}) WITHOUT ROWID`);
    const modes = new Map(Object.entries(tables));
    const store = SqliteStore.open(db, { tables: modes, clock });
    let depth = 0;
    const writing = async (write: () => unknown) => {
      setClock(db, clock);
      await write();
      if (depth === 0) store.mark();
    };
    return {
      store,
      narrowKeys: true,
      put: (table, row) => writing(() => put(db, store, table, row)),
      update: (table, key, changes) => writing(() => update(db, store, table, key, changes)),
      delete: (table, key) =>
        writing(() => db.all(`DELETE FROM "${table}" WHERE id = ?`, [key as SqlValue])),
      get: async (table, key) => rowOf(store, table, key),
      transaction: async (writes) => {
        depth++;
        db.exec('BEGIN');
        for (const write of writes) await write();
        db.exec('COMMIT');
        depth--;
        store.mark();
      },
      close: async () => {
        store.close();
        (handle as { close?: () => void }).close?.();
      },
    };
  };
}

async function put(db: SqliteDatabase, store: SqliteStore, table: string, row: Row) {
  const names = Object.keys(row);
  const known = names.every((name) => name === 'id' || fields.includes(name));
  if (!known || !Object.values(row).every(isPlain))
    return store.write({ table, id: encodeKey(row.id), row: encodeRow(row, table) });
  const all = ['id', ...fields];
  const sets = fields.map((name) => `"${name}" = excluded."${name}"`).join(', ');
  db.all(
    `INSERT INTO "${table}" (id, ${columns}) VALUES (${all.map(() => '?').join(', ')})
     ON CONFLICT (id) DO UPDATE SET ${sets}`,
    all.map((name) => (row[name] ?? null) as SqlValue),
  );
}

async function update(
  db: SqliteDatabase,
  store: SqliteStore,
  table: string,
  key: unknown,
  changes: Row,
) {
  const names = Object.keys(changes);
  if (!names.every((name) => fields.includes(name)) || !Object.values(changes).every(isPlain))
    return store.write({
      ...{ table, id: encodeKey(key), patch: true },
      row: encodeRow(changes, table),
    });
  const sets = names.map((name) => `"${name}" = ?`).join(', ');
  const values = names.map((name) => changes[name] as SqlValue);
  db.all(`UPDATE "${table}" SET ${sets} WHERE id = ?`, [...values, key as SqlValue]);
}

async function rowOf(store: SqliteStore, table: string, key: unknown): Promise<Row | undefined> {
  const { rows } = await store.scan(table, 1_000);
  const found = rows.find(({ id }) => id === encodeKey(key));
  return found && decodeRow(found.row);
}
