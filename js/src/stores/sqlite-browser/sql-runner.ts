// Statements of the app, asked of the worker that has the file: by themselves, or in a transaction
// that is open.
import type { SqlValue } from '../sqlite/database.js';
import type { Calls, OpenCall } from './calls.js';
import type { SqlParameters, SqlResult, SqlStatement } from './protocol.js';

export type SqlRow = Record<string, SqlValue>;

/** What the app asks of a database, or of a transaction in it. */
export interface SqlRunner {
  /**
   * Runs statements, all or none, and gives the rows of the last. Rejects with a SqlError where
   * SQLite refuses one.
   */
  exec(sql: string, parameters?: SqlParameters): Promise<SqlRow[]>;
  /** Runs statements, all or none, and gives the rows of each. */
  batch(statements: readonly SqlStatement[]): Promise<SqlRow[][]>;
}

/** `open`: the transaction that they are of. */
export function runnerOf(ask: Calls['ask'], open: OpenCall | null): SqlRunner {
  const batch = async (statements: readonly SqlStatement[]) => {
    const results = (await ask({ do: 'batch', statements }, open)) as SqlResult[] | null;
    return statements.map((_, i) => rowsOf(results?.[i]));
  };
  return {
    batch,
    async exec(sql, parameters) {
      const [rows = []] = await batch([parameters ? { sql, parameters } : { sql }]);
      return rows;
    },
  };
}

function rowsOf(result: SqlResult | undefined): SqlRow[] {
  if (result === undefined) return [];
  const { columns, rows } = result;
  return rows.map((row) => Object.fromEntries(row.map((value, i) => [columns[i], value])));
}
