// Dead letters, rereads and losses of a SQLite store.
import type { TidemarkError } from '../../errors.js';
import { sql } from '../../generated/sqlite.js';
import type { Change, Loss, RecordKey, WireRow } from '../../wire.js';
import { noLetter } from '../local-write.js';
import { dropped, fieldsOf, type KeptLoss, lossesMax, lossesSince, newLosses } from '../losses.js';
import type { DeadLetter } from '../store.js';
import type { SqliteDatabase, SqlValue } from './database.js';
import { type RowsByNumber, removeEntries, type Unnamed } from './log.js';

/** A letter of `change`; `row`: the record's at that time. */
export function addLetter(
  db: SqliteDatabase,
  change: Change,
  { code, message }: Pick<DeadLetter, 'code' | 'message'>,
  row?: WireRow,
): void {
  const { table, id } = change;
  const text = row === undefined ? null : JSON.stringify(row);
  const parameters = [table, id, code, message, Date.now(), JSON.stringify(change), text];
  db.all(sql.letterAdd, parameters);
}

/** Of what was written under keys that no device can name. */
export function buryUnnamed(
  db: SqliteDatabase,
  tables: RowsByNumber,
  unnamed: readonly Unnamed[],
): void {
  for (const { tbl, key, error } of unnamed) {
    const table = tables.get(tbl)?.table.name ?? '';
    const id = JSON.stringify(key instanceof Uint8Array ? [...key] : `${key}`);
    const stamp = '000000000000-0001-0000000000000000';
    addLetter(db, { table, id, stamp, row: {} }, error as TidemarkError);
  }
  removeEntries(
    db,
    unnamed.map(({ entry }) => entry),
  );
}

export function readLetters(db: SqliteDatabase): DeadLetter[] {
  return db.all(sql.letters).map(letterOf);
}

export function readLetter(db: SqliteDatabase, id: number): DeadLetter {
  const [found] = db.all(sql.letter, [id]);
  if (found === undefined) throw noLetter(id);
  return letterOf(found);
}

function letterOf([id, change, code, message, at, row]: SqlValue[]): DeadLetter {
  const letter: DeadLetter = {
    id: id as number,
    change: JSON.parse(change as string),
    code: code as string,
    message: message as string,
    at: at as number,
  };
  if (row !== null) letter.row = JSON.parse(row as string);
  return letter;
}

export function countLetters(db: SqliteDatabase): number {
  return db.all(sql.letterCount)[0]?.[0] as number;
}

export function addReread(db: SqliteDatabase, { table, id }: RecordKey): void {
  db.all(sql.rereadAdd, [table, id]);
}

export function dropReread(db: SqliteDatabase, { table, id }: RecordKey): void {
  db.all(sql.rereadDrop, [table, id]);
}

export function countRereads(db: SqliteDatabase): number {
  return db.all(sql.rereadCount)[0]?.[0] as number;
}

export function isReread(db: SqliteDatabase, { table, id }: RecordKey): boolean {
  return db.all(sql.rereadHas, [table, id])[0]?.[0] === 1;
}

/** Keeps those that are new, and drops the oldest; returns how many were new. */
export function keepLosses(db: SqliteDatabase, found: readonly Loss[]): number {
  let kept = 0;
  for (const loss of found) {
    const known = db.all(sql.lossesOf, [loss.table, loss.id, loss.stamp]).map(lossOf);
    for (const each of newLosses([loss], known)) {
      putLoss(db, each);
      kept++;
    }
  }
  if (kept > 0) db.all(sql.lossesTrim, [lossesSince(), lossesMax]);
  return kept;
}

function lossOf([text]: SqlValue[]): KeptLoss {
  return JSON.parse(text as string);
}

function putLoss(db: SqliteDatabase, loss: KeptLoss): void {
  const { table, id, stamp, at } = loss;
  const isDropped = Number(loss.dropped ?? false);
  db.all(sql.lossPut, [table, id, stamp, fieldsOf(loss), at, isDropped, JSON.stringify(loss)]);
}

/** Those that are kept, or that were dropped. */
export function readLosses(db: SqliteDatabase, isDropped: boolean): Loss[] {
  return db.all(sql.losses, [lossesSince(), Number(isDropped)]).map((row) => {
    const { dropped: _, ...loss } = lossOf(row);
    return loss;
  });
}

export function dropLoss(db: SqliteDatabase, loss: Loss): void {
  putLoss(db, dropped(loss));
  db.all(sql.lossesTrim, [lossesSince(), lossesMax]);
}
