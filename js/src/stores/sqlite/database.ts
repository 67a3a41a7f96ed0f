// The Database port: what a SQLite library must do for the store. Synchronous, as all of them are:
// nothing else comes between the statements of a transaction.

import { asTidemarkError, type ErrorCode, type TidemarkError } from '../../errors.js';

/** A value as a column holds it; integers past 2^53 are bigints, and only these. */
export type SqlValue = null | number | bigint | string | Uint8Array;

export interface SqliteDatabase {
  /**
   * Runs one statement, and gives its rows. `bent`: numbers without a fraction go to columns that
   * make integers of them, so they may be bound as they are.
   */
  all(sql: string, parameters?: readonly SqlValue[], bent?: boolean): SqlValue[][];
  /** Runs any number of statements without parameters. */
  exec(sql: string): void;
  /** Whether a transaction was begun by BEGIN. */
  readonly inTransaction: boolean;
  /** Whether it ends texts at a NUL. */
  readonly cutsTexts?: boolean | undefined;
  /** Whether it is quicker to let SQLite read rows from JSON than to bind their values. */
  readonly readsJson?: boolean | undefined;
}

/** What SQLite's result codes mean here, by their names in better-sqlite3: see errors.cpp. */
const meanings: readonly [number: number, name: string, code: ErrorCode][] = [
  [3, 'PERM', 'storage_unavailable'],
  [8, 'READONLY', 'storage_unavailable'],
  [11, 'CORRUPT', 'storage_damaged'],
  [13, 'FULL', 'storage_full'],
  [14, 'CANTOPEN', 'storage_unavailable'],
  [19, 'CONSTRAINT', 'constraint'],
  [23, 'AUTH', 'storage_unavailable'],
  [26, 'NOTADB', 'storage_damaged'],
];

/** SQLite's result code, or a text that begins with its name. */
function resultOf(error: unknown): number | string | undefined {
  const { code, resultCode, errcode } = Object(error) as Record<string, unknown>;
  for (const n of [resultCode, errcode]) if (typeof n === 'number') return n;
  return typeof code === 'string' ? code : undefined;
}

function meaningOf(error: unknown): ErrorCode {
  const result = resultOf(error);
  const found = meanings.find(([number, name]) =>
    typeof result === 'number' ? (result & 0xff) === number : result?.startsWith(`SQLITE_${name}`),
  );
  return found?.[2] ?? 'store_failed';
}

/** The error of a call whose `error` a library threw. */
export function storeError(error: unknown): TidemarkError {
  return asTidemarkError(error, meaningOf(error));
}

/**
 * Whether an error is the database's refusal of a row: no index, check or type lets it in. Not so
 * where the app's schema has rolled back all of the transaction: nothing may go on in it.
 */
export function isRefusal(db: SqliteDatabase, error: unknown): boolean {
  const { message = '' } = error as { message?: unknown };
  const isConstraint = meaningOf(error) === 'constraint' || /constraint/i.test(`${message}`);
  return isConstraint && db.inTransaction;
}

/** What `work` finds out by writing: nothing of that stays. Null: it was refused. */
export function attempted<T>(db: SqliteDatabase, work: () => T): T | null {
  db.exec('SAVEPOINT tidemark_attempt');
  try {
    return work();
  } catch (error) {
    if (isRefusal(db, error)) return null;
    throw error;
  } finally {
    if (db.inTransaction) db.exec('ROLLBACK TO tidemark_attempt; RELEASE tidemark_attempt');
  }
}

/**
 * Runs `work` in one transaction: all of it, or nothing. Within one of the caller's, as a part of
 * that.
 */
export function transact<T>(db: SqliteDatabase, work: () => T): T {
  const [begin, commit, undo] = db.inTransaction
    ? ['SAVEPOINT tidemark', 'RELEASE tidemark', 'ROLLBACK TO tidemark; RELEASE tidemark']
    : ['BEGIN IMMEDIATE', 'COMMIT', 'ROLLBACK'];
  db.exec(begin);
  try {
    const result = work();
    db.exec(commit);
    return result;
  } catch (error) {
    // Some errors have rolled it back already.
    if (db.inTransaction) db.exec(undo);
    throw error;
  }
}
