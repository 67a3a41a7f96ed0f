// Rows of the app's tables in tagged form: reading them, and writing what sync brings.
import { TidemarkError } from '../../errors.js';
import { sql } from '../../generated/sqlite.js';
import { isAbsent, setOwn } from '../../values.js';
import type { IdText, WireRow } from '../../wire.js';
import {
  type Affinity,
  fromColumn,
  isBroken,
  isExactValue,
  isSameStored,
  type Stored,
  toColumn,
} from './column-values.js';
import { attempted, isRefusal, type SqliteDatabase, type SqlValue } from './database.js';
import { exactTexts } from './exact-texts.js';
import { idOf, keyOf, partsOf } from './keys.js';
import type { Column, Table } from './tables.js';

/** The rows of one table. */
export class Rows {
  #hasExtras: boolean | null = null;

  constructor(
    readonly db: SqliteDatabase,
    readonly table: Table,
  ) {}

  parts(id: IdText): SqlValue[] {
    return partsOf(id, this.table.keys.length);
  }

  key(id: IdText): SqlValue {
    return keyOf(this.parts(id));
  }

  /** Undefined for an id that has no place in this table. */
  keyOrNone(id: IdText): SqlValue | undefined {
    return unlessUnsupported(() => this.key(id));
  }

  id(key: SqlValue): IdText {
    return idOf(key, this.table.keys.length);
  }

  /** Undefined for a key that no device can name. */
  idOrNone(key: SqlValue): IdText | undefined {
    return unlessUnsupported(() => this.id(key));
  }

  /** Whether the database has the table. */
  get exists(): boolean {
    return this.table.columns.length > 0;
  }

  read(id: IdText): WireRow | undefined {
    if (!this.exists) return undefined;
    const parts = this.parts(id);
    const [found] = this.db.all(this.table.texts.read, parts);
    return found && this.tagged(exactTexts(this.db, this.table, found, parts), keyOf(parts));
  }

  has(id: IdText): boolean {
    return this.exists && this.db.all(this.table.texts.read, this.parts(id)).length > 0;
  }

  /** A row as the database has it, in tagged form. */
  tagged(found: readonly SqlValue[], key: SqlValue): WireRow {
    const row: WireRow = {};
    for (const [i, { name, absent }] of this.table.columns.entries()) {
      const value = found[i] as SqlValue;
      if (value !== null || absent !== null) setOwn(row, name, fromColumn(value));
    }
    if (this.#extras()) this.#addExtras(row, found, key);
    return row;
  }

  #addExtras(row: WireRow, found: readonly SqlValue[], key: SqlValue): void {
    for (const [field, stored, text] of this.db.all(sql.extras, [this.table.tbl, key])) {
      const i = this.table.columns.findIndex(({ name }) => name === field);
      if (i >= 0 && !isSameStored(found[i] as SqlValue, stored as SqlValue)) continue;
      const value = JSON.parse(text as string);
      if (isAbsent(value)) delete row[field as string];
      else setOwn(row, field as string, value);
    }
  }

  /** Another program may have written since. */
  refresh(): void {
    this.#hasExtras = null;
  }

  #extras(): boolean {
    this.#hasExtras ??= this.db.all(sql.extrasCount)[0]?.[0] !== 0;
    return this.#hasExtras;
  }

  /** What to bind for a row that its columns hold, with nothing kept beside any row; else null. */
  plain(id: IdText, row: WireRow): SqlValue[] | null {
    if (this.#extras()) return null;
    const parts = this.parts(id);
    this.#checkKey(id, parts);
    return exactValues(this.table.columns, row, parts);
  }

  /** Writes a whole row. Throws `constraint` for one that the database does not let in. */
  put(id: IdText, row: WireRow): void {
    const parts = this.parts(id);
    this.#checkKey(id, parts);
    const { columns, texts } = this.table;
    const exact = exactValues(columns, row, parts);
    const stored = exact ? null : columns.map((column) => storedOf(column, row, parts));
    const values = exact ?? (stored as Stored[]).map(({ value }) => value);
    if (texts.change === null || !this.has(id)) this.#write(id, texts.put, values);
    else
      this.#write(id, texts.change, [...values.filter((_, i) => columns[i]?.key === 0), ...parts]);
    if (stored === null && !this.#extras()) return;
    const key = keyOf(parts);
    if (this.#extras()) this.db.all(sql.extrasDrop, [this.table.tbl, key]);
    if (stored !== null) this.#keepExtras(parts, row, stored, columns);
  }

  /** Sets some fields; returns false where there is no such row. */
  patch(id: IdText, fields: WireRow): boolean {
    const parts = this.parts(id);
    const columns = this.table.columns.filter(
      ({ name, key }) => key === 0 && Object.hasOwn(fields, name),
    );
    const stored = columns.map((column) => storedOf(column, fields, parts));
    if (!this.has(id)) return false;
    if (columns.length > 0) {
      const sets = columns.map(({ name }) => `${quoted(name)} = ?`).join(', ');
      const values = [...stored.map(({ value }) => value), ...parts];
      this.#write(id, `${this.table.texts.update}${sets}${this.table.texts.where}`, values);
    }
    this.#keepExtras(parts, fields, stored, columns);
    return true;
  }

  /** The other rows that hold a place of this one in a unique index: the database is asked. */
  rivals(id: IdText, row: WireRow): IdText[] {
    const { probe } = this.table.texts;
    if (probe === null) return [];
    const parts = this.parts(id);
    const values = this.table.columns.map((column) => storedOf(column, row, parts).value);
    return attempted(this.db, () => this.#probe(probe, values, parts)) ?? [];
  }

  /** Each that is found makes room, so that the next is. */
  #probe(probe: string, values: SqlValue[], parts: SqlValue[]): IdText[] {
    const { texts } = this.table;
    const own = JSON.stringify(keyOf(parts));
    const rivals: IdText[] = [];
    this.db.all(texts.remove, parts);
    for (;;) {
      const [found = parts] = this.db.all(probe, values);
      const key = keyOf(found);
      if (JSON.stringify(key) === own) return rivals;
      const rival = this.idOrNone(key);
      if (rival !== undefined) rivals.push(rival);
      this.db.all(texts.remove, found);
    }
  }

  remove(id: IdText): void {
    const parts = this.parts(id);
    this.#write(id, this.table.texts.remove, parts);
    if (this.#extras()) this.db.all(sql.extrasDrop, [this.table.tbl, keyOf(parts)]);
  }

  #write(id: IdText, text: string, values: SqlValue[]): void {
    try {
      this.db.all(text, values);
    } catch (cause) {
      if (!isRefusal(this.db, cause)) throw cause;
      const why = (cause as Error).message;
      throw new TidemarkError('constraint', `${this.table.name} ${id}: ${why}`, { cause });
    }
  }

  /** Throws where the key's columns hold another key than the id's: it has no place here. */
  #checkKey(id: IdText, parts: readonly SqlValue[]): void {
    const bent = this.table.keys.some(({ affinity }, i) => !isKept(parts[i] as SqlValue, affinity));
    if (bent)
      throw new TidemarkError('constraint', `${this.table.name} ${id}: not its kind of key`);
  }

  #keepExtras(
    parts: readonly SqlValue[],
    row: WireRow,
    stored: readonly Stored[],
    columns: readonly Column[],
  ): void {
    const { tbl } = this.table;
    const key = keyOf(parts);
    const own = this.#extras();
    // What a column has made of what it was given.
    const bent = stored.some(({ value, exact }) => !exact && !isBound(value));
    const [held] = bent ? this.db.all(this.table.texts.read, parts) : [];
    for (const [i, column] of columns.entries()) {
      const { name } = column;
      const { value, exact } = stored[i] as Stored;
      if (exact) {
        if (own) this.db.all(sql.extraDrop, [tbl, key, name]);
        continue;
      }
      const text = Object.hasOwn(row, name) ? JSON.stringify(row[name]) : absentText;
      const now = held && !isBound(value) ? held[this.table.columns.indexOf(column)] : value;
      this.#keepExtra(key, name, now as SqlValue, text);
    }
    for (const name of Object.keys(row)) {
      if (this.table.columns.some((column) => column.name === name)) continue;
      this.#keepExtra(key, name, null, JSON.stringify(row[name]));
    }
  }

  #keepExtra(key: SqlValue, name: string, stored: SqlValue, text: string): void {
    const { tbl } = this.table;
    const known = this.table.columns.some((column) => column.name === name);
    if (!known && text === absentText) {
      if (this.#extras()) this.db.all(sql.extraDrop, [tbl, key, name]);
      return;
    }
    this.db.all(sql.extraPut, [tbl, key, name, stored, text]);
    this.#hasExtras = true;
  }
}

function unlessUnsupported<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof TidemarkError && error.code === 'key_unsupported') return undefined;
    throw error;
  }
}

/** What to bind for a row of which its columns hold everything; null: they do not. */
function exactValues(
  columns: readonly Column[],
  row: WireRow,
  parts: readonly SqlValue[],
): SqlValue[] | null {
  const values: SqlValue[] = [];
  let unknown = Object.keys(row).length;
  for (const { name, affinity, key, absent } of columns) {
    const value = row[name];
    if (value !== undefined) unknown--;
    if (key > 0 ? value !== parts[key - 1] : !isExact(value, affinity, absent)) return null;
    values.push((value ?? null) as SqlValue);
  }
  return unknown === 0 ? values : null;
}

function isExact(value: unknown, affinity: Affinity, absent: SqlValue): boolean {
  if (value === undefined) return absent === null;
  if (value === null) return absent !== null;
  return isExactValue(value, affinity);
}

/** What no library gives back as it is, is kept as it was bound: each reads it as its column. */
function isBound(value: SqlValue): boolean {
  return value === null || (typeof value === 'string' && isBroken(value));
}

const absentText = JSON.stringify({ '$tm:absent': 0 });
const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;

function storedOf(column: Column, row: WireRow, parts: readonly SqlValue[]): Stored {
  const { name, affinity, key, absent } = column;
  const value = row[name];
  const isThere = Object.hasOwn(row, name) && !isAbsent(value);
  if (key > 0) {
    const part = parts[key - 1] as SqlValue;
    const exact = isThere && JSON.stringify(fromColumn(part)) === JSON.stringify(value);
    return { value: part, exact };
  }
  if (!isThere) return { value: absent, exact: absent === null };
  return value === null ? { value, exact: absent !== null } : toColumn(value, affinity);
}

function isKept(part: SqlValue, affinity: Column['affinity']): boolean {
  if (part instanceof Uint8Array) return true;
  return toColumn(part, affinity).exact;
}
