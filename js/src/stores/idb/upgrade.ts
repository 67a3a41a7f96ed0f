// Upgrades of the app's database: what one writes to a synced table is recorded as any write of the
// app, and what was not sent yet of a table that it drops becomes letters.
import { encodeKey } from '../../values.js';
import { addLetters } from '../indexeddb/dropped.js';
import type { LogEntry } from '../indexeddb/entry.js';
import { Recorder } from '../indexeddb/recorder.js';
import {
  type DeadRow,
  deadStore,
  logStore,
  type StateRow,
  stateStore,
} from '../indexeddb/schema.js';
import { NativeAccess } from './access.js';
import { Burst } from './burst.js';
import { trackStores } from './handle.js';
import { override } from './tracked-store.js';
import { IdbTracker } from './tracker.js';

/** What was never synced is left alone. */
export async function trackUpgrade(trans: IDBTransaction): Promise<void> {
  const access = new NativeAccess(trans);
  const state = access.has(stateStore) && (await access.get<StateRow>(stateStore, 'sync'));
  if (!state) return;
  const tables = Object.entries(state.tables).filter(([table]) => access.has(table));
  const burst = new Burst(trans, new Recorder(new IdbTracker(trans.db)));
  trackStores(trans, new Map(tables), burst);
  // The app may hold them already.
  for (const [table] of tables) trans.objectStore(table);
  const { deleteObjectStore } = trans.db;
  override(trans.db, {
    deleteObjectStore(name: string) {
      if (access.has(name) && name !== logStore) keepDropped(trans, name);
      deleteObjectStore.call(trans.db, name);
    },
  });
}

/** Reads in front of the drop, without waiting: requests are done in order. */
function keepDropped(trans: IDBTransaction, table: string): void {
  const store = trans.objectStore(table);
  const [keys, rows] = [store.getAllKeys(), store.getAll()];
  const log: IDBRequest<LogEntry[]> = trans.objectStore(logStore).getAll();
  log.addEventListener('success', () => {
    const left = log.result.filter((entry) => entry.table === table && entry.op === 'put');
    if (left.length === 0) return;
    const known = new Map(keys.result.map((key, i) => [textOf(key), rows.result[i]]));
    const letters = new Map<string, DeadRow>();
    for (const entry of left)
      addLetters(
        letters,
        entry,
        entry.keys.map((key) => known.get(encodeKey(key))),
      );
    for (const letter of letters.values()) trans.objectStore(deadStore).add(letter);
    for (const { id } of left) trans.objectStore(logStore).delete(id);
  });
}

/** Null: it was never synced. */
function textOf(key: IDBValidKey): string | null {
  try {
    return encodeKey(key);
  } catch {
    return null;
  }
}
