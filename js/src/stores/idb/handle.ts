// The app's handle of its database: a transaction that writes to a synced table takes the log with
// it, and all that it writes there is recorded. Other handles of the same database are not touched.
import { Recorder } from '../indexeddb/recorder.js';
import { logStore } from '../indexeddb/schema.js';
import type { MergeMode } from '../store.js';
import { Burst } from './burst.js';
import { override, TrackedStore } from './tracked-store.js';
import type { IdbTracker } from './tracker.js';

type Names = string | Iterable<string>;

/** Once a handle. */
export function trackHandle(tracker: IdbTracker): void {
  const { native: db } = tracker;
  const recorder = new Recorder(tracker);
  tracker.changes.listen();
  const { transaction, close } = db;
  override(db, {
    transaction(names: Names, mode?: IDBTransactionMode, options?: IDBTransactionOptions) {
      const asked = [...new Set(typeof names === 'string' ? [names] : [...names].map(String))];
      const { tables } = tracker;
      if (mode !== 'readwrite' || !asked.some((name) => tables.has(name)))
        return transaction.call(db, names, mode, options);
      const all = asked.includes(logStore) ? asked : [...asked, logStore];
      const trans = transaction.call(db, all, mode, options);
      const burst = new Burst(trans, recorder);
      trans.addEventListener('complete', () => tracker.changes.tell(burst.tables));
      // Libraries take the store of a transaction that has one.
      override(trans, { objectStoreNames: namesOf(asked) });
      trackStores(trans, new Map(tables), burst);
      return trans;
    },
    close() {
      close.call(db);
      tracker.closed();
    },
  });
  // By the browser, which lost it or was told to.
  db.addEventListener('close', () => tracker.closed());
}

/** Records what is written to the stores of `trans` that are in `tables`. */
export function trackStores(
  trans: IDBTransaction,
  tables: ReadonlyMap<string, MergeMode>,
  burst: Burst,
): void {
  const { objectStore, commit } = trans;
  const tracked = new Map<IDBObjectStore, TrackedStore>();
  override(trans, {
    objectStore(name: string) {
      const store = objectStore.call(trans, name);
      const merge = tables.get(name);
      if (merge !== undefined && !tracked.has(store))
        tracked.set(store, new TrackedStore(store, merge, burst));
      return store;
    },
    commit: () => burst.commit(() => commit.call(trans)),
  });
}

function namesOf(names: readonly string[]): DOMStringList {
  const sorted = [...names].sort();
  const contains = (name: string) => sorted.includes(name);
  const item = (i: number) => sorted[i] ?? null;
  return Object.assign(sorted, { contains, item });
}
