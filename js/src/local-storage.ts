// `tidemark/local-storage`: items of localStorage, by their keys and by what their keys begin with,
// synced as records.
import { createEngine } from './engine.js';
import { asTidemarkError, TidemarkError } from './errors.js';
import { systemHost } from './host.js';
import { startSync } from './start.js';
import type { LocalTables } from './stores/local-storage/layout.js';
import type { Items } from './stores/local-storage/own-items.js';
import { LocalStorageStore } from './stores/local-storage/store.js';
import type { SyncedStorage } from './stores/local-storage/synced-storage.js';
import type { Sync, SyncOptions } from './types.js';

export type { TextFormat } from './stores/local-storage/formats.js';
export type { ItemTable, LocalTables, RowTable } from './stores/local-storage/layout.js';
export type { Items } from './stores/local-storage/own-items.js';
export { type Clock, LocalStorageStore } from './stores/local-storage/store.js';
export type { SyncedStorage } from './stores/local-storage/synced-storage.js';

export interface LocalSyncOptions extends Omit<SyncOptions, 'tables'> {
  /**
   * By table, the items in it: `{ tenure: { keys: ['tenure_answers'], prefixes: ['session-'] } }`.
   * No other item is ever read or written, whatever the endpoint sends.
   */
  tables: LocalTables;
  /**
   * Tells this connection's own items apart from those of another one in the same localStorage,
   * which syncs other tables. `app` by default.
   */
  name?: string;
  /** In place of localStorage: sessionStorage, or a stand-in where there is none. */
  storage?: Items;
}

export interface LocalSync extends Sync {
  /** localStorage with its writes recorded at once. */
  readonly storage: SyncedStorage;
}

/**
 * Starts to sync. What other code writes to the items is recorded as well, as soon as it is
 * noticed, also what it wrote before the connect. A page's change of an item is told to the page's
 * code by a `storage` event, as the browser tells other tabs. Rejects with `storage_unavailable`
 * where there is no localStorage.
 */
export async function connect(options: LocalSyncOptions): Promise<LocalSync> {
  const { tables, name = 'app', storage, device, ...others } = options;
  const items = storage ?? localStorageOf(globalThis);
  const engine = await createEngine(systemHost);
  const store = new LocalStorageStore({
    ...{ items, tables, name, device },
    ...{ clock: engine, hash: engine.hash },
  });
  const sync = { ...others, ...(device !== undefined && { device }), tables: Object.keys(tables) };
  const connection = await startSync(store, engine, `local-storage:${name}`, sync);
  return Object.assign(connection, { storage: store.storage });
}

// In a private window reading the property may throw.
function localStorageOf(host: { localStorage?: Items }): Items {
  try {
    if (host.localStorage) return host.localStorage;
  } catch (cause) {
    throw asTidemarkError(cause, 'storage_unavailable');
  }
  throw new TidemarkError('storage_unavailable', 'there is no localStorage here');
}
