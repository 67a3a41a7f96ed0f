// The page of the store's contract, over the browser's own localStorage.
import { loadPure } from '../../../js/src/core.js';
import { runContract, storeContract } from '../../../js/src/testing/index.js';
import { useWasm } from '../../../js/src/wasm.js';
import { openLocalStore } from './driver.js';

declare global {
  var result: unknown;
}

useWasm('/tidemark.wasm');
const { join, hash } = await loadPure();
globalThis.result = await runContract(storeContract(openLocalStore(localStorage, hash), join));
