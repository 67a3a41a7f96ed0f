// Reading everything again: what a reset offers and adopts, and the sweep at the end.
import { sql } from '../../generated/sqlite.js';
import type { Cursor } from '../../wire.js';
import { foldHeads, moveCursor, type Offer, offersOf } from '../journal.js';
import { placeOf } from '../pending.js';
import type { Reset } from '../store.js';
import type { Committing } from './commit.js';
import { rowsOf } from './commit.js';
import type { SqliteDatabase } from './database.js';
import { op, type RowsByNumber, textOfColumns } from './log.js';
import { pendingOf } from './page.js';
import { nodeNumber, timeOf } from './stamps.js';
import { lastOfJournal, type State, takeJournal } from './state.js';

/** Turns `state` to reading from the beginning; it is put by the caller. */
export function applyReset(on: Committing, state: State, reset: Reset): void {
  const { db, tables, join, node } = on;
  const { offer, adopt, cursor, known } = reset;
  const heads = foldHeads(offer === null ? [] : takeJournal(db, offer), join);
  const pending = pendingOf(db, tables, [...heads.values()]);
  const offers = offersOf(heads, (head) => pending.get(placeOf(head)) ?? []);
  putOffers(on, offers, cursor ?? state.known ?? '');
  if (adopt) adoptRows(db, tables, node, false);
  // The next epoch counts anew.
  state.safe = 0;
  readAgain(db, state, !adopt, known);
}

/** Begins a reading: what the journal says stays until it ends, and `known` is up to where. */
export function readAgain(db: SqliteDatabase, state: State, sweeping: boolean, known?: Cursor) {
  db.all(sql.shownClear);
  moveCursor(state, null, known);
  Object.assign(state, { sweeping, old: lastOfJournal(db) });
}

/** Logs the offers in front of all else, so that what was written since finds its record. */
function putOffers({ db, tables }: Committing, offers: readonly Offer[], at: string): void {
  let entry = firstEntry(db) - offers.length;
  for (const { table, id, columns, born = null } of offers) {
    const rows = rowsOf(tables, table);
    const key = rows?.keyOrNone(id);
    if (rows === undefined || key === undefined) continue;
    const code = columns.deleted ? op.deleted : op.whole;
    const time = timeOf(columns.register);
    const node = nodeNumber(columns.register.slice(18));
    const text = textOfColumns(columns);
    const { tbl } = rows.table;
    db.all(sql.logAdd, [entry++, tbl, key, code, born, time, node, null, at, text]);
  }
}

/** Below 1 also in an empty log: what was adopted or is offered stands in front of all else. */
export function firstEntry(db: SqliteDatabase): number {
  return Math.min(1, db.all(sql.logFirst)[0]?.[0] as number);
}

/**
 * Logs the rows of the covered tables that the log does not know, as written before everything
 * else; and as created, unless a hub knew of them.
 */
export function adoptRows(
  db: SqliteDatabase,
  tables: RowsByNumber,
  node: string,
  create: boolean,
  only?: ReadonlySet<number>,
): void {
  for (const { table } of tables.values()) {
    if (!table.covered || table.columns.length === 0 || (only && !only.has(table.tbl))) continue;
    const [[adopted] = []] = db.all(sql.logAdopted);
    const code = create ? op.created : op.whole;
    db.all(table.texts.adopt, [firstEntry(db), code, adopted as number, nodeNumber(node)]);
  }
}

/**
 * Removes the clean records that the reading that ends here did not show. It has also shown all
 * that was to be read again, but for what is pending.
 */
export function sweep({ db, tables }: Committing, state: State): void {
  db.all(sql.shownPending);
  for (const [name, id] of db.all(sql.letterRecords)) {
    const rows = rowsOf(tables, name as string);
    const key = rows?.exists ? rows.keyOrNone(id as string) : undefined;
    if (rows && key !== undefined) db.all(sql.shownAdd, [rows.table.tbl, key]);
  }
  for (const { table, exists } of tables.values())
    if (table.covered && exists) db.all(table.texts.sweep);
  db.all(sql.shownClear);
  db.all(sql.journalDropOld, [state.old]);
  state.old = 0;
  keepRereads(db, tables);
  state.sweeping = false;
}

/** Of what was to be read again, what is pending. */
function keepRereads(db: SqliteDatabase, tables: RowsByNumber): void {
  for (const [name, id] of db.all(sql.rereads, [-1])) {
    const rows = rowsOf(tables, name as string);
    const key = rows?.keyOrNone(id as string);
    const isPending =
      rows && key !== undefined && db.all(sql.logHas, [rows.table.tbl, key])[0]?.[0] === 1;
    if (!isPending) db.all(sql.rereadDrop, [name as string, id as string]);
  }
}
