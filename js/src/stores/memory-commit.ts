// The contents of a store that decides all in memory, and what a commit does to them: to a copy,
// which takes their place once all of it succeeded.
import { columnsOfChange } from '../columns.js';
import type { Join } from '../merge.js';
import { decodeRow } from '../values.js';
import type { Change, Loss, RecordKey, WireRow } from '../wire.js';
import { patchedRow } from './changed.js';
import { type Acknowledgement, type Commit, takenOf } from './commit.js';
import { coveredBy } from './covered.js';
import { doubtOf, type JournalEntry } from './journal.js';
import {
  type KeptLoss,
  lossesMax,
  lossesOf,
  lossesSince,
  lossOfShown,
  newLosses,
} from './losses.js';
import { decide, foldWrites, placeOf, wholeAgain } from './pending.js';
import type { DeadLetter, PendingWrite, SyncState } from './store.js';

/** Rows by the place of their record, in tagged form; what a Map of them offers. */
export type Rows = Pick<
  Map<string, WireRow>,
  'get' | 'has' | 'set' | 'delete' | 'keys' | typeof Symbol.iterator
>;

/** `old`: from before the reading under way, which brings all of it again. */
interface KeptEntry extends JournalEntry {
  old?: true;
}

export interface Contents {
  rows: Rows;
  /** Rows that a pulled delete removed while writes of them were pending. */
  graves: Map<string, WireRow>;
  log: PendingWrite[];
  /** Log entries so far: the last one's number. */
  entries: number;
  dead: DeadLetter[];
  /** Dead letters so far: the last one's id. */
  letters: number;
  journal: KeptEntry[];
  /** Places of the records that the reading under way has shown, while sweeping. */
  marks: Set<string>;
  losses: KeptLoss[];
  /** Losses so far, those that are gone included. */
  lost: number;
  /** By place. */
  rereads: Map<string, RecordKey>;
  state: SyncState;
}

/** Before the first contact with a hub. */
export const noHub = { cursor: null, known: null, clock: null, hub: null, sweeping: false };

export function emptyContents(state: SyncState, rows: Rows = new Map()): Contents {
  return {
    rows,
    graves: new Map(),
    log: [],
    entries: 0,
    dead: [],
    letters: 0,
    journal: [],
    marks: new Set(),
    losses: [],
    lost: 0,
    rereads: new Map(),
    state,
  };
}

/** A copy that may be changed while the original is read. */
export function copyOf(contents: Contents): Contents {
  const { rows, graves, log, dead, journal, marks, losses, rereads, state } = contents;
  return {
    ...contents,
    rows: new Map(rows),
    graves: new Map(graves),
    log: [...log],
    dead: [...dead],
    journal: [...journal],
    marks: new Set(marks),
    losses: [...losses],
    rereads: new Map(rereads),
    state: { ...state },
  };
}

export function acknowledge(next: Contents, done: readonly Acknowledgement[]): void {
  // Several writes may have been one change.
  const dead = new Map<Change, Acknowledgement['refusal']>();
  for (const { result, change, refusal } of done)
    if (result === 'dead' && change !== undefined) dead.set(change, refusal);
  for (const [change, refusal] of dead) bury(next, change, refusal);
  const results = new Map(done.map(({ write, result }) => [write.entry, result]));
  const later = next.log.filter((write) => results.get(write.entry) === 'later');
  const others = next.log.filter((write) => results.get(write.entry) !== 'later');
  next.log = [...others, ...later].flatMap((write) => {
    const result = results.get(write.entry);
    if (result === undefined || result === 'later') return [write];
    return result === 'needFull' ? [{ ...write, columns: wholeAgain(write), create: false }] : [];
  });
  for (const change of takenOf(done)) showTaken(next, change);
}

function showTaken(next: Contents, change: Change): void {
  if (!Object.hasOwn(next.state.tables, change.table)) return;
  const place = placeOf(change);
  const row = next.rows.get(place);
  if (!change.deleted && row === undefined) readAgain(next, change);
  if (!change.deleted || row === undefined) return;
  if (next.log.some((write) => placeOf(write) === place)) return;
  const loss = lossOfShown(change, row, change.stamp, change.stamp);
  keepLosses(next, newLosses([loss], next.losses));
  next.rows.delete(place);
}

function bury(next: Contents, change: Change, refusal: Acknowledgement['refusal']): void {
  const { code = 'internal', message = '' } = refusal ?? {};
  const letter: DeadLetter = {
    id: ++next.letters,
    change: structuredClone(change),
    code,
    message,
    at: Date.now(),
  };
  const place = placeOf(change);
  const row = next.rows.get(place) ?? next.graves.get(place);
  if (row !== undefined) letter.row = structuredClone(row);
  next.dead.push(letter);
  if (change.deleted) readAgain(next, change);
  else keepDoubt(next, change);
}

/** What is here of the record is not what the journal says of it. */
export function keepDoubt(next: Contents, record: RecordKey): void {
  const last = next.journal.at(-1);
  if (last !== undefined) next.journal.push({ seq: last.seq, heads: [doubtOf(record)] });
}

export function readAgain(next: Contents, { table, id }: RecordKey): void {
  next.rereads.set(placeOf({ table, id }), { table, id });
}

/** One journal entry for what the hub now holds, and none for what all its backups do. */
export function keepJournal(next: Contents, commit: Commit): void {
  const { seq, journal = [] } = commit;
  // What comes with a reset counts in another epoch.
  const safe = (!commit.reset && commit.safe) || 0;
  if (seq !== undefined && seq > safe && journal.length > 0)
    next.journal.push({ seq, heads: structuredClone(journal) });
  next.journal = next.journal.filter((entry) => entry.seq > safe);
}

/** Applies changes to `next`; returns how many patches had no record to patch. */
export function applyChanges(next: Contents, changes: readonly Change[], join: Join): number {
  let missing = 0;
  for (const change of changes) {
    // A value that is not in the grammar is refused here, not when it is read.
    decodeRow(structuredClone(change.row ?? {}));
    if (!Object.hasOwn(next.state.tables, change.table)) continue;
    const writes = next.log.filter((write) => placeOf(write) === placeOf(change));
    if (writes.length > 0) applyPending(next, change, writes, join);
    else if (!applyClean(next.rows, change)) {
      readAgain(next, change);
      missing++;
    }
  }
  return missing;
}

function applyPending(next: Contents, change: Change, writes: PendingWrite[], join: Join): void {
  if (change.absent) return;
  // Decided by stamps that may change before they are sent: what comes of it is read again.
  readAgain(next, change);
  const place = placeOf(change);
  const local = foldWrites(writes.map(({ columns }) => columns));
  const [joined] = join([local], [columnsOfChange(change)]);
  const here = next.rows.get(place);
  const row = here ?? next.graves.get(place);
  keepLosses(next, newLosses(lossesOf(local, row, change, joined as never), next.losses));
  const covered = new Set(coveredBy(change, writes, local, row));
  if (covered.size > 0) next.log = next.log.filter((write) => !covered.has(write));
  const decision = decide(local, row, change, joined as NonNullable<typeof joined>);
  if (decision.kind === 'put') next.rows.set(place, decision.row);
  if (decision.kind !== 'delete') return;
  if (here !== undefined) next.graves.set(place, here);
  next.rows.delete(place);
}

export function keepLosses(next: Contents, losses: readonly Loss[]): void {
  next.lost += losses.length;
  const kept = [...next.losses, ...losses].filter(({ at }) => at >= lossesSince());
  next.losses = kept.slice(-lossesMax);
}

function applyClean(rows: Rows, change: Change): boolean {
  const place = placeOf(change);
  const changed = structuredClone(change.row ?? {});
  if (change.deleted || change.absent) rows.delete(place);
  else if (!change.patch) rows.set(place, changed);
  else {
    const before = rows.get(place);
    if (before === undefined) return false;
    rows.set(place, patchedRow(before, changed));
  }
  return true;
}

/** Rows kept aside are needed only for what is pending. */
export function dropGraves(next: Contents): void {
  const pending = new Set(next.log.map(placeOf));
  for (const place of next.graves.keys()) if (!pending.has(place)) next.graves.delete(place);
}
