// Reading everything again, in a memory store: what a reset offers and adopts, the sweep at the
// end, and the start of another user.
import { TidemarkError } from '../errors.js';
import type { Join } from '../merge.js';
import type { Cursor, IdText, RecordKey } from '../wire.js';
import type { Reset } from './commit.js';
import { groupBy } from './group.js';
import { foldHeads, type JournalEntry, moveCursor, offersOf } from './journal.js';
import { type Contents, emptyContents, noHub } from './memory-commit.js';
import { adoptionStamp, isAdoption, placeOf, wholeColumns } from './pending.js';
import { type PendingWrite, stampAfter } from './store.js';

/** The record of a place. */
export const recordAt = (place: string) => {
  const [table, id] = JSON.parse(place) as [string, IdText];
  return { table, id };
};

export function applyReset(
  next: Contents,
  { offer, adopt, cursor, known }: Reset,
  join: Join,
  node: string,
): void {
  const isPast = ({ seq }: JournalEntry) => offer !== null && seq > offer;
  const written = groupBy(next.log, placeOf);
  const heads = foldHeads(next.journal.filter(isPast), join);
  const offers = offersOf(heads, (head) => written.get(placeOf(head)) ?? []);
  const at = cursor ?? next.state.known ?? '';
  const offered = offers.map((each) => ({ ...entryOf(next, each, false), offer: at }));
  next.log = [...offered, ...next.log];
  if (adopt) adoptRows(next, node);
  next.journal = next.journal.filter((entry) => !isPast(entry));
  startOver(next, !adopt, known);
}

/**
 * Logs the rows of which nothing is pending, as written before everything else; and with
 * `isFresh` only those of which no hub knew, as created.
 */
export function adoptRows(
  next: Contents,
  node: string,
  isFresh?: (record: RecordKey) => boolean,
): void {
  const pending = new Set(next.log.map(placeOf));
  let adopted = next.log.filter(({ columns }) => isAdoption(columns.register)).length;
  for (const place of next.rows.keys()) {
    const record = recordAt(place);
    if (pending.has(place) || isFresh?.(record) === false) continue;
    const columns = wholeColumns(stampAfter(adoptionStamp(node), adopted++));
    next.log.push(entryOf(next, { ...record, columns }, isFresh !== undefined));
  }
}

function entryOf(
  next: Contents,
  record: Pick<PendingWrite, 'table' | 'id' | 'columns'>,
  create: boolean,
): PendingWrite {
  const entry = ++next.entries;
  return { ...record, entry, index: 0, transaction: `reset:${entry}`, create };
}

/** Begins a reading: what the journal says stays until it ends, and `known` is up to where. */
export function startOver(next: Contents, sweeping: boolean, known?: Cursor): void {
  next.journal = next.journal.map((entry) => ({ ...entry, old: true }));
  next.marks.clear();
  moveCursor(next.state, null, known);
  next.state.sweeping = sweeping;
}

/**
 * Removes the clean records that the reading that ends here did not show. It has also shown all
 * that was to be read again, but for what is pending.
 */
export function sweep(next: Contents): void {
  const pending = new Set(next.log.map(placeOf));
  const kept = new Set([...next.marks, ...pending]);
  for (const { change } of next.dead) kept.add(placeOf(change));
  for (const place of next.rows.keys()) if (!kept.has(place)) next.rows.delete(place);
  next.marks.clear();
  next.journal = next.journal.filter(({ old }) => !old);
  for (const place of next.rereads.keys()) if (!pending.has(place)) next.rereads.delete(place);
  next.state.sweeping = false;
}

/** Empties `next` for another user; what this one has not settled is refused. */
export function clear(next: Contents, discard: boolean): void {
  const { log, dead, state, rows, entries } = next;
  if (!discard && log.length + dead.length > 0) throw new TidemarkError('account_pending');
  for (const place of [...rows.keys()]) rows.delete(place);
  Object.assign(next, emptyContents({ ...state, ...noHub }, rows), { entries });
}
