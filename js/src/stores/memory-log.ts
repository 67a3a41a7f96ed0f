// The log of a memory store: what is read of it, and stamping it again.
import type { Columns } from '../columns.js';
import { nodeOf } from '../stamp-words.js';
import type { StampText } from '../wire.js';
import { allSentWith, carrying } from './carried.js';
import { lossOfShown, newLosses } from './losses.js';
import { type Contents, keepDoubt, keepLosses } from './memory-commit.js';
import {
  adoptionStamp,
  deleteColumns,
  isAdoption,
  patchColumns,
  placeOf,
  wholeColumns,
} from './pending.js';
import { type Outbox, type PendingWrite, rereadsMax, stampAfter } from './store.js';

export function outboxOf({ log, rows, graves, rereads }: Contents, limit: number): Outbox {
  const last = log[limit];
  let end = Math.min(limit, log.length);
  // A transaction that the limit cuts waits for the next time, unless it is the first.
  while (last && end > 0 && log[end - 1]?.transaction === last.transaction) end--;
  const view = log.slice(0, end === 0 ? limit : end);
  const writes = carrying(view, log.slice(view.length));
  const left: Outbox['rows'] = new Map();
  for (const write of writes) {
    const row = rows.get(placeOf(write)) ?? graves.get(placeOf(write));
    if (!left.has(write.table)) left.set(write.table, new Map());
    if (row !== undefined) left.get(write.table)?.set(write.id, structuredClone(row));
  }
  const wanted = [...rereads.values()].slice(0, rereadsMax);
  return { writes, rows: left, ...countOf(log), rereads: wanted };
}

export function countOf(log: readonly PendingWrite[]): { pending: number; counted: number } {
  const counted = log.reduce((last, { entry }) => Math.max(last, entry), 0);
  return { pending: log.length, counted };
}

/** The log after `writes` were sent: creations among them have said so. */
export function markSent(
  log: readonly PendingWrite[],
  writes: readonly PendingWrite[],
): PendingWrite[] {
  const sent = new Set(allSentWith(writes).map(({ entry }) => entry));
  return log.map((write) =>
    write.create && sent.has(write.entry) ? { ...write, create: false, sent: true } : write,
  );
}

/** Gives the log new stamps, in the order in which it was written. */
export function restamp(
  next: Contents,
  again: (first: StampText, count: number) => StampText,
): void {
  const own = next.log.filter(({ offer }) => offer === undefined);
  own.sort((a, b) => a.entry - b.entry);
  const last = new Map(own.map((write) => [placeOf(write), write]));
  let adopted = 0;
  const stamps = new Map<number, StampText>();
  for (const write of own) {
    const { register, deleted } = write.columns;
    const now = again(register, 1);
    const lowest = adoptionStamp(nodeOf(now));
    const stamp = isAdoption(register) ? stampAfter(lowest, adopted++) : now;
    stamps.set(write.entry, stamp);
    if (stamp < register && next.rereads.has(placeOf(write))) keepDoubt(next, write);
    const row = next.rows.get(placeOf(write));
    if (deleted && row !== undefined && last.get(placeOf(write)) === write)
      keepLosses(next, newLosses([lossOfShown(write, row, register, now)], next.losses));
  }
  next.log = next.log.map((write) => {
    const stamp = stamps.get(write.entry);
    if (write.offer !== undefined || stamp === undefined) return write;
    return { ...write, columns: stampedAt(write.columns, stamp) };
  });
}

function stampedAt(columns: Columns, stamp: StampText): Columns {
  if (columns.deleted) return deleteColumns(stamp);
  return columns.base === null ? patchColumns(columns.fields.keys(), stamp) : wholeColumns(stamp);
}
