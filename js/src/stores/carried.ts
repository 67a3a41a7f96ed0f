// Carried: a row is sent as it is now, so with the stamps of all that was written to it, also of
// what the limit of an outbox leaves for later. That stays in the log as it is, and is sent again
// in its turn: equal stamps, equal values.
import { groupBy } from './group.js';
import { foldWrites, placeOf } from './pending.js';
import type { PendingWrite } from './store.js';

/** The `writes` of an outbox, the last of each record with what is `left` of it for later. */
export function carrying(
  writes: readonly PendingWrite[],
  left: readonly PendingWrite[],
): PendingWrite[] {
  const carried = groupBy(left, placeOf);
  // From the end: the first that is met of a record is its last.
  return [...writes]
    .reverse()
    .map((write) => {
      const carries = carried.size === 0 ? undefined : carried.get(placeOf(write));
      if (carries === undefined) return write;
      carried.delete(placeOf(write));
      return withCarried(write, carries);
    })
    .reverse();
}

function withCarried(write: PendingWrite, carries: readonly PendingWrite[]): PendingWrite {
  const all = [write, ...carries];
  const columns = foldWrites(all.map((each) => each.columns));
  // The change is made of all of them: it creates if one of them does.
  const create = all.some((each) => each.create);
  return {
    ...write,
    columns,
    create,
    ...bornOf(all),
    ...(all.some(({ sent }) => sent) && { sent: true }),
    carries,
  };
}

function bornOf(writes: readonly PendingWrite[]): Pick<PendingWrite, 'born'> {
  const born = writes.find((write) => write.born !== undefined)?.born;
  return born === undefined ? {} : { born };
}

/** What goes with `writes` when they are sent: they, and what they carry. */
export function allSentWith(writes: readonly PendingWrite[]): PendingWrite[] {
  return writes.flatMap((write) => [write, ...(write.carries ?? [])]);
}
