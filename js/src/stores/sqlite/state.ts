// The state of a SQLite store, and its journal.
import { TidemarkError } from '../../errors.js';
import { sql } from '../../generated/sqlite.js';
import type { Cursor, RecordKey, StampText } from '../../wire.js';
import { doubtOf, type JournalEntry } from '../journal.js';
import type { Commit } from '../store.js';
import type { SqliteDatabase } from './database.js';
import { aheadOf } from './stamps.js';

export interface State {
  device: string;
  term: number;
  cursor: Cursor;
  known: Cursor;
  clock: StampText | null;
  offsetMs: number | null;
  hub: string | null;
  sweeping: boolean;
  /** Up to which seq the journal was emptied. */
  safe: number;
  /** Up to here, the journal is from before the reading under way, which brings all of it again. */
  old: number;
}

export function readState(db: SqliteDatabase): State {
  const [row] = db.all(sql.state);
  if (row === undefined) throw new TidemarkError('store_failed', 'its sync state is gone');
  const [device, term, cursor, known, clock, offsetMs, hub, sweeping, safe, old] = row;
  const state = { device, term, cursor, known, clock, offsetMs, hub, safe, old };
  return { ...state, sweeping: sweeping === 1 } as State;
}

export function putState(db: SqliteDatabase, state: State): void {
  const { device, term, cursor, known, clock, offsetMs, hub, sweeping, safe, old } = state;
  const values = [device, term, cursor, known, clock, offsetMs, hub, Number(sweeping), safe, old];
  db.all(sql.statePut, values);
  db.all(sql.clockPut, [aheadOf(offsetMs)]);
}

/** Adds what `commit` showed the hub to hold; `state` is put by the caller. */
export function keepJournal(db: SqliteDatabase, state: State, commit: Commit): void {
  const { seq, journal = [] } = commit;
  // What comes with a reset counts in another epoch.
  const safe = (!commit.reset && commit.safe) || 0;
  if (safe > state.safe) {
    db.all(sql.journalDropSafe, [safe]);
    state.safe = safe;
  }
  if (seq !== undefined && seq > safe && journal.length > 0)
    db.all(sql.journalAdd, [seq, JSON.stringify(journal)]);
}

/** What is here of these records is not what the journal says of them. */
export function keepDoubts(db: SqliteDatabase, records: readonly RecordKey[]): void {
  if (records.length === 0) return;
  const [last] = db.all(sql.journalLast);
  if (last === undefined) return;
  db.all(sql.journalAdd, [last[1] as number, JSON.stringify(records.map(doubtOf))]);
}

/** Takes the entries past `seq` out, in the order in which they came. */
export function takeJournal(db: SqliteDatabase, seq: number): JournalEntry[] {
  const rows = db.all(sql.journalPast, [seq]);
  db.all(sql.journalDropPast, [seq]);
  return rows.map(([at, heads]) => ({ seq: at as number, heads: JSON.parse(heads as string) }));
}

/** The number of the last entry of the journal; 0: there is none. */
export function lastOfJournal(db: SqliteDatabase): number {
  const [last] = db.all(sql.journalLast);
  return (last?.[0] as number | undefined) ?? 0;
}
