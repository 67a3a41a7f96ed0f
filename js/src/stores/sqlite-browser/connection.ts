// The one connection to the file: statements of the app and of sync, each call in a transaction of
// its own, which also notes the call, so that after a hand-over it is known whether it was done.
import type { Database, Sqlite3Static } from '@sqlite.org/sqlite-wasm';
import { TidemarkError } from '../../errors.js';
import { sql } from '../../generated/sqlite.js';
import { decodeValue, encodeValue } from '../../values.js';
import type { SqliteDatabase } from '../sqlite/database.js';
import { databaseOf } from '../sqlite/libraries.js';
import { beginMigration } from '../sqlite/schema.js';
import type { SqlResult, SqlStatement } from './protocol.js';
import { SqlError } from './sql-error.js';
import { Statements } from './statements.js';

/** A call by which a tab may write. */
export interface CallName {
  client: string;
  call: number;
  answered: number;
}

const ownTable = `CREATE TABLE IF NOT EXISTS tidemark_calls (
  client TEXT NOT NULL, call INTEGER NOT NULL, result TEXT, PRIMARY KEY (client, call)
) WITHOUT ROWID`;

const note = 'INSERT INTO tidemark_calls VALUES (?1, ?2, ?3)';
const forget = 'DELETE FROM tidemark_calls WHERE client = ?1 AND call <= ?2';

export class Connection {
  /** For a store: the same connection, whose transactions end as they do here. */
  readonly port: SqliteDatabase;
  readonly #inner: SqliteDatabase;
  readonly #statements: Statements;
  /** Whether this database is synced, so that writes are in a log. */
  #logs = false;
  #wrote = false;
  readonly #changed = new Set<string>();
  /** Before a store's transaction is committed. */
  #ending: (() => void) | null = null;

  constructor(
    readonly sqlite3: Sqlite3Static,
    readonly db: Database,
  ) {
    this.#inner = databaseOf(db);
    this.#statements = new Statements(sqlite3, db);
    this.port = this.#portOf(this.#inner);
  }

  /** `setup`: the app's, for every connection anew. */
  begin(setup: string): void {
    if (setup !== '') this.#asked(() => this.db.exec(setup));
    this.#asked(() => this.#inner.exec(ownTable));
    this.look();
  }

  /** Whether anything was written in the transaction that is open. */
  get hasWritten(): boolean {
    return this.#wrote;
  }

  get inTransaction(): boolean {
    return this.sqlite3.capi.sqlite3_get_autocommit(this.db) === 0;
  }

  #portOf(inner: SqliteDatabase): SqliteDatabase {
    const connection = this;
    return {
      readsJson: inner.readsJson,
      all: (text, parameters) => inner.all(text, parameters),
      exec(text) {
        if (text === 'COMMIT') connection.#ending?.();
        inner.exec(text);
      },
      get inTransaction() {
        return connection.inTransaction;
      },
    };
  }

  /** Whether there is a log by now. */
  look(): void {
    this.#logs = this.#inner.all(sql.version).length > 0;
  }

  /** The tables that were written since this was last asked. */
  takeChanged(): string[] {
    const changed = [...this.#changed];
    this.#changed.clear();
    return changed;
  }

  changed(tables: Iterable<string>): void {
    for (const table of tables) this.#changed.add(table);
  }

  /** The log's growth past `entry`: how many records' writes, and its last entry. */
  logSince(entry: number): [count: number, entry: number] {
    if (!this.#logs) return [0, entry];
    return this.#inner.all(sql.logSince, [entry])[0] as [number, number];
  }

  /** Runs what may stand alone as it is, all else in a transaction. */
  batch(statements: readonly SqlStatement[], name: CallName): SqlResult[] {
    const [first] = statements;
    const single = statements.length === 1 && first ? this.#first(first.sql) : null;
    if (first && single?.rest === '' && (single.isReadOnly || single.isApart))
      return [this.#asked(() => this.#statements.run(single, first.parameters))];
    this.open();
    try {
      const results = this.within(statements);
      this.commit(name, results);
      return results;
    } catch (error) {
      this.rollback();
      throw error;
    }
  }

  open(): void {
    this.#wrote = false;
    this.#asked(() => this.#inner.exec('BEGIN IMMEDIATE'));
  }

  /** What is done in the transaction that is open changes the schema; returns what ends that. */
  migrate(): () => void {
    const end = this.#asked(() => beginMigration(this.#inner));
    this.#newSchema();
    return () => this.#asked(end);
  }

  /** Runs statements in the transaction that is open. */
  within(statements: readonly SqlStatement[]): SqlResult[] {
    return statements.map((statement) => {
      // Some errors roll all of it back.
      if (!this.inTransaction)
        throw new TidemarkError('store_failed', 'the transaction was rolled back');
      return this.#run(statement);
    });
  }

  /** What is written from here on is of another transaction for the log, too. */
  commit(name: CallName, results: readonly SqlResult[] = []): void {
    if (this.#wrote) {
      if (this.#logs) this.#inner.all(sql.logEnd);
      const hasRows = results.some(({ rows }) => rows.length > 0);
      this.#note(name, hasRows ? JSON.stringify(encodeValue(results)) : null);
    }
    this.#asked(() => this.#inner.exec('COMMIT'));
  }

  rollback(): void {
    if (this.inTransaction) this.#inner.exec('ROLLBACK');
    this.#changed.clear();
  }

  #run({ sql: text, parameters }: SqlStatement): SqlResult {
    let result: SqlResult = { columns: [], rows: [] };
    for (let rest = text; rest !== ''; ) {
      const prepared = this.#first(rest);
      if (prepared === null) break;
      if (parameters !== undefined && (prepared.rest !== '' || rest !== text))
        throw new TidemarkError('bad_input', 'parameters are of one statement');
      rest = prepared.rest;
      result = this.#asked(() => this.#statements.run(prepared, parameters));
      if (!prepared.isReadOnly) this.#wrote = true;
      this.changed(prepared.tables);
      if (prepared.isSchema) this.#newSchema();
    }
    return result;
  }

  #newSchema(): void {
    this.#statements.forget();
    this.look();
  }

  #first(text: string) {
    return this.#asked(() => this.#statements.first(text));
  }

  #asked<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw this.#errorOf(error);
    }
  }

  #errorOf(error: unknown): unknown {
    const { capi, SQLite3Error } = this.sqlite3;
    if (!(error instanceof SQLite3Error)) return error;
    const { resultCode, message } = error;
    const isFull = (resultCode & 0xff) === capi.SQLITE_FULL || /quota/i.test(message);
    return isFull ? new TidemarkError('storage_full', message) : new SqlError(message, resultCode);
  }

  /** Runs what a store does; its transaction notes the call. `check` may refuse its commit. */
  async forStore<T>(
    name: CallName | null,
    work: () => Promise<T>,
    check: () => void = () => {},
  ): Promise<T> {
    this.#ending = () => {
      check();
      if (name !== null) this.#note(name, null);
    };
    try {
      return await work();
    } finally {
      this.#ending = null;
    }
  }

  #note({ client, call, answered }: CallName, result: string | null): void {
    this.#inner.all(forget, [client, answered]);
    this.#inner.all(note, [client, call, result]);
  }

  /** What became of a call that another worker took: undefined if nothing did. */
  noted({ client, call }: CallName): SqlResult[] | null | undefined {
    const text = 'SELECT result FROM tidemark_calls WHERE client = ?1 AND call = ?2';
    const [row] = this.#inner.all(text, [client, call]);
    if (row === undefined) return undefined;
    return row[0] === null ? null : (decodeValue(JSON.parse(row[0] as string)) as SqlResult[]);
  }

  /** Forgets the calls of all tabs but these. */
  keepOnly(clients: readonly string[]): void {
    const text = `DELETE FROM tidemark_calls
      WHERE client NOT IN (SELECT value FROM json_each(?1))`;
    this.#inner.all(text, [JSON.stringify(clients)]);
  }

  /** The file as it is. */
  bytes(): Uint8Array {
    return this.sqlite3.capi.sqlite3_js_db_export(this.db);
  }

  close(): void {
    this.#statements.close();
    this.db.close();
  }
}
