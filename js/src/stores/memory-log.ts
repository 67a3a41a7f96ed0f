// The log of a memory store: what is read of it, and stamping it again.
import type { Columns } from '../columns.js';
import type { StampText } from '../wire.js';
import type { Contents } from './memory-commit.js';
import {
  adoptionStamp,
  deleteColumns,
  isAdoption,
  nodeOf,
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
  const writes = log.slice(0, end === 0 ? limit : end);
  const left: Outbox['rows'] = new Map();
  for (const write of writes) {
    const row = rows.get(placeOf(write)) ?? graves.get(placeOf(write));
    if (!left.has(write.table)) left.set(write.table, new Map());
    if (row !== undefined) left.get(write.table)?.set(write.id, structuredClone(row));
  }
  const wanted = [...rereads.values()].slice(0, rereadsMax);
  return { writes, rows: left, pending: log.length, rereads: wanted };
}

/** The log with new stamps, in the order of the old ones. */
export function restamped(
  log: readonly PendingWrite[],
  again: (first: StampText, count: number) => StampText,
): PendingWrite[] {
  const own = log.filter(({ offer }) => offer === undefined);
  const old = own.map(({ columns }) => columns.register).sort();
  let adopted = 0;
  const next = new Map<StampText, StampText>();
  for (const stamp of old) {
    const now = again(stamp, 1);
    const lowest = adoptionStamp(nodeOf(now));
    next.set(stamp, isAdoption(stamp) ? stampAfter(lowest, adopted++) : now);
  }
  return log.map((write) => {
    if (write.offer !== undefined) return write;
    const stamp = next.get(write.columns.register) as StampText;
    return { ...write, columns: stampedAt(write.columns, stamp) };
  });
}

function stampedAt(columns: Columns, stamp: StampText): Columns {
  if (columns.deleted) return deleteColumns(stamp);
  return columns.base === null ? patchColumns(columns.fields.keys(), stamp) : wholeColumns(stamp);
}
