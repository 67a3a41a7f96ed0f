// What a page is asked about its storage, its live queries, and its service worker.
import { type Dexie, liveQuery } from 'dexie';
import { requestBackgroundSync } from 'tidemark/background';
import { canonicalText } from '../../../scripts/lib/canonical.mjs';
import type { Op, Row, Sync } from './page-types.js';

const isOwn = (name: string) => name.startsWith('$');

/** Queries of every kind that a live query may be made of; `done` and `n` are indexed. */
const queriesOf = (db: Dexie): Record<string, () => Promise<unknown>> => ({
  all: () => db.table('todos').toArray(),
  one: () => db.table('todos').get('k3'),
  some: () => db.table('todos').bulkGet(['k1', 'new', 'gone']),
  count: () => db.table('todos').count(),
  equal: () => db.table('todos').where('done').equals(1).primaryKeys(),
  range: () => db.table('todos').where('n').between(3, 8).toArray(),
  first: () => db.table('todos').orderBy('n').limit(3).toArray(),
  last: () => db.table('todos').orderBy('n').last(),
  filter: () =>
    db
      .table('todos')
      .filter(({ n }) => n % 2 === 0)
      .count(),
});

export const storageCalls = (
  db: () => Dexie,
  sync: () => Sync,
  apply: (op: Op) => Promise<void>,
) => ({
  /** Null, or the names of the errors, from the outermost in. */
  async tryWrite(op: Op): Promise<string[] | null> {
    try {
      await apply(op);
      return null;
    } catch (cause) {
      const names: string[] = [];
      type Nested = Error & { inner?: Nested };
      for (let error = cause as Nested | undefined; error; error = error.inner)
        names.push(error.name);
      return names;
    }
  },

  /** Follows every query from now on; `watched` gives what they showed last, and what is so. */
  watchQueries(): Promise<unknown> {
    const shown: Record<string, string> = {};
    Object.assign(window, { shown });
    const watch = ([name, query]: [string, () => Promise<unknown>]) =>
      new Promise<void>((resolve, reject) => {
        liveQuery(query).subscribe({
          next: (value) => {
            shown[name] = canonicalText(value ?? null);
            resolve();
          },
          error: reject,
        });
      });
    return Promise.all(Object.entries(queriesOf(db())).map(watch));
  },
  async watched(): Promise<[shown: Record<string, string>, is: Record<string, string>]> {
    const is: Record<string, string> = {};
    for (const [name, query] of Object.entries(queriesOf(db())))
      is[name] = canonicalText((await query()) ?? null);
    return [(window as never as { shown: Record<string, string> }).shown, is];
  },

  /** The connection is gone, as the browser takes it: with an event, or without. */
  loseConnection(event: boolean): void {
    const native = db().backendDB();
    native.close();
    if (event) native.dispatchEvent(new Event('close'));
  },
  isOpen: () => db().isOpen(),

  /** Empties every store of the database at once, through Dexie as an app may. */
  async emptyStores(order: 'own first' | 'own last'): Promise<void> {
    const own = order === 'own first' ? -1 : 1;
    const rank = ({ name }: { name: string }) => (isOwn(name) ? own : 0);
    const tables = [...db().tables].sort((a, b) => rank(a) - rank(b));
    await db().transaction('rw', tables, async () => {
      for (const table of tables) await table.clear();
    });
  },
  deleteDatabase: (stays: boolean) => db().delete({ disableAutoOpen: !stays }),
  /** Another connection, of a context without Dexie, deletes the database. */
  deleteNatively: (name: string) =>
    new Promise<void>((resolve, reject) => {
      const request = indexedDB.deleteDatabase(name);
      request.onsuccess = () => resolve();
      request.onerror = () => reject(request.error);
    }),

  /** The durability of the transactions that write, while `op` is done. */
  async durabilityOf(op: Op): Promise<string[]> {
    const seen: string[] = [];
    const native = db().backendDB();
    const open = native.transaction.bind(native);
    native.transaction = (stores, mode, options) => {
      const transaction = open(stores, mode, options);
      if (mode === 'readwrite') seen.push(transaction.durability);
      return transaction;
    };
    await apply(op);
    return seen;
  },

  async startServiceWorker(token: string): Promise<void> {
    await navigator.serviceWorker.register(`/sw.js?token=${token}`, { type: 'module' });
    await navigator.serviceWorker.ready;
  },
  requestBackgroundSync(periodicMs?: number): void {
    requestBackgroundSync(sync() as never, periodicMs === undefined ? {} : { periodicMs });
  },
  syncTags: async (): Promise<string[]> => {
    const registration = await navigator.serviceWorker.ready;
    return (registration as never as { sync: { getTags(): Promise<string[]> } }).sync.getTags();
  },
  row: (table: string, key: string): Promise<Row | undefined> => db().table(table).get(key),
});
