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
const contract = (group: string, storage: 'opfs' | 'indexeddb', other = false) =>
  inGroup(group, storeContract(openRemoteStore(storage, other), join));
const groups = new URLSearchParams(location.search).get('groups')?.split(',') ?? [];
const tests = [
  ...contract('opfs', 'opfs'),
  ...contract('indexeddb', 'indexeddb'),
  ...contract('other tab', 'opfs', true),
].filter(({ name }) => groups.some((group) => name.startsWith(`${group}:`)));
globalThis.result = await runContract(tests);
