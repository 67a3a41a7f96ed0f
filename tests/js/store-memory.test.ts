// The memory store keeps the store's contract.
import { readFile } from 'node:fs/promises';
import { describe, it } from 'vitest';
import { loadJoin } from '../../js/src/core.js';
import type { Row } from '../../js/src/merge.js';
import { MemoryStore } from '../../js/src/stores/memory.js';
import { type OpenStore, storeContract } from '../../js/src/testing/index.js';
import { useWasm } from '../../js/src/wasm.js';

useWasm(readFile(new URL('../../build/wasm/tidemark.wasm', import.meta.url)));

const open: OpenStore = async (tables, stamper) => {
  const store = new MemoryStore({ tables, stamper });
  return {
    store,
    put: async (table, row) => store.put(table, row.id, row),
    update: async (table, key, changes) => store.update(table, key, changes),
    delete: async (table, key) => store.delete(table, key),
    get: async (table, key) => store.get(table, key) as Row | undefined,
    transaction: async (writes) => {
      await store.transaction(() => Promise.all(writes.map((write) => write())));
    },
    close: async () => store.close(),
  };
};

describe('MemoryStore', async () => {
  for (const { name, run } of storeContract(open, await loadJoin())) it(name, run);
});
