// The log of a SQLite store: what triggers wrote there, settled and read, and what becomes of it.
import type { Columns } from '../../columns.js';
import { TidemarkError } from '../../errors.js';
import { sql } from '../../generated/sqlite.js';
import type { StampText } from '../../wire.js';
import { deleteColumns, patchColumns, wholeAgain, wholeColumns } from '../pending.js';
import type { PendingWrite } from '../store.js';
import { isSameStored } from './column-values.js';
import type { SqliteDatabase, SqlValue } from './database.js';
import { checkKeyText } from './exact-texts.js';
import type { Rows } from './rows.js';

/** What an entry did; see tidemark_log in sdk/src/sqlite/sql/schema.sql. */
export const op = {
  bound: 0,
  created: 1,
  changed: 2,
  whole: 3,
  deleted: 4,
  createdAndSent: 5,
  found: 6,
} as const;

/** The tables by their numbers. */
export type RowsByNumber = ReadonlyMap<number, Rows>;

export interface LogWrite extends PendingWrite {
  tbl: number;
  key: SqlValue;
  /** The entry it was written as, if it was put off. */
  place: number;
}

/** An entry that can never be sent. */
export interface Unnamed {
  entry: number;
  tbl: number;
  key: SqlValue;
  error: TidemarkError;
}

const entriesAtATime = 1_000;
/** Below all entries: what was adopted and what is offered stand in front, below zero. */
const beforeAll = -(2 ** 52);

/**
 * The writes of the log, oldest first, `limit` of them at most; `unnamed` gets the entries whose
 * keys have no id.
 */
export function readWrites(
  db: SqliteDatabase,
  tables: RowsByNumber,
  limit = Number.POSITIVE_INFINITY,
  unnamed: Unnamed[] = [],
): LogWrite[] {
  const writes: LogWrite[] = [];
  const reader = new Reader(tables, unnamed);
  let last = beforeAll;
  for (;;) {
    const rows = db.all(sql.logRead, [last, entriesAtATime]);
    for (const row of rows) {
      last = row[0] as number;
      const write = reader.read(row);
      if (write !== null) writes.push(write);
      if (writes.length >= limit) return writes;
    }
    if (rows.length < entriesAtATime) return writes;
  }
}

/** What the log has behind `entry` of the records that are written up to it. */
export function readBehind(db: SqliteDatabase, tables: RowsByNumber, entry: number): LogWrite[] {
  return new Reader(tables).all(db.all(sql.logBehind, [entry]));
}

/** The writes of some records, by their table numbers and keys. */
export function readWritesOf(
  db: SqliteDatabase,
  tables: RowsByNumber,
  records: readonly [number, SqlValue][],
): LogWrite[] {
  // JSON has no blobs.
  const [plain, blobs] = [records.filter(isPlain), records.filter((record) => !isPlain(record))];
  const writes = new Reader(tables).all(db.all(sql.logOf, [JSON.stringify(plain)]));
  if (blobs.length === 0) return writes;
  const places = new Set(blobs.map(([tbl, key]) => `${tbl}:${key}`));
  const all = readWrites(db, tables);
  return [...writes, ...all.filter(({ tbl, key }) => places.has(`${tbl}:${key}`))];
}

const isPlain = ([, key]: readonly [number, SqlValue]) => typeof key !== 'object';

/** Makes writes of rows of the log, in their order. */
class Reader {
  #bound = 'first';

  constructor(
    readonly tables: RowsByNumber,
    readonly unnamed: Unnamed[] = [],
  ) {}

  all(rows: SqlValue[][]): LogWrite[] {
    return rows.flatMap((row) => this.read(row) ?? []);
  }

  read(row: SqlValue[]): LogWrite | null {
    const [entry, tbl, key, code] = row as [number, number, SqlValue, number];
    if (code === op.bound) {
      this.#bound = `${entry}`;
      return null;
    }
    try {
      if (row[10] === 1) throw new TidemarkError('key_unsupported', 'a NUL is in it');
      return writeOf(row, this.tables, this.#bound);
    } catch (error) {
      if (!(error instanceof TidemarkError)) throw error;
      this.unnamed.push({ entry, tbl, key, error });
      return null;
    }
  }
}

function writeOf(row: SqlValue[], tables: RowsByNumber, bound: string): LogWrite | null {
  const [entry, tbl, key, code, mask, stamp, place, tx, offer, columns] = row as unknown as [
    number,
    number,
    SqlValue,
    number,
    string | null,
    StampText,
    number | null,
    string | null,
    string | null,
    string | null,
  ];
  const rows = tables.get(tbl);
  if (!rows?.exists || code >= op.found) return null;
  const { name } = rows.table;
  checkKeyText(rows.db, entry, key);
  // What stands in front of all boundaries was there before, each for itself.
  const transaction = tx ?? (entry < 1 ? `${entry}` : bound);
  const write: LogWrite = {
    ...{ entry, index: 0, transaction, table: name, id: rows.id(key), tbl, key },
    columns: columns === null ? columnsOf(code, mask, stamp, rows) : readColumns(columns),
    create: code === op.created,
    place: place ?? entry,
  };
  if (code === op.createdAndSent) write.sent = true;
  const isBirth = code === op.created || code === op.createdAndSent || offer !== null;
  if (isBirth && mask !== null) write.born = mask;
  if (offer !== null) write.offer = offer;
  return write;
}

function columnsOf(code: number, mask: string | null, stamp: StampText, { table }: Rows): Columns {
  if (code === op.deleted) return deleteColumns(stamp);
  if (code !== op.changed || table.merge === 'record') return wholeColumns(stamp);
  return patchColumns(maskedFields(mask ?? '', table.fields), stamp);
}

/** A field that has come since the trigger was made may have been written as well. */
function maskedFields(mask: string, fields: readonly string[]): string[] {
  return fields.filter((_, i) => (mask[i] ?? '1') === '1');
}

export function textOfColumns({ fields, ...columns }: Columns): string {
  return JSON.stringify({ ...columns, fields: [...fields] });
}

function readColumns(text: string): Columns {
  const { fields, ...columns } = JSON.parse(text);
  return { ...columns, fields: new Map(fields) };
}

/**
 * Settles what triggers only noted, drops what changed nothing, and ends what is committed. What
 * was settled before is not looked at.
 */
export function settleLog(db: SqliteDatabase, tables: RowsByNumber): void {
  const [[from = beforeAll] = []] = db.all(sql.logSettled);
  // First: else its number would be that of an entry which goes, and which listeners know.
  db.all(sql.logBound);
  const noted = db.all(sql.logNoted, [from]);
  for (const row of noted) settle(db, tables, row);
  // Those that were settled are others now.
  if (noted.length > 0) db.all(sql.logRemoveNoted, [from]);
  db.all(sql.logReused, [from]);
  db.all(sql.logRemoveEmpty, [from]);
}

function settle(db: SqliteDatabase, tables: RowsByNumber, row: SqlValue[]): void {
  const [entry, tbl, key, code, mask, next, nextKey, nextOp] = row;
  const rows = tables.get(tbl as number);
  const isFollowed = nextOp === op.created || nextOp === op.changed;
  if (rows === undefined || !isFollowed) return;
  if (code === op.found && isSameKey(key, nextKey)) {
    if (nextOp === op.created) db.all(sql.logSettleChange, [next as number, mask as string | null]);
    return;
  }
  // Of a row that SQLite numbered, the number is not known before.
  const isOf = code === op.found || isSameKey(mask, nextKey) || mask === -1;
  if (isOf && isGone(rows, key as SqlValue))
    db.all(sql.logSettleDelete, [entry as number, next as number]);
}

const isSameKey = (a: SqlValue | undefined, b: SqlValue | undefined) =>
  a instanceof Uint8Array && b instanceof Uint8Array ? isSameStored(a, b) : a === b;

// What has no id can become a letter at most.
function isGone(rows: Rows, key: SqlValue): boolean {
  const id = rows.idOrNone(key);
  return id === undefined || !rows.has(id);
}

export function countLog(db: SqliteDatabase): { pending: number; counted: number } {
  const [[pending, counted] = []] = db.all(sql.logCount);
  return { pending: pending as number, counted: counted as number };
}

export function removeEntries(db: SqliteDatabase, entries: readonly number[]): void {
  if (entries.length > 0) db.all(sql.logRemove, [JSON.stringify(entries)]);
}

/** Makes whole writes of these, at the stamps that they have. */
export function makeWhole(db: SqliteDatabase, writes: readonly PendingWrite[]): void {
  db.all(sql.logWhole, [JSON.stringify(writes.map(({ entry }) => entry))]);
  for (const { entry, offer, columns } of writes)
    if (offer !== undefined)
      db.all(sql.logColumns, [entry, textOfColumns(wholeAgain({ columns, offer }))]);
}

/** Puts these off, behind all that is in the log now. */
export function putOff(db: SqliteDatabase, writes: readonly PendingWrite[]): void {
  for (const { entry, transaction } of writes) db.all(sql.logLater, [entry, transaction]);
  removeEntries(
    db,
    writes.map(({ entry }) => entry),
  );
}
