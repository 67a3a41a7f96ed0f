// What a page is asked about its storage, its live queries, and its service worker.
import { Dexie, liveQuery } from 'dexie';
import { TidemarkError } from 'tidemark';
import { requestBackgroundSync } from 'tidemark/background';
import { tidemark } from 'tidemark/dexie';
import { canonicalText } from '../../../scripts/lib/canonical.mjs';
import { stepOf } from './churn.mjs';
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

  /** The code with which `connect()` is refused. */
  async connectFault(): Promise<string> {
    const app = new Dexie('app', { addons: [tidemark] });
    app.version(1).stores({ todos: 'id' });
    const options = { url: '/sync', tables: ['todos'] };
    return app.tidemark.connect(options).then(
      () => 'none',
      (error) => (error instanceof TidemarkError ? error.code : String(error)),
    );
  },
  /** What a write is refused with, with the addon or without. */
  async writeFault(plain: boolean): Promise<string> {
    const app = new Dexie('app', plain ? {} : { addons: [tidemark] });
    app.version(1).stores({ todos: 'id' });
    return app
      .table('todos')
      .put({ id: 'x' })
      .then(
        () => 'none',
        (error) => `${error.name}: ${error.message}`,
      );
  },

  /** Does the steps of a writer, and says `writer:step` of each that is stored. */
  async churn(writer: string, count: number, pauseMs: number): Promise<void> {
    const { stored } = window as never as { stored(report: string): void };
    for (let i = 0; i < count; i++) {
      await db().transaction('rw', ['todos', 'lists'], async () => {
        for (const op of stepOf(writer, i) as Op[]) await apply(op);
      });
      stored(`${writer}:${i}`);
      await new Promise((done) => setTimeout(done, pauseMs * Math.random() * 2));
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
  /** So many times the database cannot be opened, as while the browser evicts it. */
  refuseOpening(times: number): void {
    const { open } = IDBFactory.prototype;
    let left = times;
    IDBFactory.prototype.open = function (...args) {
      if (left-- > 0) throw new DOMException('Internal error', 'UnknownError');
      IDBFactory.prototype.open = open;
      return open.apply(this, args);
    };
  },

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

  /** What was asked of the transactions in which stores were written, `op` being done. */
  async durabilityOf(op: Op): Promise<Record<string, string>> {
    // By transaction: a sync that goes on meanwhile has its own.
    const seen = new Map<IDBTransaction, Record<string, string>>();
    const { add, put, delete: remove } = IDBObjectStore.prototype;
    const spy = (original: (...args: never[]) => unknown) =>
      function (this: IDBObjectStore, ...args: never[]) {
        const { transaction } = this;
        seen.set(transaction, { ...seen.get(transaction), [this.name]: transaction.durability });
        return original.apply(this, args);
      } as never;
    Object.assign(IDBObjectStore.prototype, { add: spy(add), put: spy(put), delete: spy(remove) });
    try {
      await apply(op);
    } finally {
      Object.assign(IDBObjectStore.prototype, { add, put, delete: remove });
    }
    return [...seen.values()].find((stores) => op[1] in stores && '$tidemark_log' in stores) ?? {};
  },

  /** Every store as it is, Tidemark's own included, and that it is put into another database. */
  async dump(): Promise<[string, unknown[]][]> {
    return Promise.all(db().tables.map(async (table) => [table.name, await table.toArray()]));
  },
  load(copy: [string, unknown[]][]): Promise<void> {
    return new Promise((resolve, reject) => {
      const transaction = db()
        .backendDB()
        .transaction(
          copy.map(([name]) => name),
          'readwrite',
        );
      for (const [name, rows] of copy) {
        const store = transaction.objectStore(name);
        store.clear();
        for (const row of rows) store.put(row);
      }
      transaction.oncomplete = () => resolve();
      transaction.onerror = () => reject(transaction.error);
    });
  },

  /** Writes to IndexedDB itself, so that nothing is recorded. `row` undefined: deletes. */
  writeBehind(table: string, key: string, row?: Row): Promise<void> {
    return new Promise((resolve, reject) => {
      const transaction = db().backendDB().transaction(table, 'readwrite');
      const store = transaction.objectStore(table);
      if (row === undefined) store.delete(key);
      else store.put(row);
      transaction.oncomplete = () => resolve();
      transaction.onerror = () => reject(transaction.error);
    });
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
