// The page of the tests of SQLite in the browser: the store's contract over both storages, by the
// tab that owns the file and by another.
import { runContract, storeContract } from '../../../js/src/testing/index.js';
import { openRemoteStore } from './driver.js';

declare global {
  var result: unknown;
}

// The worker has a join of its own.
const join = () => {
  throw new Error('the join of the tab was used');
};
const inGroup = (group: string, tests: { name: string; run(): Promise<void> }[]) =>
  tests.map(({ name, run }) => ({ name: `${group}: ${name}`, run }));
const only = new URLSearchParams(location.search).get('only') ?? '';
const tests = [
  ...inGroup('opfs', storeContract(openRemoteStore('opfs'), join)),
  ...inGroup('indexeddb', storeContract(openRemoteStore('indexeddb'), join)),
  ...inGroup('other tab', storeContract(openRemoteStore('opfs', true), join)),
];
globalThis.result = await runContract(tests.filter(({ name }) => name.includes(only)));
