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

/** A worker in a browser that has these storages. */
export const workerOf = (storage: Storage) => () =>
  new Worker(`/worker.js#${storage}`, { type: 'module' });

export const open = (storage: Storage, name = freshName(), options = {}) =>
  openDatabase(name, { worker: workerOf(storage), ...options });

/** Opens stores over fresh databases, each in a worker. */
export const openRemoteStore =
  (storage: Storage, through = (db: BrowserDatabase) => Promise.resolve(db)): OpenStore =>
  async (tables, clock) => {
    const owner = await open(storage);
    const db = await through(owner);
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
      close: async () => {
        if (db !== owner) await db.close();
        await owner.close();
      },
    };
    return driverOf(driven, clock);
  };
