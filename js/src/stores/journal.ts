// The journal: what a device keeps of what the hub is known to hold, as heads without values, for
// a hub that is restored to an earlier state. Folded into what is offered to it again.
import { type Columns, columnsOfChange } from '../columns.js';
import { type Join, mergeColumns } from '../merge.js';
import { setOwn } from '../values.js';
import type { ChangeHead, Cursor, RecordKey, StampText } from '../wire.js';
import { deleteColumns, foldWrites, placeOf } from './pending.js';
import type { PendingWrite } from './store.js';

/**
 * A write of it was refused, or fell below what it had met, so what is here is not what the hub's
 * stamps are of: all that the journal says of the record before is dropped.
 */
export interface Doubt extends RecordKey {
  doubt: true;
}

/** What one exchange showed the hub to hold. */
export interface JournalEntry {
  /** The greatest seq of it. */
  seq: number;
  heads: (ChangeHead | Doubt)[];
}

/** Sets the cursor; where it is given up, `known` is what is known of the hub all the same. */
export function moveCursor(
  state: { cursor: Cursor; known?: Cursor },
  cursor: Cursor,
  known: Cursor = state.cursor,
): void {
  if (cursor === null) state.known = known ?? state.known ?? null;
  state.cursor = cursor;
}

export function doubtOf({ table, id }: RecordKey): Doubt {
  return { table, id, doubt: true };
}

export interface Offer extends RecordKey {
  columns: Columns;
  /** What its creation drew, where a head says so. */
  born?: string;
}

/** The join of all heads of each record since it was in doubt, by its place. */
export function foldHeads(entries: readonly JournalEntry[], join: Join): Map<string, Offer> {
  const offers = new Map<string, Offer>();
  for (const heads of roundsOf(entries)) {
    const known = heads.filter((head) => offers.has(placeOf(head)));
    const local = known.map((head) => (offers.get(placeOf(head)) as Offer).columns);
    const remote = known.map(columnsOfHead);
    const joined = join(local, remote);
    for (const head of heads) {
      const { table, id, born } = head;
      const offer = offers.get(placeOf(head)) ?? { table, id, columns: columnsOfHead(head) };
      offers.set(placeOf(head), born === undefined ? offer : { ...offer, born });
    }
    for (const [i, head] of known.entries()) {
      const columns = mergeColumns(local[i] as Columns, remote[i] as Columns, joined[i] as never);
      (offers.get(placeOf(head)) as Offer).columns = columns;
    }
  }
  return offers;
}

/**
 * What of the `heads` a hub is offered. A delete that lost to what is pending of its record is not:
 * the row that is shown is, or the hub would make it of older values once that comes.
 */
export function offersOf(
  heads: ReadonlyMap<string, Offer>,
  pendingOf: (head: Offer) => readonly Pick<PendingWrite, 'columns'>[],
): Offer[] {
  const offers: Offer[] = [];
  for (const head of heads.values()) {
    const columns = offeredOf(head.columns, pendingOf(head));
    if (columns !== null) offers.push({ ...head, columns });
  }
  return offers;
}

/** Null: the journal knew of nothing but the delete. */
function offeredOf(
  columns: Columns,
  pending: readonly Pick<PendingWrite, 'columns'>[],
): Columns | null {
  const { base, fields, register, deleted } = columns;
  if (!deleted) return columns;
  if (!isOutlived(register, pending)) return deleteColumns(register);
  const last = [base ?? '', ...fields.values()].sort().at(-1) ?? '';
  return last === '' ? null : { base, fields, register: last, deleted: false };
}

function isOutlived(deleted: StampText, pending: readonly Pick<PendingWrite, 'columns'>[]) {
  if (pending.length === 0) return false;
  const local = foldWrites(pending.map(({ columns }) => columns));
  return !local.deleted && local.register > deleted;
}

// The heads in rounds in which no record is twice: each round is one crossing into the core.
function* roundsOf(entries: readonly JournalEntry[]): Generator<ChangeHead[]> {
  let rest = undoubted(entries.flatMap(({ heads }) => heads));
  while (rest.length > 0) {
    const seen = new Set<string>();
    const later: ChangeHead[] = [];
    const round = rest.filter((head) => {
      const isNew = !seen.has(placeOf(head));
      if (isNew) seen.add(placeOf(head));
      else later.push(head);
      return isNew;
    });
    yield round;
    rest = later;
  }
}

function undoubted(heads: readonly (ChangeHead | Doubt)[]): ChangeHead[] {
  const doubts = new Map<string, number>();
  for (const [i, head] of heads.entries()) if ('doubt' in head) doubts.set(placeOf(head), i);
  return heads.flatMap((head, i) =>
    'doubt' in head || i < (doubts.get(placeOf(head)) ?? 0) ? [] : [head],
  );
}

function columnsOfHead({ names = [], ...head }: ChangeHead): Columns {
  const row = {};
  for (const name of names) setOwn(row, name, 0);
  return columnsOfChange({ ...head, row });
}
