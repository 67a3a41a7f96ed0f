// `tidemark/sqlite`: syncs tables of a SQLite database that the app already has: a handle of
// sqlite-wasm, better-sqlite3 or node:sqlite, or what `openDatabase` of tidemark/sqlite-browser
// gave.
import { createEngine } from './engine.js';
import { systemHost } from './host.js';
import { mergeModes, startSync } from './start.js';
import { databaseOf, type SqliteHandle } from './stores/sqlite/libraries.js';
import { migrate as migrateDatabase } from './stores/sqlite/schema.js';
import { SqliteStore, type SqliteStoreOptions } from './stores/sqlite/store.js';
import type { Store } from './stores/store.js';
import type { Sync, SyncOptions } from './types.js';

export type { SqliteDatabase, SqlValue } from './stores/sqlite/database.js';
export type {
  BetterDatabase,
  NodeDatabase,
  SqliteHandle,
  WasmDatabase,
} from './stores/sqlite/libraries.js';
export { SqliteStore } from './stores/sqlite/store.js';

/** A database that brings its own store: `BrowserDatabase`. */
export interface StoreKeeper {
  readonly name: string;
  openStore(options: SqliteStoreOptions): Promise<Store>;
}

export interface SqliteSyncOptions extends SyncOptions {
  db: SqliteHandle | StoreKeeper;
  /**
   * Connections of the same name share the database, and one of them talks to the network. By
   * default that of its file.
   */
  name?: string;
}

/**
 * Starts to sync. Triggers record writes to the tables named from now on, by whatever program.
 * Rejects with `bad_input` for what is no database, with `table_unsupported` for a table that
 * cannot be synced.
 */
export async function open(options: SqliteSyncOptions): Promise<Sync> {
  const { db, name, ...others } = options;
  const engine = await createEngine(systemHost);
  const tables = mergeModes(others.tables);
  const settings: SqliteStoreOptions = { tables, clock: engine, device: others.device };
  const store = isKeeper(db)
    ? await db.openStore(settings)
    : SqliteStore.open(databaseOf(db), settings);
  return startSync(store, engine, `sqlite:${name ?? fileOf(db)}`, others);
}

/**
 * Runs `work`, which changes the app's schema, in one transaction: also what Tidemark's triggers
 * would hinder, such as dropping a column. Rows that it writes are recorded, whole.
 */
export function migrate<T>(db: SqliteHandle, work: () => T): T {
  return migrateDatabase(databaseOf(db), work);
}

const isKeeper = (db: SqliteHandle | StoreKeeper): db is StoreKeeper =>
  typeof db === 'object' && db !== null && 'openStore' in db;

/** The name of the file, by whichever library; what has none is like no other. */
function fileOf(db: object): string {
  const { name, filename, location } = db as {
    name?: unknown;
    filename?: unknown;
    location?: unknown;
  };
  const named = typeof location === 'function' ? location.call(db) : (filename ?? name);
  const isFile = typeof named === 'string' && named !== '' && named !== ':memory:';
  return isFile ? named : crypto.randomUUID();
}
