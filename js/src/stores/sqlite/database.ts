// The Database port: what a SQLite library must do for the store. Synchronous, as all of them are:
// nothing else comes between the statements of a transaction.

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
  /** Whether it is quicker to let SQLite read rows from JSON than to bind their values. */
  readonly readsJson?: boolean | undefined;
}

/** Whether an error is the database's refusal of a row: no index, check or type lets it in. */
export function isConstraint(error: unknown): boolean {
  const { code, message = '', resultCode, errcode } = error as Record<string, unknown>;
  const isNumber = [resultCode, errcode].some((n) => typeof n === 'number' && (n & 0xff) === 19);
  return isNumber || `${code}`.startsWith('SQLITE_CONSTRAINT') || /constraint/i.test(`${message}`);
}

/** What `work` finds out by writing: nothing of that stays. Null: it was refused. */
export function attempted<T>(db: SqliteDatabase, work: () => T): T | null {
  db.exec('SAVEPOINT tidemark_attempt');
  try {
    return work();
  } catch (error) {
    if (isConstraint(error)) return null;
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
