// The SQLite store keeps the store's contract, over the official sqlite-wasm.
import { readFile } from 'node:fs/promises';
import sqlite3InitModule from '@sqlite.org/sqlite-wasm';
import { describe, it } from 'vitest';
import { loadJoin } from '../../js/src/core.js';
import { storeContract } from '../../js/src/testing/index.js';
import { useWasm } from '../../js/src/wasm.js';
import { openSqliteStore } from './support/sqlite.js';

useWasm(readFile(new URL('../../build/wasm/tidemark.wasm', import.meta.url)));

describe('SqliteStore', async () => {
  const sqlite3 = await sqlite3InitModule();
  const open = openSqliteStore(() => new sqlite3.oo1.DB(':memory:'));
  for (const { name, run } of storeContract(open, await loadJoin())) it(name, run);
});
