// `tidemark/dexie`: the Dexie addon. The app's database gets Tidemark's stores and the recording of
// writes; `connect` syncs.
import type { Dexie } from 'dexie';
import { TidemarkError } from './errors.js';
import {
  type Connected,
  engineOf,
  type IndexedSync,
  leadName,
  systemSync,
} from './indexed-sync.js';
import { mergeModes } from './start.js';
import { trackingMiddleware } from './stores/dexie/middleware.js';
import { reopening } from './stores/dexie/reopen.js';
import { addOwnStores } from './stores/dexie/schema.js';
import { DexieStore } from './stores/dexie/store.js';
import { DexieTracker } from './stores/dexie/tracker.js';
import { keepDropped } from './stores/dexie/upgrade.js';
import { storeError } from './stores/indexeddb/access.js';
import type { Clock } from './stores/store.js';
import type { Sync, SyncOptions } from './types.js';

export { DexieStore } from './stores/dexie/store.js';
export type { Clock } from './stores/store.js';

export interface TidemarkDexie {
  /**
   * Starts to sync. Writes to the tables named are recorded from now on, also before the next
   * connect. Rejects with `storage_unavailable` where the database cannot be opened.
   */
  connect(options: SyncOptions): Promise<Sync>;
  /** The store of the last connect; null before. */
  readonly store: DexieStore | null;
}

declare module 'dexie' {
  interface Dexie {
    tidemark: TidemarkDexie;
  }
}

/**
 * How long opening the database waits for the engine: writes made before it is there are recorded
 * without stamps.
 */
const engineWaitMs = 2_000;

/** The addon over an engine that is handed in. */
export function dexieAddon<E extends Clock>(sync: IndexedSync<E>): (db: Dexie) => void {
  return (db) => {
    const tracker = new DexieTracker(db);
    addOwnStores(db, keepDropped);
    db.use(trackingMiddleware(tracker));
    const engine = engineOf(tracker, sync);
    db.on('ready', () => ready(tracker, engine), true);
    db.on('close', () => tracker.close());
    db.tidemark = new Connection(tracker, engine, sync);
  };
}

// Before the app's first query: which tables are tracked, and, if there are any, the engine.
async function ready(tracker: DexieTracker, engine: () => Promise<Clock>): Promise<void> {
  await tracker.load();
  if (tracker.tables.size === 0) return;
  const loaded = engine().catch(() => {}); // recorded without stamps; connect says why
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, engineWaitMs);
  });
  await Promise.race([loaded, late]);
  clearTimeout(timer);
}

/** The Dexie addon: `new Dexie('app', { addons: [tidemark] })`. */
export const tidemark: (db: Dexie) => void = dexieAddon(systemSync);

class Connection<E extends Clock> implements TidemarkDexie {
  store: DexieStore | null = null;

  constructor(
    readonly tracker: DexieTracker,
    readonly engine: () => Promise<E>,
    readonly sync: IndexedSync<E>,
  ) {}

  async connect(options: SyncOptions): Promise<Sync> {
    const { db } = this.tracker;
    await db.open().catch((cause) => {
      throw storeError(cause, 'storage_unavailable');
    });
    const engine = await this.engine();
    const tables = mergeModes(options.tables);
    const { device } = options;
    const store = await DexieStore.open(this.tracker, { tables, clock: engine, device });
    this.store = store;
    const connection = await this.sync.startSync(store, engine, leadName(this.tracker), options);
    follow(db, connection);
    return connection;
  }
}

/** Has `connection` do as the database does. */
function follow(db: Dexie, connection: Connected): void {
  // Closed by the app, it cannot be synced here, and must not keep other contexts from leading.
  // Closed by the browser, it is opened again as it is used, and may be another by then.
  let hasYielded = false;
  const isWanted = () => !hasYielded && connection.status.value.phase !== 'closed';
  const reopen = reopening(db, isWanted);
  const closed = () => {
    if (db.hasBeenClosed()) return void connection.close();
    reopen();
    connection.flush().catch(() => {});
  };
  db.on('close', () => queueMicrotask(closed));
  // Another tab waits to upgrade it, or to delete it. Dexie makes way unless the app forbids it.
  db.on('versionchange', ({ newVersion }) => {
    const yielded = () => {
      if (db.isOpen()) return;
      hasYielded = true;
      void connection.close(new TidemarkError('app_outdated'));
    };
    if (newVersion) queueMicrotask(yielded);
  });
}
