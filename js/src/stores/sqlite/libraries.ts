// The libraries that an app may have: the official sqlite-wasm, better-sqlite3, node:sqlite. Each
// as a Database; none is imported here, only its handle is looked at.
import { TidemarkError } from '../../errors.js';
import type { SqliteDatabase, SqlValue } from './database.js';

/** `sqlite3.oo1.DB` of @sqlite.org/sqlite-wasm. */
export interface WasmDatabase {
  exec(options: object): unknown;
  prepare(sql: string): WasmStatement;
  changes(): number;
  pointer?: unknown;
}

interface WasmStatement {
  bind(...values: never[]): unknown;
  step(): boolean;
  get(into: unknown[]): unknown;
  reset(alsoClearBinds: boolean): unknown;
  finalize(): unknown;
}

/** A `Database` of better-sqlite3. */
export interface BetterDatabase {
  prepare(sql: string): BetterStatement;
  exec(sql: string): unknown;
  readonly inTransaction: boolean;
}

interface BetterStatement {
  readonly reader: boolean;
  raw(on: boolean): BetterStatement;
  safeIntegers(on: boolean): BetterStatement;
  all(...parameters: unknown[]): unknown[];
  run(...parameters: unknown[]): { changes: number };
}

/** A `DatabaseSync` of node:sqlite. */
export interface NodeDatabase {
  prepare(sql: string): NodeStatement;
  exec(sql: string): void;
  readonly isTransaction: boolean;
}

interface NodeStatement {
  setReadBigInts(on: boolean): void;
  setAllowBareNamedParameters(on: boolean): void;
  /** Of later versions. */
  setReturnArrays?(on: boolean): void;
  all(...parameters: unknown[]): unknown[];
}

export type SqliteHandle = WasmDatabase | BetterDatabase | NodeDatabase | SqliteDatabase;

/** Throws `bad_input` for what is none of them. */
export function databaseOf(handle: SqliteHandle): SqliteDatabase {
  if (typeof handle !== 'object' || handle === null || !('exec' in handle)) throw unknownHandle();
  if ('all' in handle) return handle;
  if ('inTransaction' in handle) return new Better(handle);
  if ('isTransaction' in handle) return new Node(handle);
  if ('changes' in handle && 'pointer' in handle) return new Wasm(handle);
  throw unknownHandle();
}

const unknownHandle = () =>
  new TidemarkError('bad_input', 'db is no database of sqlite-wasm, better-sqlite3 or node:sqlite');

/** Statements kept ready, at most: those of the store, and some updates of each table. */
const preparedMax = 500;

/** A name may look like a parameter. */
const quotedName = /"[^"]*"/g;

/** Statements by their text; all are let go where there are too many. */
class Prepared<S> {
  readonly #statements = new Map<string, { statement: S; numbered: boolean }>();

  constructor(
    readonly prepare: (sql: string) => S,
    readonly drop: (statement: S) => unknown = () => {},
  ) {}

  get(sql: string): { statement: S; numbered: boolean } {
    let known = this.#statements.get(sql);
    if (known !== undefined) return known;
    if (this.#statements.size >= preparedMax) this.#clear();
    const numbered = /\?\d/.test(sql.replace(quotedName, ''));
    known = { statement: this.prepare(sql), numbered };
    this.#statements.set(sql, known);
    return known;
  }

  #clear(): void {
    for (const { statement } of this.#statements.values()) this.drop(statement);
    this.#statements.clear();
  }
}

/**
 * What these two libraries are given: they bind every number as one with a fraction, and take a
 * numbered parameter for one whose name is its number.
 */
function given(parameters: readonly SqlValue[], numbered: boolean, bent = false): unknown[] {
  if (bent && !numbered) return parameters as unknown[];
  const values: unknown[] = [];
  for (const value of parameters)
    values.push(typeof value === 'number' && Number.isSafeInteger(value) ? BigInt(value) : value);
  if (!numbered || values.length === 0) return values;
  return [Object.fromEntries(values.map((value, i) => [i + 1, value]))];
}

// They read all integers as bigints, or none.
function plain(value: unknown): SqlValue {
  if (typeof value === 'bigint') {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value;
  }
  return value instanceof Uint8Array ? new Uint8Array(value) : (value as SqlValue);
}

class Better implements SqliteDatabase {
  readonly #prepared: Prepared<BetterStatement>;

  constructor(readonly db: BetterDatabase) {
    this.#prepared = new Prepared((sql) => {
      const statement = db.prepare(sql).safeIntegers(true);
      return statement.reader ? statement.raw(true) : statement;
    });
  }

  all(sql: string, parameters: readonly SqlValue[] = [], bent = false): SqlValue[][] {
    const { statement, numbered } = this.#prepared.get(sql);
    const values = given(parameters, numbered, bent);
    if (statement.reader)
      return (statement.all(...values) as unknown[][]).map((row) => row.map(plain));
    statement.run(...values);
    return [];
  }

  exec(sql: string): void {
    this.db.exec(sql);
  }

  get inTransaction(): boolean {
    return this.db.inTransaction;
  }
}

class Node implements SqliteDatabase {
  readonly cutsTexts = true;
  readonly #prepared: Prepared<NodeStatement>;

  constructor(readonly db: NodeDatabase) {
    this.#prepared = new Prepared((sql) => {
      const statement = db.prepare(sql);
      if (statement.setReturnArrays === undefined)
        throw new TidemarkError('bad_input', 'node:sqlite needs Node 22.16 or newer');
      statement.setReturnArrays(true);
      statement.setReadBigInts(true);
      statement.setAllowBareNamedParameters(true);
      return statement;
    });
  }

  all(sql: string, parameters: readonly SqlValue[] = [], bent = false): SqlValue[][] {
    const { statement, numbered } = this.#prepared.get(sql);
    const values = given(parameters, numbered, bent);
    return (statement.all(...values) as unknown[][]).map((row) => row.map(plain));
  }

  exec(sql: string): void {
    this.db.exec(sql);
  }

  get inTransaction(): boolean {
    return this.db.isTransaction;
  }
}

// It would bind a large number without a fraction as a 64-bit integer, and 1e308 is none. A column
// of numbers makes one of such a text.
function bindable(value: SqlValue): SqlValue {
  const isLarge = typeof value === 'number' && Number.isInteger(value);
  return isLarge && !Number.isSafeInteger(value) ? String(value) : value;
}

// What went wrong was said: some versions say it again.
function reset(statement: WasmStatement): void {
  try {
    statement.reset(true);
  } catch {
    // It is reset all the same.
  }
}

class Wasm implements SqliteDatabase {
  readonly readsJson = true;
  readonly #prepared: Prepared<WasmStatement>;

  constructor(readonly db: WasmDatabase) {
    this.#prepared = new Prepared(
      (sql) => db.prepare(sql),
      (statement) => statement.finalize(),
    );
  }

  all(sql: string, parameters: readonly SqlValue[] = []): SqlValue[][] {
    const { statement } = this.#prepared.get(sql);
    try {
      if (parameters.length > 0) statement.bind(...([parameters.map(bindable)] as never[]));
      const rows: SqlValue[][] = [];
      while (statement.step()) rows.push((statement.get([]) as unknown[]).map(plain));
      return rows;
    } finally {
      reset(statement);
    }
  }

  exec(sql: string): void {
    this.db.exec({ sql });
  }

  // Its handle does not tell. A BEGIN takes no lock, and fails within another.
  get inTransaction(): boolean {
    try {
      this.exec('BEGIN');
    } catch {
      return true;
    }
    this.exec('ROLLBACK');
    return false;
  }
}
