// The localStorage store keeps the store's contract, over a stand-in.
import { readFile } from 'node:fs/promises';
import { describe, it } from 'vitest';
import { loadPure } from '../../js/src/core.js';
import { storeContract } from '../../js/src/testing/index.js';
import { useWasm } from '../../js/src/wasm.js';
import { openLocalStore } from '../browser/local-storage/driver.js';
import { FakeStorage } from './support/local-storage.js';

useWasm(readFile(new URL('../../build/wasm/tidemark.wasm', import.meta.url)));

describe('LocalStorageStore', async () => {
  const { join, hash } = await loadPure();
  const open = openLocalStore(new FakeStorage(), hash);
  for (const { name, run } of storeContract(open, join)) it(name, run);
});
