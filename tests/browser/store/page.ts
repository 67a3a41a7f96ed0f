// The page of the Dexie tests: the store's contract and what is Dexie's own, all in this tab and
// its frames.
import { loadJoin } from '../../../js/src/core.js';
import { runContract, storeContract } from '../../../js/src/testing/index.js';
import { useWasm } from '../../../js/src/wasm.js';
import { dexieLogTests } from './dexie-log-tests.js';
import { dexieTests } from './dexie-tests.js';
import { openDexieStore } from './driver.js';
import { lifecycleTests } from './lifecycle-tests.js';
import { outboxTests } from './outbox-tests.js';
import { upgradeTests } from './upgrade-tests.js';
import { versionTests } from './version-tests.js';

declare global {
  var result: unknown;
}

useWasm('/tidemark.wasm');
const join = await loadJoin();
const named = (tests: Record<string, () => Promise<void>>, group: string) =>
  Object.entries(tests).map(([name, run]) => ({ name: `${group}: ${name}`, run }));
const only = new URLSearchParams(location.search).get('only') ?? '';
const tests = [
  ...storeContract(openDexieStore, join),
  ...named(dexieTests(join), 'dexie'),
  ...named(dexieLogTests(join), 'dexie log'),
  ...named(lifecycleTests(join), 'lifecycle'),
  ...named(outboxTests(join), 'outbox'),
  ...named(upgradeTests(join), 'upgrade'),
  ...named(versionTests(join), 'version'),
];
globalThis.result = await runContract(tests.filter(({ name }) => name.includes(only)));
