// Takes acknowledged writes out of the log: exactly these, by entry and place.
import type { Acknowledgement } from '../store.js';
import type { Access } from './access.js';
import { type LogEntry, placeOf, wholeAt, withoutPlaces } from './entry.js';
import { type DeadRow, deadStore, logStore } from './schema.js';

export async function acknowledge(
  access: Access,
  acknowledged: readonly Acknowledgement[],
): Promise<void> {
  if (acknowledged.length === 0) return;
  const byEntry = groupByEntry(acknowledged);
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
  await access.put(deadStore, acknowledged.flatMap(letterOf));
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
  const { id: _, ...rest } = withoutPlaces(entry, others) as LogEntry;
  const tx = entry.tx ?? entry.stamp;
  return [{ ...rest, ...(tx !== null && { tx }) }];
}

function letterOf({ result, refusal, change }: Acknowledgement): DeadRow[] {
  if (result !== 'dead' || change === undefined) return [];
  const { code = 'internal', message = '' } = refusal ?? {};
  return [{ change, code, message, at: Date.now() }];
}

function groupByEntry(acknowledged: readonly Acknowledgement[]): Map<number, Acknowledgement[]> {
  const groups = new Map<number, Acknowledgement[]>();
  for (const one of acknowledged) {
    const group = groups.get(one.write.entry);
    if (group === undefined) groups.set(one.write.entry, [one]);
    else group.push(one);
  }
  return groups;
}
