// Takes acknowledged writes out of the log: exactly these, by entry and place.
import { decodeKey } from '../../values.js';
import type { Change, WireRow } from '../../wire.js';
import { groupBy } from '../group.js';
import type { Acknowledgement, PendingWrite } from '../store.js';
import type { Access } from './access.js';
import { type LogEntry, placeOf, sentAt, wholeAt, withoutPlaces } from './entry.js';
import { encodedRow } from './rows.js';
import {
  type DeadRow,
  deadStore,
  type GraveRow,
  gravesStore,
  logStore,
  rereadsStore,
} from './schema.js';

/** Returns the changes that became letters. */
export async function acknowledge(
  access: Access,
  acknowledged: readonly Acknowledgement[],
): Promise<Change[]> {
  if (acknowledged.length === 0) return [];
  const byEntry = groupBy(acknowledged, ({ write }) => write.entry);
  const entries = await access.getMany<LogEntry>(logStore, [...byEntry.keys()]);
  const [gone, left]: [number[], LogEntry[]] = [[], []];
  const later: Omit<LogEntry, 'id'>[] = [];
  for (const entry of entries) {
    if (entry === undefined) continue;
    const of = byEntry.get(entry.id) as Acknowledgement[];
    const rest = leftOf(entry, of);
    if (rest === null) gone.push(entry.id);
    else left.push(rest);
    later.push(...laterOf(entry, of));
  }
  await access.delete(logStore, gone);
  await access.put(logStore, left);
  await access.put(logStore, later);
  return bury(access, acknowledged);
}

/** Says before a push that creations among `writes` have been sent. */
export async function markSent(access: Access, writes: readonly PendingWrite[]): Promise<void> {
  const byEntry = groupBy(writes, ({ entry }) => entry);
  const entries = await access.getMany<LogEntry>(logStore, [...byEntry.keys()]);
  const marked = entries.flatMap((entry) => {
    if (entry === undefined) return [];
    const places = new Set(byEntry.get(entry.id)?.map(({ index }) => index));
    return [sentAt(entry, places)];
  });
  await access.put(logStore, marked);
}

/** Makes letters of what was refused for good. */
async function bury(access: Access, acknowledged: readonly Acknowledgement[]): Promise<Change[]> {
  const letters: DeadRow[] = [];
  // Several writes may have been one change.
  const buried = new Set<Change>();
  for (const { result, refusal, change } of acknowledged) {
    if (result !== 'dead' || change === undefined || buried.has(change)) continue;
    buried.add(change);
    const { code = 'internal', message = '' } = refusal ?? {};
    const letter: DeadRow = { change, code, message, at: Date.now() };
    const row = await rowOf(access, change);
    if (row !== undefined) letter.row = row;
    letters.push(letter);
  }
  const changes = letters.map(({ change }) => change);
  const deleted = changes.filter((change) => change.deleted);
  await access.put(deadStore, letters);
  await access.put(
    rereadsStore,
    deleted.map(({ table, id }) => ({ table, id })),
  );
  return changes;
}

/** The whole row that a change was made of, one kept aside included. */
async function rowOf(access: Access, { table, id }: Change): Promise<WireRow | undefined> {
  if (!access.holds(table)) return undefined;
  const grave = await access.get<GraveRow>(gravesStore, [table, id]);
  const row = (await access.get<object>(table, decodeKey(id))) ?? grave?.row;
  return encodedRow(row, table);
}

function leftOf(entry: LogEntry, acknowledged: readonly Acknowledgement[]): LogEntry | null {
  const done = new Set<number>();
  const full = new Set<number>();
  for (const { write, result } of acknowledged)
    (result === 'needFull' ? full : done).add(write.index);
  const left = withoutPlaces(entry, done);
  return left === null || full.size === 0 ? left : wholeAt(left, full);
}

/** What was put off, as an entry that the log has yet to number: behind all others. */
function laterOf(entry: LogEntry, acknowledged: readonly Acknowledgement[]) {
  const off = acknowledged.filter(({ result }) => result === 'later');
  if (off.length === 0) return [];
  const places = new Set(off.map(({ write }) => write.index));
  const others = new Set<number>();
  for (let i = 0; i < entry.keys.length; i++)
    if (!places.has(placeOf(entry, i))) others.add(placeOf(entry, i));
  const { id, order = id, ...rest } = withoutPlaces(entry, others) as LogEntry;
  const tx = entry.tx ?? entry.stamp;
  return [{ ...rest, order, ...(tx !== null && { tx }) }];
}
