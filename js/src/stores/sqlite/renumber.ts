// Counted keys: two devices that are offline give one number to different records. Whose record the
// hub did not take under its number, or is shown another's there, gives its own another one, with
// all that refers to it, in the same transaction.
import { sql } from '../../generated/sqlite.js';
import { canonicalText, decodeKey } from '../../values.js';
import type { Change, WireRow } from '../../wire.js';
import { allSentWith } from '../carried.js';
import type { Acknowledgement, Commit } from '../commit.js';
import { foldWrites, isAdoption, placeOf } from '../pending.js';
import { type Committing, rowsOf } from './commit.js';
import { isRefusal, type SqliteDatabase, type SqlValue, transact } from './database.js';
import { addLetter, addReread } from './letters.js';
import { log } from './local.js';
import { type LogWrite, op, readWritesOf, settleLog } from './log.js';
import { graveOf } from './outbox.js';
import { pendingOf } from './page.js';
import type { Rows } from './rows.js';
import { recorded, unrecorded } from './unrecorded.js';

/** The records of one table that are to get other keys. */
interface Crowded {
  rows: Rows;
  keys: Set<SqlValue>;
  /** The greatest number that is known to be taken elsewhere. */
  past: number;
}

/**
 * Gives other keys to the records whose keys are others', as the hub has answered or the page
 * shows; returns how many became letters instead. The log ends with a boundary, before and after.
 */
export function makeRoom(on: Committing, commit: Commit): number {
  const { acknowledged, changes, records = [] } = commit;
  takeBack(on, acknowledged);
  const shown = [...records, ...changes];
  const crowded = new Map<number, Crowded>();
  meetOthers(on, shown, crowded);
  for (const { result, write, past = 0 } of acknowledged)
    if (result === 'collision') addCollided(on, write, past, crowded);
  let refused = 0;
  for (const each of crowded.values()) {
    for (const { table, id } of shown)
      if (table === each.rows.table.name) each.past = Math.max(each.past, numberOf(id));
    refused += renumber(on, each);
  }
  return refused;
}

/** No hub took these: they say that they create when they are sent again. */
function takeBack({ db }: Committing, acknowledged: readonly Acknowledgement[]): void {
  const deferred = acknowledged.filter(({ result }) => result === 'deferred');
  const created = allSentWith(deferred.map(({ write }) => write)).filter(({ create }) => create);
  if (created.length === 0) return;
  db.all(sql.logUntaken, [JSON.stringify(created.map(({ entry }) => entry))]);
}

/** Holds what is shown against the creations that are pending under the same keys. */
function meetOthers(on: Committing, shown: readonly Change[], crowded: Map<number, Crowded>): void {
  const { db, tables } = on;
  const counted = new Set(
    [...tables.values()].flatMap(({ table }) => (table.counted ? [table.name] : [])),
  );
  const met = shown.filter(({ table, absent }) => counted.has(table) && !absent);
  if (met.length === 0) return;
  const pending = pendingOf(db, tables, met);
  if (pending.size === 0) return;
  for (const change of met) {
    const writes = pending.get(placeOf(change));
    const rows = rowsOf(tables, change.table);
    if (!writes || !rows?.exists || !isOther(change, writes)) continue;
    if (isCopy(rows, change, writes)) db.all(sql.logKnown, [rows.table.tbl, rows.key(change.id)]);
    else add(rows, change, crowded);
  }
}

/** Whether a change is of another record than the one that is pending under its key. */
function isOther(change: Change, writes: readonly LogWrite[]): boolean {
  const born = writes.find((write) => write.born !== undefined)?.born;
  if (born === undefined || change.born === born) return false;
  if (change.born !== undefined) return true;
  // An endpoint that keeps no births tells ours by its stamps.
  const stamps = new Set([change.stamp, ...Object.values(change.fields ?? {})]);
  return !writes.some(({ columns }) => stamps.has(columns.register));
}

/** A row that was here before it was synced and is there just so: the two files were one once. */
function isCopy(rows: Rows, change: Change, writes: readonly LogWrite[]): boolean {
  if (!writes.every(({ columns }) => isAdoption(columns.register))) return false;
  if (change.patch || change.deleted) return false;
  return canonicalText(rows.read(change.id) ?? {}) === canonicalText(change.row);
}

function addCollided(
  on: Committing,
  { table, id }: Acknowledgement['write'],
  past: number,
  crowded: Map<number, Crowded>,
): void {
  const rows = rowsOf(on.tables, table);
  if (!rows?.exists) return;
  const key = rows.key(id);
  // A copy, as the page has shown meanwhile.
  const writes = readWritesOf(on.db, on.tables, [[rows.table.tbl, key]]);
  if (!writes.some(({ born }) => born !== undefined)) return;
  add(rows, { table, id }, crowded, past);
}

function add(
  rows: Rows,
  { id }: Pick<Change, 'table' | 'id'>,
  crowded: Map<number, Crowded>,
  past = 0,
): void {
  const { tbl } = rows.table;
  const each = crowded.get(tbl) ?? { rows, keys: new Set<SqlValue>(), past: 0 };
  each.keys.add(rows.key(id));
  each.past = Math.max(each.past, past);
  crowded.set(tbl, each);
}

function numberOf(id: string): number {
  const key = decodeKey(id);
  return typeof key === 'number' ? key : 0;
}

function renumber(on: Committing, { rows, keys, past }: Crowded): number {
  const { db } = on;
  const { tbl, name } = rows.table;
  const here = [...keys].sort((a, b) => Number(a) - Number(b)).filter((key) => isHere(rows, key));
  for (const key of keys) {
    addReread(db, { table: name, id: rows.id(key) });
    // It was deleted before any other device saw it.
    if (!here.includes(key)) db.all(sql.logDropRecord, [tbl, key]);
  }
  if (here.length === 0 || attempt(on, rows, here, past) === null) return 0;
  let refused = 0;
  for (const key of here) {
    const error = attempt(on, rows, [key], past);
    if (error !== null) bury(on, rows, key, error);
    if (error !== null) refused++;
  }
  return refused;
}

/** Returns what of the app's schema refused it: then nothing has happened. */
function attempt(on: Committing, rows: Rows, keys: SqlValue[], past: number): Error | null {
  try {
    transact(on.db, () => move(on, rows, keys, past));
    return null;
  } catch (error) {
    if (!isRefusal(on.db, error)) throw error;
    return error as Error;
  }
}

function move(on: Committing, rows: Rows, keys: SqlValue[], past: number): void {
  const { db, tables } = on;
  const { tbl, name } = rows.table;
  const records = keys.map((key): [number, SqlValue] => [tbl, key]);
  const writes = readWritesOf(db, tables, records);
  const numbers = new Numbers(rows, Math.max(past, greatestNumber(db, tbl)), writes);
  const moves = keys.map((key) => [key, numbers.next(key)] as const);
  db.all(sql.movesAdd, [tbl, JSON.stringify(moves)]);
  unrecorded(on, keys.length, () => moveRows(db, tbl));
  raiseSequence(db, name, Math.max(...moves.map(([, number]) => number)));
  for (const statement of [sql.movesLog, sql.movesGraves, sql.movesExtras]) db.all(statement);
  createMoved(on, tbl);
  const [[last] = []] = db.all(sql.logLast);
  recorded(on, () => run(db, tbl, 'fields'));
  db.all(sql.movesUnsent, [last as number]);
  settleLog(db, tables);
  db.all(sql.movesClear);
}

/** A record that the app's schema lets have no other number makes room as a letter. */
function bury(on: Committing, rows: Rows, key: SqlValue, { message }: Error): void {
  const { db, tables } = on;
  const { tbl, name } = rows.table;
  const id = rows.id(key);
  const row = rows.read(id) ?? (graveOf(db, tbl, key) as WireRow);
  const writes = readWritesOf(db, tables, [[tbl, key]]);
  const { register: stamp } = foldWrites(writes.map(({ columns }) => columns));
  const born = writes.find((write) => write.born !== undefined)?.born as string;
  // Not `constraint`: that is forgotten once the record under this key finds a place.
  const why = { code: 'key_unsupported', message: `${name} ${id}: ${message}` };
  addLetter(db, { table: name, id, stamp, row, born }, why, row);
  db.all(sql.logDropRecord, [tbl, key]);
  unrecorded(on, 1, () => rows.remove(id));
}

function isHere(rows: Rows, key: SqlValue): boolean {
  return rows.has(rows.id(key)) || graveOf(rows.db, rows.table.tbl, key) !== undefined;
}

/** The numbers that records get. */
class Numbers {
  readonly #offered: ReadonlyMap<SqlValue, string>;

  constructor(
    readonly rows: Rows,
    public last: number,
    writes: readonly LogWrite[],
  ) {
    this.#offered = new Map(
      writes.flatMap(({ key, offer, born }) => (offer && born ? [[key, born]] : [])),
    );
  }

  next(key: SqlValue): number {
    const born = this.#offered.get(key);
    if (born !== undefined) return offeredNumber(born);
    if (this.last < Number.MAX_SAFE_INTEGER) return ++this.last;
    // As SQLite itself does it where the greatest number is taken.
    for (;;) {
      const [[number] = []] = this.rows.db.all(sql.randomNumber);
      if (!this.rows.has(`${number}`)) return number as number;
    }
  }
}

/**
 * Several devices offer a record that a hub has lost: each gives it the same number, far above
 * those that are counted, and within 31 bits.
 */
const offeredNumber = (born: string) => 2 ** 30 + (Number.parseInt(born.slice(0, 8), 16) >>> 2);

function moveRows(db: SqliteDatabase, tbl: number): void {
  for (const kind of ['late', 'row', 'keys', 'refs'] as const) run(db, tbl, kind);
}

function run(db: SqliteDatabase, tbl: number, wanted: string): SqlValue[][] {
  const texts = db.all(sql.renumberTexts, [tbl]).filter(([kind]) => kind === wanted);
  // Of a table that is gone, there is none.
  return texts.flatMap(([, text]) => (text === null ? [] : db.all(text as string)));
}

/** The greatest number that a row, a write or a reference of the table has. */
export function greatestNumber(db: SqliteDatabase, tbl: number): number {
  const [[most = 0] = []] = run(db, tbl, 'most');
  return typeof most === 'bigint' ? Number.MAX_SAFE_INTEGER : (most as number);
}

function raiseSequence(db: SqliteDatabase, name: string, number: number): void {
  const [found] = db.all(`SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_sequence'`);
  if (found !== undefined) db.all(sql.sequenceRaise, [name, number]);
}

/**
 * Records whose keys refer to what moved are others now: created under their new keys, and read
 * again under their old ones, which may be another device's, too.
 */
function createMoved({ db, tables }: Committing, tbl: number): void {
  for (const [other, old, now] of db.all(sql.movesMade, [tbl])) {
    const rows = tables.get(other as number) as Rows;
    addReread(db, { table: rows.table.name, id: rows.id(old as SqlValue) });
    log(rows, rows.id(now as SqlValue), op.created, null);
  }
}
