// Databases for the tests of SQLite in the browser.
import {
  type BrowserDatabase,
  openDatabase,
  type SqlRunner,
} from '../../../js/src/sqlite-browser.js';
import type { Storage } from '../../../js/src/stores/sqlite-browser/protocol.js';
import type { OpenStore } from '../../../js/src/testing/index.js';
import { driverOf, tablesSql } from '../../js/support/sqlite.js';

let databases = 0;

/** A name that no other database of this run has. */
export const freshName = () => `test-${Date.now()}-${databases++}`;

/** This tab's workers, the last one last. */
export const workers: Worker[] = [];

/** A worker in a browser that has no better storage. */
export const workerOf =
  (storage: Storage, script = '/worker.js') =>
  () => {
    const worker = new Worker(`${script}#${storage}`, { type: 'module' });
    workers.push(worker);
    return worker;
  };

export const open = (storage: Storage, name = freshName(), options = {}) =>
  openDatabase(name, { worker: workerOf(storage), ...options });

/** Has the worker's clock say what this page's says, which the suite sets. */
function sharedTime(worker: Worker): Worker {
  const { postMessage } = worker;
  worker.postMessage = (message: unknown) => {
    postMessage.call(worker, { type: 'time', now: Date.now() });
    postMessage.call(worker, message);
  };
  return worker;
}

const realNow = Date.now;

/** Where the suite has set the clock, and once it is right again, the worker is told. */
function sharingTime(db: BrowserDatabase, owner: BrowserDatabase): BrowserDatabase {
  const { ask } = db;
  let isSet = false;
  const told: typeof ask = async (...call) => {
    if (isSet || Date.now !== realNow) await owner.batch([]);
    isSet = Date.now !== realNow;
    return ask(...call);
  };
  return Object.assign(db, { ask: told });
}

/** Opens stores in one worker, over tables that are made anew; by `other`, through another tab. */
export function openRemoteStore(storage: Storage, other = false): OpenStore {
  let opened: Promise<BrowserDatabase> | null = null;
  const first = async () => {
    const worker = () => sharedTime(workerOf(storage)());
    const owner = await open(storage, freshName(), { worker });
    return other ? sharingTime(await open(storage, owner.name), owner) : owner;
  };
  return async (tables, clock) => {
    opened ??= first();
    const db = await opened;
    await emptied(db);
    await db.batch(tablesSql(tables).map((sql) => ({ sql })));
    const store = await db.openStore({ tables: new Map(Object.entries(tables)), clock });
    let within: SqlRunner = db;
    const driven = {
      store,
      run: (sql: string, parameters?: unknown[]) => within.exec(sql, parameters as []),
      transaction: (work: () => Promise<void>) =>
        db.transaction(async (transaction) => {
          within = transaction;
          await work().finally(() => {
            within = db;
          });
        }),
      mark: () => {},
      close: () => {},
    };
    return driverOf(driven, clock);
  };
}

async function emptied(db: BrowserDatabase): Promise<void> {
  const found = await db.exec(
    `SELECT type || ' "' || name || '"' AS what FROM sqlite_schema
     WHERE type IN ('table', 'view') AND name NOT GLOB 'sqlite_*' AND name <> 'tidemark_calls'`,
  );
  await db.batch(found.map(({ what }) => ({ sql: `DROP ${what}` })));
}
