// DexieStore: the Store port over the app's own Dexie database.
import { TidemarkError } from '../../errors.js';
import { checkTables } from '../indexeddb/adopt.js';
import { logStore } from '../indexeddb/schema.js';
import { IndexedStore, type IndexedStoreOptions } from '../indexeddb/store.js';
import type { DexieTracker } from './tracker.js';

export class DexieStore extends IndexedStore {
  /** Rejects with `table_unsupported`, `key_unsupported`. */
  static async open(tracker: DexieTracker, options: IndexedStoreOptions): Promise<DexieStore> {
    const { db } = tracker;
    await db.open();
    const tableOf = (name: string) => db.tables.find((known) => known.name === name);
    checkTables(options.tables.keys(), (name) => tableOf(name)?.schema.primKey.auto, '++');
    if (tableOf(logStore) === undefined)
      throw new TidemarkError(
        'table_unsupported',
        'declare the tables with db.version(n).stores(…)',
      );
    const store = new DexieStore(tracker, options);
    await store.cover();
    return store;
  }
}
