// Reading everything again, in a memory store: what a reset offers and adopts, the sweep at the
// end, and the start of another user.
import { TidemarkError } from '../errors.js';
import type { Join } from '../merge.js';
import type { Cursor, IdText } from '../wire.js';
import type { Reset } from './commit.js';
import { groupBy } from './group.js';
import { foldHeads, type JournalEntry, moveCursor, offersOf } from './journal.js';
import { type Contents, emptyContents } from './memory-commit.js';
import { adoptionStamp, isAdoption, placeOf, wholeColumns } from './pending.js';
import { type PendingWrite, stampAfter } from './store.js';

const recordAt = (place: string) => {
  const [table, id] = JSON.parse(place) as [string, IdText];
  return { table, id };
};

/** The log's entries are numbered from `entry`; returns the last number. */
export function applyReset(
  next: Contents,
  { offer, adopt, cursor, known }: Reset,
  join: Join,
  node: string,
  entry: number,
): number {
  let last = entry;
  const write = (record: Pick<PendingWrite, 'table' | 'id' | 'columns'>): PendingWrite => {
    const transaction = `reset:${++last}`;
    return { ...record, entry: last, index: 0, transaction, create: false };
  };
  const isPast = ({ seq }: JournalEntry) => offer !== null && seq > offer;
  const written = groupBy(next.log, placeOf);
  const heads = foldHeads(next.journal.filter(isPast), join);
  const offers = offersOf(heads, (head) => written.get(placeOf(head)) ?? []);
  const at = cursor ?? next.state.known ?? '';
  const offered = offers.map((each) => ({ ...write(each), offer: at }));
  next.log = [...offered, ...next.log];
  const pending = new Set(next.log.map(placeOf));
  if (adopt)
    for (const place of next.rows.keys())
      if (!pending.has(place)) {
        const columns = wholeColumns(nextAdoption(next.log, node));
        next.log.push(write({ ...recordAt(place), columns }));
      }
  next.journal = next.journal.filter((entry) => !isPast(entry));
  startOver(next, !adopt, known);
  return last;
}

/** Begins a reading: what the journal says stays until it ends, and `known` is up to where. */
export function startOver(next: Contents, sweeping: boolean, known?: Cursor): void {
  next.journal = next.journal.map((entry) => ({ ...entry, old: true }));
  next.marks.clear();
  moveCursor(next.state, null, known);
  next.state.sweeping = sweeping;
}

function nextAdoption(log: readonly PendingWrite[], node: string): string {
  const adopted = log.filter(({ columns }) => isAdoption(columns.register));
  return stampAfter(adoptionStamp(node), adopted.length);
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

/** Empty contents for another user; what this one has not settled is refused. */
export function clearedOf({ log, dead, state }: Contents, discard: boolean): Contents {
  if (!discard && log.length + dead.length > 0) throw new TidemarkError('account_pending');
  const nothing = { cursor: null, known: null, clock: null, hub: null, sweeping: false };
  return emptyContents({ ...state, ...nothing });
}
