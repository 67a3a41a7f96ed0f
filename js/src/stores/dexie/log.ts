// The log as a whole: its length, its entries that wait for a stamp, and stamping everything again.
import type { StampText } from '../../wire.js';
import { adoptionStamp, nodeOf } from '../pending.js';
import { type Stamper, stampAfter } from '../store.js';
import type { Access } from './access.js';
import { type LogEntry, spanOf } from './entry.js';
import { logStore } from './schema.js';

/**
 * How many records' writes are in the log: one each entry, and the rest of those with several,
 * which have an index.
 */
export async function countPending(access: Access): Promise<number> {
  const table = access.core.table(logStore);
  const many = table.schema.getIndexByKeyPath('many');
  const entries = await access.count(logStore);
  if (entries === 0 || many === undefined) return entries;
  const range = { type: 3 as never, lower: undefined, upper: undefined };
  const query = { index: many, range };
  const cursor = await table.openCursor({ trans: access.trans, values: false, query });
  let pending = entries;
  await cursor?.start(() => {
    pending += (cursor.key as number) - 1;
    cursor.continue();
  });
  return pending;
}

/**
 * The log's entries, all stamped: those that were written without an engine get theirs now, and so
 * does all that follows.
 */
export async function stampedLog(access: Access, stamper: Stamper): Promise<LogEntry[]> {
  const entries = await access.all<LogEntry>(logStore);
  const first = entries.findIndex((entry) => entry.stamp === null);
  if (first === -1) return entries;
  const late = entries
    .slice(first)
    .map((entry) => (isFixed(entry) ? entry : stampedAgain(entry, stamper.reserve(spanOf(entry)))));
  await access.put(logStore, late);
  return [...entries.slice(0, first), ...late];
}

/** Whether an entry's stamps say nothing of when it was written. */
function isFixed({ adopted, columns }: LogEntry): boolean {
  return adopted === true || columns !== undefined;
}

/**
 * Stamps the entries again, in the order of their stamps. What was adopted stays below everything
 * else, under the new node; what is offered stays as it is.
 */
export async function restampLog(
  access: Access,
  stamper: Stamper,
  again: (first: StampText, count: number) => StampText,
): Promise<void> {
  let adopted = 0;
  const restamped: LogEntry[] = [];
  // An entry that was put off lies behind later ones, but was not written after them.
  const all = await stampedLog(access, stamper);
  const log = all.filter(({ columns }) => columns === undefined);
  log.sort((a, b) => ((a.stamp as StampText) < (b.stamp as StampText) ? -1 : 1));
  for (const entry of log) {
    const span = spanOf(entry);
    const next = again(entry.stamp as StampText, span);
    const stamp = entry.adopted ? stampAfter(adoptionStamp(nodeOf(next)), adopted) : next;
    if (entry.adopted) adopted += span;
    if (stamp !== entry.stamp) restamped.push(stampedAgain(entry, stamp));
  }
  await access.put(logStore, restamped);
}

// A transaction is known by its first entry's first stamp: whoever loses that keeps it as a name.
function stampedAgain(entry: LogEntry, stamp: StampText): LogEntry {
  const { at: _, ...rest } = entry;
  const tx = entry.tx ?? entry.stamp;
  return { ...rest, stamp, ...(tx !== null && { tx }) };
}
