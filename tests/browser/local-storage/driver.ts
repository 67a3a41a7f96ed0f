// Stores over items, for the store's contract: in Node and in Chromium alike.
import type { Hash } from '../../../js/src/core.js';
import type { Items, LocalTables } from '../../../js/src/local-storage.js';
import { type Clock, LocalStorageStore } from '../../../js/src/local-storage.js';
import { type OpenStore, TestClock } from '../../../js/src/testing/index.js';
import { decodeRow, encodeKey, encodeRow } from '../../../js/src/values.js';

let names = 0;

export interface Opened {
  tables: LocalTables;
  name?: string;
  clock?: Clock;
}

export function openItems(
  items: Items,
  hash: Hash,
  { tables, clock = new TestClock(), name = `test ${names++}` }: Opened,
): LocalStorageStore {
  // All that another context wrote is seen at once here.
  return new LocalStorageStore({ items, tables, clock, hash, name, handoverMs: 0 });
}

/** Tables of rows, in items of their own. */
export const openLocalStore =
  (items: Items, hash: Hash): OpenStore =>
  async (merges, clock) => {
    const rows = `rows ${names++} `;
    const tables = Object.entries(merges).map(([table, merge]) => [
      table,
      { rows: `${rows}${table}/`, merge },
    ]);
    const store = openItems(items, hash, { tables: Object.fromEntries(tables), clock });
    const { storage } = store;
    const keyOf = (table: string, key: unknown) => `${rows}${table}/${encodeKey(key)}`;
    const get = (table: string, key: unknown) => {
      const text = storage.getItem(keyOf(table, key));
      return text === null ? undefined : decodeRow(JSON.parse(text));
    };
    const put = (table: string, row: Record<string, unknown>) =>
      storage.setItem(keyOf(table, row.id), JSON.stringify(encodeRow(row, table)));
    return {
      store,
      put: async (table, row) => put(table, row),
      update: async (table, key, changes) => {
        const row = get(table, key);
        if (row) put(table, Object.assign(row, changes));
      },
      delete: async (table, key) => {
        const id = encodeKey(key);
        // To remove an item that is not there is nothing: it may be gone for want of a write of it.
        if (get(table, key) === undefined) await store.write({ table, id, deleted: true });
        else storage.removeItem(keyOf(table, key));
      },
      get: async (table, key) => get(table, key),
      transaction: async (writes) => {
        await storage.transaction(() => Promise.all(writes.map((write) => write())));
      },
      close: async () => {
        store.close();
        const keys = Array.from({ length: items.length }, (_, i) => items.key(i) as string);
        for (const key of keys) items.removeItem(key);
      },
    };
  };
