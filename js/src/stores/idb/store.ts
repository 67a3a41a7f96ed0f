// IdbStore: the Store port over a database that the app opened itself.
import { checkTables } from '../indexeddb/adopt.js';
import { IndexedStore, type IndexedStoreOptions } from '../indexeddb/store.js';
import type { IdbTracker } from './tracker.js';

export class IdbStore extends IndexedStore {
  /** Rejects with `table_unsupported`, `key_unsupported`. */
  static async open(tracker: IdbTracker, options: IndexedStoreOptions): Promise<IdbStore> {
    const { native } = tracker;
    const counts = (name: string) =>
      native.objectStoreNames.contains(name)
        ? native.transaction(name).objectStore(name).autoIncrement
        : undefined;
    checkTables(options.tables.keys(), counts, 'autoIncrement');
    const store = new IdbStore(tracker, options);
    await store.cover();
    return store;
  }
}
