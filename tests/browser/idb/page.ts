// The page of the tests of idb: the store's contract, and what is its own.
import { loadJoin } from '../../../js/src/core.js';
import { runContract, storeContract } from '../../../js/src/testing/index.js';
import { useWasm } from '../../../js/src/wasm.js';
import { openIdbStore } from './driver.js';
import { lifecycleTests } from './lifecycle-tests.js';
import { recordingTests } from './recording-tests.js';
import { transactionTests } from './transaction-tests.js';
import { upgradeTests } from './upgrade-tests.js';

declare global {
  var result: unknown;
}

useWasm('/tidemark.wasm');
const join = await loadJoin();
const named = (tests: Record<string, () => Promise<void>>, group: string) =>
  Object.entries(tests).map(([name, run]) => ({ name: `${group}: ${name}`, run }));
const only = new URLSearchParams(location.search).get('only') ?? '';
const tests = [
  ...storeContract(openIdbStore, join),
  ...named(recordingTests(join), 'recording'),
  ...named(transactionTests(join), 'transactions'),
  ...named(lifecycleTests(join), 'lifecycle'),
  ...named(upgradeTests(join), 'upgrade'),
];
globalThis.result = await runContract(tests.filter(({ name }) => name.includes(only)));
