// The contract suite of the Store port: what any store must do, tested through the port and the
// store's own writes. Usage: for (const { name, run } of storeContract(open, join)) it(name, run);
import type { Join } from '../merge.js';
import { TestClock } from './clock.js';
import type { ContractTest } from './contract.js';
import { accountTests } from './store-account.js';
import { acknowledgeTests } from './store-acknowledge.js';
import { carriedTests } from './store-carried.js';
import { coveredTests } from './store-covered.js';
import { type OpenStore, Subject } from './store-driver.js';
import { journalTests } from './store-journal.js';
import { knownTests } from './store-known.js';
import { letterTests } from './store-letters.js';
import { lossTests } from './store-losses.js';
import { outlivedTests } from './store-outlived.js';
import { pageTests } from './store-pages.js';
import { recordTests } from './store-records.js';
import { sweepTests } from './store-sweep.js';
import { takenTests } from './store-taken.js';
import { valueTests } from './store-values.js';

export type StoreTests = Record<string, (subject: Subject, clock: TestClock) => Promise<void>>;

/** `todos` is merged by field, `notes` by record. `join` is the core's: `loadJoin()`. */
export function storeContract(open: OpenStore, join: Join): ContractTest[] {
  const groups = {
    recordTests,
    acknowledgeTests,
    carriedTests,
    pageTests,
    coveredTests,
    takenTests,
    valueTests,
    journalTests,
    knownTests,
    outlivedTests,
    sweepTests,
    lossTests,
    letterTests,
    accountTests,
  };
  return Object.entries(groups).flatMap(([group, tests]) =>
    Object.entries(tests).map(([name, test]) => ({
      name: `${group.replace('Tests', '')}: ${name}`,
      async run() {
        const clock = new TestClock();
        const driver = await open({ todos: 'field', notes: 'record' }, clock);
        try {
          await test(await Subject.lead(driver, join), clock);
        } finally {
          await driver.close();
        }
      },
    })),
  );
}
