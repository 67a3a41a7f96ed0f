// The log as a whole: its length, its entries that wait for a stamp, and stamping everything again.
import { nodeOf } from '../../stamp-words.js';
import type { IdText, Loss, StampText } from '../../wire.js';
import { lossOfShown } from '../losses.js';
import { adoptionStamp, placeOf } from '../pending.js';
import { type PendingWrite, type Stamper, stampAfter } from '../store.js';
import type { Access } from './access.js';
import { inOrder, type LogEntry, placesIn, spanOf, writeOf } from './entry.js';
import { keepDoubts } from './journal.js';
import { keepLosses } from './losses.js';
import type { Pending } from './page.js';
import { encodedRow } from './rows.js';
import { logStore, rereadsStore } from './schema.js';

/** What is pending, and the last entry of it. */
export async function countLog(access: Access): Promise<{ pending: number; counted: number }> {
  const pending = await countPending(access);
  return { pending, counted: ((await access.lastKey(logStore)) as number | undefined) ?? 0 };
}

/**
 * How many records' writes are in the log: one each entry, and the rest of those with several,
 * which have an index.
 */
export async function countPending(access: Access): Promise<number> {
  const entries = await access.count(logStore);
  if (entries === 0) return 0;
  const counts = (await access.keysIn(logStore, 'many')) as number[];
  return counts.reduce((pending, count) => pending + count - 1, entries);
}

/**
 * The log's entries, all stamped: those that were written without an engine get theirs now, and so
 * does all that follows.
 */
export async function stampedLog(access: Access, stamper: Stamper): Promise<LogEntry[]> {
  const entries = await access.all<LogEntry>(logStore);
  const written = inOrder(entries);
  const first = written.findIndex((entry) => entry.stamp === null);
  if (first === -1) return entries;
  const late = written
    .slice(first)
    .map((entry) => (isFixed(entry) ? entry : stampedAgain(entry, stamper.reserve(spanOf(entry)))));
  await access.put(logStore, late);
  return [...written.slice(0, first), ...late].sort((a, b) => a.id - b.id);
}

/** All that is in the log, by record. */
export async function pendingOf(access: Access, stamper: Stamper): Promise<Pending> {
  const pending: Pending = new Map();
  for (const entry of await stampedLog(access, stamper))
    for (let i = 0; i < entry.keys.length; i++) addPending(pending, writeOf(entry, i));
  return pending;
}

function addPending(pending: Pending, write: PendingWrite): void {
  const { table, id } = write;
  let records = pending.get(table);
  if (records === undefined) pending.set(table, (records = new Map()));
  const known = records.get(id);
  if (known === undefined) records.set(id, [write]);
  else known.push(write);
}

/** Whether an entry's stamps say nothing of when it was written. */
function isFixed({ adopted, columns }: LogEntry): boolean {
  return adopted === true || columns !== undefined;
}

/**
 * Stamps the entries again, in the order in which they were written. What was adopted stays below
 * everything else, under the new node; what is offered stays as it is.
 */
export async function restampLog(
  access: Access,
  stamper: Stamper,
  again: (first: StampText, count: number) => StampText,
): Promise<void> {
  let adopted = 0;
  const restamped: LogEntry[] = [];
  const lowered: LogEntry[] = [];
  const all = await stampedLog(access, stamper);
  const log = inOrder(all.filter(({ columns }) => columns === undefined));
  for (const entry of log) {
    const span = spanOf(entry);
    const next = again(entry.stamp as StampText, span);
    const stamp = entry.adopted ? stampAfter(adoptionStamp(nodeOf(next)), adopted) : next;
    if (entry.adopted) adopted += span;
    if (stamp !== entry.stamp) restamped.push(stampedAgain(entry, stamp));
    if (stamp < (entry.stamp as StampText)) lowered.push(entry);
  }
  await access.put(logStore, restamped);
  await keepLosses(access, await shownLosses(access, log, restamped));
  await doubtLowered(access, lowered);
}

/** The row of a record that is to be read again may show what has lost as its stamp fell. */
async function doubtLowered(access: Access, lowered: readonly LogEntry[]): Promise<void> {
  if (lowered.length === 0) return;
  const places = placesIn(lowered);
  const keys = (await access.keys(rereadsStore)) as [string, IdText][];
  const rereads = keys.map(([table, id]) => ({ table, id }));
  const state = await access.state();
  await keepDoubts(
    access,
    state,
    rereads.filter((record) => places.has(placeOf(record))),
  );
  await access.putState(state);
}

/** What deletes that were stamped again take with them: rows that are shown had won. */
async function shownLosses(
  access: Access,
  log: readonly LogEntry[],
  restamped: readonly LogEntry[],
): Promise<Loss[]> {
  const last = new Map<string, number>();
  const placesOf = (entry: LogEntry) => entry.keys.map((_, i) => placeOf(writeOf(entry, i)));
  for (const entry of log) for (const place of placesOf(entry)) last.set(place, entry.id);
  const now = new Map(restamped.map((entry) => [entry.id, entry]));
  const losses: Loss[] = [];
  for (const entry of log) {
    const { id, table, op } = entry;
    const next = now.get(id);
    if (op !== 'delete' || next === undefined || !access.holds(table)) continue;
    const rows = await access.getMany<object>(table, entry.keys);
    for (const [i, place] of placesOf(entry).entries()) {
      const row = last.get(place) === id ? encodedRow(rows[i], table) : undefined;
      const { columns, ...record } = writeOf(entry, i);
      const winner = writeOf(next, i).columns.register;
      if (row) losses.push(lossOfShown(record, row, columns.register, winner));
    }
  }
  return losses;
}

// A transaction is known by its first entry's first stamp: whoever loses that keeps it as a name.
function stampedAgain(entry: LogEntry, stamp: StampText): LogEntry {
  const { at: _, ...rest } = entry;
  const tx = entry.tx ?? entry.stamp;
  return { ...rest, stamp, ...(tx !== null && { tx }) };
}
