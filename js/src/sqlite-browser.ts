// `tidemark/sqlite-browser`: a SQLite database in the browser, one file for all tabs, kept in the
// origin private file system, or in IndexedDB where that is missing. Needs @sqlite.org/sqlite-wasm.
import { TidemarkError } from './errors.js';
import { BrowserDatabase } from './stores/sqlite-browser/browser-database.js';
import type { Storage } from './stores/sqlite-browser/protocol.js';

export type { BrowserDatabase } from './stores/sqlite-browser/browser-database.js';
export type { SqlParameters, SqlStatement, Storage } from './stores/sqlite-browser/protocol.js';
export { SqlError } from './stores/sqlite-browser/sql-error.js';
export type { SqlRow, SqlRunner } from './stores/sqlite-browser/sql-runner.js';

export interface OpenDatabaseOptions {
  /** By default where it is already, else `opfs`, else `indexeddb`. */
  storage?: Storage;
  /**
   * Statements for every connection before anything else, as `PRAGMA foreign_keys = ON`: each tab
   * may be the one that connects.
   */
  setup?: string;
  /** How long a transaction may keep the others waiting, in milliseconds. 30,000 by default. */
  transactionMs?: number;
  /** How long a migration may, in milliseconds. 600,000 by default. */
  migrationMs?: number;
  /**
   * How long the tab that has the file may be silent, as when the browser froze it, before another
   * takes over, in milliseconds. 30,000 by default.
   */
  takeoverMs?: number;
  /**
   * Makes the worker, where the app's bundler does not find it by itself: a module worker whose
   * script imports `tidemark/sqlite-worker`.
   */
  worker?: () => Worker;
}

const transactionMsDefault = 30_000;
const migrationMsDefault = 600_000;
const takeoverMsDefault = 30_000;
/** A tab that is only busy is not to lose the file. */
const takeoverMsMin = 1_000;
/** UTF-8 bytes of a database's name. */
const nameBytesMax = 200;

/**
 * Opens the database in this tab; where another has the file, through it. Rejects with
 * `storage_unavailable` where it cannot be opened.
 */
export async function openDatabase(
  name: string,
  options: OpenDatabaseOptions = {},
): Promise<BrowserDatabase> {
  const { storage, setup = '', worker = ownWorker } = options;
  const { transactionMs = transactionMsDefault, takeoverMs = takeoverMsDefault } = options;
  const { migrationMs = migrationMsDefault } = options;
  const bytes = new TextEncoder().encode(encodeURIComponent(name)).length;
  if (bytes === 0 || bytes > nameBytesMax || name === '.' || name === '..')
    throw new TidemarkError('bad_input', `the name of a database has 1 to ${nameBytesMax} bytes`);
  if (!(takeoverMs >= takeoverMsMin))
    throw new TidemarkError('bad_input', `takeoverMs is under ${takeoverMsMin}`);
  const limits = { transactionMs, migrationMs, takeoverMs };
  return BrowserDatabase.open({ name, storage, setup, worker, ...limits });
}

// Bundlers know this form of an address, and bundle what it names.
function ownWorker(): Worker {
  return new Worker(new URL('./sqlite-worker.js', import.meta.url), { type: 'module' });
}
