// `tidemark/idb`: a database of IndexedDB that the app opens itself, by the library `idb` or by the
// browser's own calls, without Dexie.
import { type IDBPDatabase, type IDBPTransaction, unwrap } from 'idb';
import { TidemarkError } from './errors.js';
import {
  type Connected,
  engineOf,
  type IndexedSync,
  leadName,
  systemSync,
} from './indexed-sync.js';
import { mergeModes } from './start.js';
import { trackHandle } from './stores/idb/handle.js';
import { addOwnStores, checkOwnStores, type Upgraded } from './stores/idb/schema.js';
import { IdbStore } from './stores/idb/store.js';
import { IdbTracker } from './stores/idb/tracker.js';
import { trackUpgrade } from './stores/idb/upgrade.js';
import { storeError } from './stores/indexeddb/access.js';
import type { Clock } from './stores/store.js';
import type { Sync, SyncOptions } from './types.js';

export type { Clock } from './stores/store.js';

/** A handle: of `idb`, or the browser's own. */
// biome-ignore lint/suspicious/noExplicitAny: idb's types of a schema have no common form
type Handle = IDBPDatabase<any> | IDBDatabase;

export interface IdbSync<D extends Handle = IDBPDatabase> extends Sync {
  /** The handle that was given to `connect`: what is written through it is recorded. */
  readonly db: D;
  /**
   * Calls back after rows of tables changed, whoever changed them: the app, in this tab or another,
   * or the hub. Returns the undo.
   */
  onChange(listener: (tables: string[]) => void): () => void;
}

/**
 * Adds Tidemark's own object stores, in an upgrade of the database: `upgrade(db) { addTidemark(db);
 * }`. Those that are there stay.
 */
export function addTidemark(db: Handle): void {
  addOwnStores(db as Upgraded);
}

/**
 * Has the upgrade under way recorded: what it writes from here on to tables that are synced, and
 * what was not sent yet of tables that it drops, which becomes dead letters. `async upgrade(db, _,
 * __, transaction) { addTidemark(db); await recordUpgrade(transaction); … }`.
 */
// biome-ignore lint/suspicious/noExplicitAny: idb's types of a schema have no common form
export function recordUpgrade(trans: IDBPTransaction<any, any, any> | IDBTransaction) {
  return trackUpgrade((unwrap(trans as IDBPTransaction) ?? trans) as IDBTransaction);
}

/**
 * Starts to sync. What is written to the tables named through `db` is recorded from now on, by its
 * shortcuts, transactions and cursors; what was synced before is recorded even if this rejects
 * since the engine did not load. Connect as soon as the database is open, and in every tab: what is
 * written before, through another handle of the same database, or in an upgrade without
 * `recordUpgrade` is not seen; `verify()` finds it. Let another tab upgrade the database: close
 * `db` in idb's `blocking`. Rejects with `table_unsupported` where an upgrade has yet to call
 * `addTidemark`, and for tables that cannot be synced.
 */
export const connect: <D extends Handle>(db: D, options: SyncOptions) => Promise<IdbSync<D>> =
  connector(systemSync);

/** `connect` over an engine that is handed in. */
export function connector<E extends Clock>(sync: IndexedSync<E>) {
  const known = new WeakMap<IDBDatabase, { tracker: IdbTracker; engine: () => Promise<E> }>();
  const trackedOf = (native: IDBDatabase) => {
    let tracked = known.get(native);
    if (tracked === undefined) {
      const tracker = new IdbTracker(native);
      trackHandle(tracker);
      tracked = { tracker, engine: engineOf(tracker, sync) };
      known.set(native, tracked);
    }
    return tracked;
  };
  return async <D extends Handle>(db: D, options: SyncOptions): Promise<IdbSync<D>> => {
    const native = nativeOf(db);
    checkOwnStores(native);
    const { tracker, engine } = trackedOf(native);
    await tracker.load().catch((cause) => {
      throw storeError(cause, 'storage_unavailable');
    });
    const clock = await engine();
    const { device } = options;
    const store = await IdbStore.open(tracker, {
      ...{ tables: mergeModes(options.tables), clock, device },
    });
    const connection = await sync.startSync(store, clock, leadName(tracker), options);
    follow(tracker, connection);
    const onChange = (listener: (tables: string[]) => void) => tracker.changes.on(listener);
    return Object.assign(connection, { db, onChange });
  };
}

/** Throws `bad_input` for what is no database, as one of another copy of `idb`. */
function nativeOf(db: Handle): IDBDatabase {
  const native = (unwrap(db as IDBPDatabase) ?? db) as IDBDatabase;
  try {
    Reflect.get(IDBDatabase.prototype, 'version', native);
  } catch {
    throw new TidemarkError('bad_input', 'db is not what openDB of idb gives, nor an IDBDatabase');
  }
  return native;
}

/** Has `connection` do as the database does. */
function follow(tracker: IdbTracker, connection: Connected): void {
  let outdated: TidemarkError | undefined;
  // Another tab waits to upgrade the database; without a version, to delete it.
  tracker.native.addEventListener('versionchange', ({ newVersion }) => {
    if (newVersion) outdated = new TidemarkError('app_outdated');
  });
  // Closed, it cannot be synced here, and must not keep other contexts from leading. The app may
  // have closed it as it heard of the other tab: in front of the listener above.
  tracker.onClosed(() => setTimeout(() => void connection.close(outdated)));
}
