// Databases for the tests of idb: fresh ones, connected over a test clock in place of the engine.
import { deleteDB, type IDBPDatabase, openDB } from 'idb';
import type { TidemarkError } from '../../../js/src/errors.js';
import { addTidemark, type Clock, connector, type IdbSync } from '../../../js/src/idb.js';
import type { Store } from '../../../js/src/stores/store.js';
import { type OpenStore, TestClock } from '../../../js/src/testing/index.js';
import type { Sync } from '../../../js/src/types.js';

export type Tables = readonly string[] | Record<string, { merge?: 'field' | 'record' }>;
type Upgrade = (db: IDBPDatabase) => void;

let databases = 0;

/** A name that no other database of this run has. */
export const freshName = () => `idb-${Date.now()}-${databases++}`;

type Connection = IdbSync & { store: Store };

/**
 * `connect`, with stamps of a test clock; `engine` may fail to load, `closed` hears why the
 * connection ends.
 */
export function testConnector(
  engine: () => Promise<Clock> = async () => new TestClock(),
  closed: (outdated?: TidemarkError) => void = () => {},
) {
  const connectWith = connector<Clock>({
    loadEngine: engine,
    startSync: async (store) => {
      const close = async (outdated?: TidemarkError) => closed(outdated);
      return { store, close } as unknown as Sync;
    },
  });
  return async (db: IDBPDatabase | IDBDatabase, tables: Tables): Promise<Connection> =>
    (await connectWith(db, { url: '/sync', tables })) as Connection;
}

const connectSync = testConnector();

/** Connects, and gives the store. */
export const connect = async (db: IDBPDatabase | IDBDatabase, tables: Tables): Promise<Store> =>
  (await connectSync(db, tables)).store;

/** Tables with the key `id`, and what else `upgrade` makes. */
export function openIdb(
  tables: readonly string[],
  name = freshName(),
  upgrade: Upgrade = () => {},
) {
  return openDB(name, 1, {
    upgrade(db) {
      for (const table of tables) db.createObjectStore(table, { keyPath: 'id' });
      upgrade(db as IDBPDatabase);
      addTidemark(db);
    },
    blocking: (_, __, event) => (event.target as IDBDatabase).close(),
  });
}

export async function remove(db: IDBPDatabase): Promise<void> {
  db.close();
  await deleteDB(db.name);
}

export const openIdbStore: OpenStore = async (tables, clock) => {
  const names = Object.keys(tables);
  const db = await openIdb(names);
  const modes = Object.entries(tables).map(([table, merge]) => [table, { merge }] as const);
  const { store } = await testConnector(async () => clock)(db, Object.fromEntries(modes));
  /** The transaction that the writes go to; by default each has its own. */
  let open: { objectStore(name: string): unknown } | null = null;
  const writing = async <T>(
    table: string,
    work: (rows: IDBObjectStore) => T,
  ): Promise<Awaited<T>> => {
    const trans = open ?? db.transaction(table, 'readwrite');
    const done = await work(trans.objectStore(table) as IDBObjectStore);
    if (open === null) await (trans as unknown as { done: Promise<void> }).done;
    return done;
  };
  return {
    store,
    put: async (table, row) => void (await writing(table, (rows) => rows.put(row))),
    update: (table, key, changes) =>
      writing(table, async (rows) => {
        const row = (await rows.get(key as string)) as unknown as object | undefined;
        if (row) await rows.put(Object.assign(row, changes));
      }),
    delete: async (table, key) => void (await writing(table, (rows) => rows.delete(key as string))),
    get: (table, key) => db.get(table, key as string),
    async transaction(writes) {
      const trans = db.transaction(names, 'readwrite');
      open = trans;
      try {
        for (const write of writes) await write();
      } finally {
        open = null;
      }
      await trans.done;
    },
    close: () => remove(db),
  };
};
