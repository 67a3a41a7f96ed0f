// The page of the tests of idb: the store's contract, and what is its own.
import { loadJoin } from '../../../js/src/core.js';
import { runContract, storeContract } from '../../../js/src/testing/index.js';
import { useWasm } from '../../../js/src/wasm.js';
import { openIdbStore } from './driver.js';

declare global {
  var result: unknown;
}

useWasm('/tidemark.wasm');
const join = await loadJoin();
const only = new URLSearchParams(location.search).get('only') ?? '';
const tests = [...storeContract(openIdbStore, join)];
globalThis.result = await runContract(tests.filter(({ name }) => name.includes(only)));
