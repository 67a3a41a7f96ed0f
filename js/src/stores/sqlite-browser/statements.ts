// The statements of an SQL text, prepared one by one, and kept ready where the text is only one.
// What a statement is decides how it runs: alone, in a transaction, or not at all.
import type { Database, PreparedStatement, Sqlite3Static } from '@sqlite.org/sqlite-wasm';
import { TidemarkError } from '../../errors.js';
import type { SqlValue } from '../sqlite/database.js';
import type { SqlParameters, SqlResult } from './protocol.js';

/** Statements kept ready, at most. */
const keptMax = 100;

const blanks = /^(?:[\s;]|--[^\n]*(?:\n|$)|\/\*[\s\S]*?(?:\*\/|$))+/;
const control = /^(?:BEGIN|COMMIT|END|ROLLBACK|SAVEPOINT|RELEASE)\b/i;
const schema = /^(?:CREATE|DROP|ALTER)\b/i;
const apart = /^(?:PRAGMA|VACUUM|ATTACH|DETACH)\b/i;

export interface Prepared {
  readonly handle: PreparedStatement;
  /** What follows it in the text. */
  readonly rest: string;
  readonly isReadOnly: boolean;
  /** Cannot run in a transaction, or means nothing there. */
  readonly isApart: boolean;
  /** Makes other tables or triggers. */
  readonly isSchema: boolean;
  /** The tables that it writes, those that its triggers and cascades write included. */
  readonly tables: readonly string[];
}

/** A truncated table is not opened for writing, so it is not among those that are used. */
const writtenBy = `SELECT name FROM tables_used(?1) WHERE wr AND schema = 'main'
  UNION SELECT s.name FROM bytecode(?1) b JOIN sqlite_schema s ON s.rootpage = b.p1
  WHERE b.opcode = 'Clear' AND b.p2 = 0`;

const isOwn = (table: string) => /^(?:tidemark_|sqlite_)/i.test(table);

export class Statements {
  readonly #kept = new Map<string, Prepared>();
  #written: PreparedStatement | null = null;

  constructor(
    readonly sqlite3: Sqlite3Static,
    readonly db: Database,
  ) {}

  /** The first statement of `sql`; null if there is none. */
  first(sql: string): Prepared | null {
    const kept = this.#kept.get(sql);
    if (kept !== undefined) return kept;
    const text = sql.replace(blanks, '');
    if (text === '') return null;
    if (control.test(text))
      throw new TidemarkError('bad_input', 'transactions are begun and ended by transaction()');
    const prepared = this.#prepare(text);
    if (prepared.rest === '') this.#keep(sql, prepared);
    return prepared;
  }

  #prepare(text: string): Prepared {
    const { capi } = this.sqlite3;
    const handle = this.db.prepare(text);
    const own = capi.sqlite3_sql(handle) ?? text;
    const isReadOnly = capi.sqlite3_stmt_readonly(handle) !== 0;
    const isApart = apart.test(text);
    const tables = isReadOnly || isApart ? [] : this.#tables(own);
    const rest = text.slice(own.length).replace(blanks, '');
    return { handle, rest, isReadOnly, isApart, isSchema: schema.test(text), tables };
  }

  #tables(text: string): string[] {
    this.#written ??= this.db.prepare(writtenBy);
    const { rows } = this.#step(this.#written, [text]);
    return rows.map(([name]) => name as string).filter((name) => !isOwn(name));
  }

  #keep(sql: string, prepared: Prepared): void {
    if (this.#kept.size >= keptMax)
      for (const [oldest, { handle }] of this.#kept) {
        handle.finalize();
        this.#kept.delete(oldest);
        break;
      }
    this.#kept.set(sql, prepared);
  }

  /** Runs it to its end. */
  run(prepared: Prepared, parameters?: SqlParameters): SqlResult {
    try {
      return this.#step(prepared.handle, parameters);
    } finally {
      if (prepared.rest !== '') prepared.handle.finalize();
    }
  }

  #step(handle: PreparedStatement, parameters?: SqlParameters): SqlResult {
    const { capi } = this.sqlite3;
    try {
      if (parameters !== undefined) handle.bind(parameters as SqlValue[]);
      if (Array.isArray(parameters)) this.#bindLarge(handle, parameters);
      const rows: SqlValue[][] = [];
      while (handle.step()) rows.push(handle.get([]) as SqlValue[]);
      return { columns: handle.columnCount > 0 ? handle.getColumnNames([]) : [], rows };
    } finally {
      // What went wrong was said: a reset would say it again.
      capi.sqlite3_reset(handle);
      capi.sqlite3_clear_bindings(handle.pointer as number);
    }
  }

  // The package binds a number without a fraction as a 64-bit integer, and 1e308 is none.
  #bindLarge(handle: PreparedStatement, parameters: readonly unknown[]): void {
    const { capi } = this.sqlite3;
    for (const [i, value] of parameters.entries())
      if (typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value))
        capi.sqlite3_bind_double(handle.pointer as number, i + 1, value);
  }

  /** Forgets all: what a changed schema makes of them is another set of tables. */
  forget(): void {
    for (const { handle } of this.#kept.values()) handle.finalize();
    this.#kept.clear();
  }

  close(): void {
    this.forget();
    this.#written?.finalize();
  }
}
