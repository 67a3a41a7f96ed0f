// Whose data it is: what becomes of adoptions, of another user's data, and the log of exchanges.
import { TidemarkError } from '../../errors.js';
import type { RecordKey } from '../../wire.js';
import { placeOf } from '../pending.js';
import { type RecordState, type SyncLogEntry, syncLogMax } from '../store.js';
import type { Access } from './access.js';
import { everCoveredOf } from './adopt.js';
import { type LogEntry, placesIn } from './entry.js';
import { countPending } from './log.js';
import {
  type DeadRow,
  deadStore,
  gravesStore,
  logStore,
  ownStores,
  stateStore,
  syncLogStore,
} from './schema.js';
import { readAgain } from './sweep.js';

/** Drops the adoptions: what the hub has is read, and the rest swept. */
export async function keepRemote(access: Access): Promise<void> {
  const log = await access.all<LogEntry>(logStore);
  const dropped = log.filter(({ adopted }) => adopted);
  await access.delete(
    logStore,
    dropped.map(({ id }) => id),
  );
  const pending = placesIn(log.filter(({ adopted }) => !adopted));
  const graves = await access.keys(gravesStore);
  await access.delete(
    gravesStore,
    graves.filter((key) => !pending.has(JSON.stringify(key))),
  );
  const state = await access.state();
  await readAgain(access, state, true);
  await access.putState(state);
}

/**
 * Removes the rows of all tables that were ever synced for this user, and all that is known of the
 * hub; what is under way is refused.
 */
export async function clearAll(access: Access, discard: boolean) {
  const unsettled = (await countPending(access)) + (await access.count(deadStore));
  if (!discard && unsettled > 0) throw new TidemarkError('account_pending');
  const state = await access.state();
  const { key, offsetMs, device, tables, term } = state;
  for (const store of [...everCoveredOf(state), ...ownStores])
    if (store !== stateStore && access.has(store)) await access.clear(store);
  const nothing = { cursor: null, known: null, clock: null, hub: null, sweeping: false };
  const everCovered = Object.keys(tables);
  const kept = { key, offsetMs, device, tables, everCovered };
  await access.putState({ ...kept, term: term + 1, ...nothing });
}

export async function recordStateOf(access: Access, record: RecordKey): Promise<RecordState> {
  const place = placeOf(record);
  const letters = await access.all<DeadRow>(deadStore);
  if (letters.some(({ change }) => placeOf(change) === place)) return 'refused';
  const pending = placesIn(await access.all<LogEntry>(logStore));
  return pending.has(place) ? 'pending' : 'synced';
}

export async function readSyncLog(access: Access): Promise<SyncLogEntry[]> {
  const rows = await access.all<SyncLogEntry & { id: number }>(syncLogStore);
  return rows.map(({ id: _, ...entry }) => entry);
}

export async function appendSyncLog(
  access: Access,
  entries: readonly SyncLogEntry[],
): Promise<void> {
  await access.put(syncLogStore, entries);
  const keys = await access.keys(syncLogStore);
  await access.delete(syncLogStore, keys.slice(0, -syncLogMax));
}
