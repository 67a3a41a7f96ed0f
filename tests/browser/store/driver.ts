// Databases for the Dexie tests: fresh ones, with the addon over a test clock in place of the
// engine.
import { Dexie } from 'dexie';
import { type Clock, type DexieStore, dexieAddon } from '../../../js/src/dexie.js';
import { type OpenStore, TestClock } from '../../../js/src/testing/index.js';
import type { Sync } from '../../../js/src/types.js';

export type Schema = Record<string, string>;
export type Tables = readonly string[] | Record<string, { merge?: 'field' | 'record' }>;

let databases = 0;

/** A name that no other database of this run has. */
export const freshName = () => `test-${Date.now()}-${databases++}`;

/** The addon, with stamps of a test clock; `engine` may fail to load. */
export function testAddon(engine: () => Promise<Clock> = async () => new TestClock()) {
  return dexieAddon<Clock>({
    loadEngine: engine,
    startSync: async (store) => ({ store, close: async () => {} }) as unknown as Sync,
  });
}

export function openDexie(schema: Schema, name = freshName(), addon = testAddon()): Dexie {
  const db = new Dexie(name, { addons: [addon] });
  db.version(1).stores(schema);
  return db;
}

/** Connects, and gives the store, led. */
export async function connect(db: Dexie, tables: Tables): Promise<DexieStore> {
  await db.tidemark.connect({ url: '/sync', tables });
  const { store } = db.tidemark;
  if (store === null) throw new Error('no store');
  return store;
}

export const openDexieStore: OpenStore = async (tables, clock) => {
  const schema = Object.fromEntries(Object.keys(tables).map((table) => [table, 'id']));
  const db = openDexie(
    schema,
    freshName(),
    testAddon(async () => clock),
  );
  const modes = Object.entries(tables).map(([table, merge]) => [table, { merge }] as const);
  const store = await connect(db, Object.fromEntries(modes));
  return {
    store,
    put: async (table, row) => void (await db.table(table).put(row)),
    update: async (table, key, changes) => {
      const row = await db.table(table).get(key as string);
      if (row) await db.table(table).put(Object.assign(row, changes));
    },
    delete: (table, key) => db.table(table).delete(key as string),
    get: (table, key) => db.table(table).get(key as string),
    transaction: (writes) =>
      db.transaction('rw', Object.keys(tables), async () => {
        for (const write of writes) await write();
      }),
    close: () => db.delete(),
  };
};
