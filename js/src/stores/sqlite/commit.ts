// Applies one exchange in one transaction: acknowledgements, what was asked for, the page, the
// reset or the sweep, the journal, the state.
import { TidemarkError } from '../../errors.js';
import { sql } from '../../generated/sqlite.js';
import type { Join } from '../../merge.js';
import type { Change, Loss } from '../../wire.js';
import { type Acknowledgement, takenOf } from '../commit.js';
import { groupBy } from '../group.js';
import { moveCursor } from '../journal.js';
import { lossOfShown } from '../losses.js';
import type { Commit, CommitResult } from '../store.js';
import type { SqliteDatabase } from './database.js';
import { addLetter, addReread, countRereads, dropReread, keepLosses } from './letters.js';
import { countLog, makeWhole, putOff, type RowsByNumber, removeEntries, settleLog } from './log.js';
import { graveOf } from './outbox.js';
import {
  askForFree,
  newOutcome,
  type PageOutcome,
  type Pending,
  pendingOf,
  TablePage,
} from './page.js';
import { applyReset, sweep } from './reading.js';
import { makeRoom } from './renumber.js';
import type { Rows } from './rows.js';
import { timeOf } from './stamps.js';
import { keepDoubts, keepJournal, putState, readState } from './state.js';
import { type AppTriggers, unrecorded } from './unrecorded.js';

/** What a commit works with. */
export interface Committing {
  db: SqliteDatabase;
  tables: RowsByNumber;
  join: Join;
  /** Who stamps what is adopted. */
  node: string;
  triggers: AppTriggers;
}

export function applyCommit(on: Committing, commit: Commit, term: number): CommitResult {
  const { db, tables } = on;
  const state = readState(db);
  if (state.term !== term) throw new TidemarkError('closed', 'another context took the lead');
  settleLog(db, tables);
  // A cursor that moved meanwhile did so because another context added a table, which is to be read
  // from the beginning.
  const moved = commit.after !== undefined && commit.after !== state.cursor;
  const refused = acknowledge(on, commit.acknowledged);
  keepDoubts(
    db,
    refused.filter((change) => !change.deleted),
  );
  const unplaced = makeRoom(on, commit);
  const gone = unrecorded(on, commit.acknowledged.length, () => showTaken(on, commit.acknowledged));
  const { clock, offsetMs } = commit;
  Object.assign(state, { clock, offsetMs, hub: state.hub ?? commit.hub ?? null });
  const outcome = unrecorded(on, sizeOf(commit), () => takeChanges(on, state.sweeping, commit));
  if (commit.reset) applyReset(on, state, commit.reset);
  else if (commit.cursor !== undefined && !moved) moveCursor(state, commit.cursor);
  const sweeps = commit.complete === true && state.sweeping && !moved && !commit.reset;
  if (sweeps) unrecorded(on, Number.POSITIVE_INFINITY, () => sweep(on, state));
  keepJournal(db, state, commit);
  keepDoubts(db, outcome.refused);
  askForFree(db, tables);
  db.all(sql.gravesDrop);
  db.all(sql.logUnbind);
  if (clock !== null) db.all(sql.logRaise, [timeOf(clock)]);
  putState(db, state);
  return {
    ...countLog(db),
    missing: outcome.missing.length,
    rereads: countRereads(db),
    losses: keepLosses(db, [...gone, ...outcome.losses]),
    refused: refused.length + unplaced + outcome.refused.length,
    sweeping: state.sweeping,
    cursor: state.cursor,
    known: state.known,
    tables: coveredNames(tables),
  };
}

const sizeOf = ({ changes, records = [] }: Commit) => changes.length + records.length;

export function coveredNames(tables: RowsByNumber): string[] {
  return [...tables.values()].flatMap(({ table }) => (table.covered ? [table.name] : []));
}

/** Returns the changes that became letters. */
function acknowledge(on: Committing, acknowledged: readonly Acknowledgement[]): Change[] {
  const { db } = on;
  // Several writes may have been one change.
  const dead = new Map<Change, Acknowledgement>();
  for (const each of acknowledged)
    if (each.result === 'dead' && each.change) dead.set(each.change, each);
  for (const [change, { refusal }] of dead) bury(on, change, refusal);
  const of = (result: Acknowledgement['result']) =>
    acknowledged.filter((each) => each.result === result).map(({ write }) => write);
  makeWhole(db, of('needFull'));
  putOff(db, of('later'));
  removeEntries(
    db,
    [...of('sent'), ...of('dead')].map(({ entry }) => entry),
  );
  db.all(sql.logBound);
  return [...dead.keys()];
}

function bury({ db, tables }: Committing, change: Change, refusal: Acknowledgement['refusal']) {
  const { code = 'internal', message = '' } = refusal ?? {};
  const rows = rowsOf(tables, change.table);
  const row = rows && (rows.read(change.id) ?? graveOf(db, rows.table.tbl, rows.key(change.id)));
  addLetter(db, change, { code, message }, row);
  if (change.deleted) addReread(db, change);
}

export function rowsOf(tables: RowsByNumber, name: string): Rows | undefined {
  for (const rows of tables.values()) if (rows.table.name === name) return rows;
  return undefined;
}

/** What the hub took, held against what the app shows; returns what deletes took with them. */
function showTaken({ db, tables }: Committing, acknowledged: readonly Acknowledgement[]): Loss[] {
  const losses: Loss[] = [];
  for (const change of takenOf(acknowledged)) {
    const rows = rowsOf(tables, change.table);
    // Of a table that is no longer synced, nobody records what the app writes.
    if (rows === undefined || !rows.table.covered || !rows.exists) continue;
    const row = rows.read(change.id);
    if (!change.deleted && row === undefined) addReread(db, change);
    if (!change.deleted || row === undefined) continue;
    const isPending = db.all(sql.logHas, [rows.table.tbl, rows.key(change.id)])[0]?.[0] === 1;
    if (isPending) continue;
    losses.push(lossOfShown(change, row, change.stamp, change.stamp));
    rows.remove(change.id);
  }
  return losses;
}

function takeChanges(on: Committing, sweeping: boolean, commit: Commit): PageOutcome {
  const { db, tables } = on;
  const { changes, records = [] } = commit;
  const outcome = newOutcome();
  const isEmpty = countLog(db).pending === 0;
  const pending: Pending = isEmpty ? new Map() : pendingOf(db, tables, [...records, ...changes]);
  for (const record of records) dropReread(db, record);
  apply(on, records, pending, outcome);
  settle(on, outcome);
  if (sweeping) markShown(on, changes);
  if (countRereads(db) > 0) for (const change of changes) if (!change.patch) dropReread(db, change);
  apply(on, changes, pending, outcome);
  settle(on, outcome);
  return outcome;
}

function apply(
  { tables, join }: Committing,
  changes: readonly Change[],
  pending: Pending,
  outcome: PageOutcome,
): void {
  for (const [table, of] of groupBy(changes, (change) => change.table)) {
    const rows = rowsOf(tables, table);
    if (rows?.table.covered && rows.exists) new TablePage(rows, outcome).apply(of, join, pending);
  }
}

/** Takes what was covered out of the log, and adds what is to be read again. */
function settle({ db }: Committing, outcome: PageOutcome): void {
  removeEntries(
    db,
    outcome.covered.map(({ entry }) => entry),
  );
  for (const record of [...outcome.missing, ...outcome.contested]) addReread(db, record);
}

/** Remembers what a page showed. */
function markShown({ db, tables }: Committing, changes: readonly Change[]): void {
  for (const change of changes) {
    const rows = rowsOf(tables, change.table);
    const key = rows?.exists ? rows.keyOrNone(change.id) : undefined;
    if (rows && key !== undefined) db.all(sql.shownAdd, [rows.table.tbl, key]);
  }
}
