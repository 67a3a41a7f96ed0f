// A tab of an app on SQLite, driven from outside through `window.tab`.
import type { BrowserDatabase, SqlRow } from '../../../js/src/sqlite-browser.js';
import type { Storage } from '../../../js/src/stores/sqlite-browser/protocol.js';
import { open, workerOf, workers } from './driver.js';

let db: BrowserDatabase;
const changes: string[][] = [];

const violations: string[] = [];
addEventListener('securitypolicyviolation', (event) => {
  violations.push(`${event.violatedDirective} ${event.blockedURI}`);
});

/** What a call became: its result, or the code of why not. */
async function outcome(work: Promise<unknown>): Promise<unknown> {
  return work.catch(({ name, code, resultCode, retryable }) => ({
    failed: { name, code, resultCode, retryable },
  }));
}

const tab = {
  async open(storage: Storage, name: string, options = {}): Promise<Storage | null> {
    // Under the page's policy: what a debugger calls is exempt from it.
    await new Promise((done) => setTimeout(done));
    db = await open(storage, name, options);
    db.onChange((tables) => void changes.push(tables));
    return db.storage;
  },
  /** Why it cannot be opened. */
  unopened: (script: string) =>
    outcome(open('opfs', 'nowhere', { worker: workerOf('opfs', script) })),
  /** This tab's worker does what it is asked, and answers no other tab any more. */
  mute: () => workers.at(-1)?.postMessage({ type: 'mute' }),
  isOwner: () => db.isOwner,
  close: () => db.close(),
  exec: (sql: string, parameters?: unknown[]) => outcome(db.exec(sql, parameters as [])),
  batch: (statements: { sql: string; parameters?: unknown[] }[]) =>
    outcome(db.batch(statements as [])),
  export: async () => Array.from((await db.export()).slice(0, 15)),
  changes: () => changes.splice(0),
  violations: () => violations,
  isolated: () => globalThis.crossOriginIsolated,

  /** A transaction that waits between its statements, and may be given up. */
  transaction: (statements: string[], waitMs: number, giveUp = false) =>
    outcome(
      db.transaction(async (transaction) => {
        let rows: SqlRow[] = [];
        for (const sql of statements) {
          rows = await transaction.exec(sql);
          await new Promise((done) => setTimeout(done, waitMs));
        }
        if (giveUp) throw new RangeError('the app changed its mind');
        return rows;
      }),
    ),

  /**
   * Writes as fast as it goes until `stop`, several calls at a time, and reports what is
   * acknowledged by `window.stored`: rows alone, and pairs in a transaction. Returns what failed.
   */
  async writeOn(prefix: string): Promise<unknown[]> {
    const { stored } = window as never as { stored(...ids: string[]): void };
    const failed: unknown[] = [];
    stopped = false;
    const write = async (id: string, n: number) => {
      const insert = 'INSERT INTO rows (id, n, filler) VALUES (?, ?, hex(randomblob(400)))';
      if (n % 4 === 3) {
        const done = await outcome(
          db.transaction(async (transaction) => {
            await transaction.exec(insert, [`${id}a`, n]);
            await transaction.exec(insert, [`${id}b`, n]);
          }),
        );
        if (done === undefined) return stored(`${id}a`, `${id}b`);
        failed.push(done);
      } else {
        const done = await outcome(db.exec(`${insert} RETURNING id`, [id, n]));
        if (Array.isArray(done) && done[0].id === id) return stored(id);
        failed.push(done);
      }
    };
    for (let n = 0; !stopped; n += 3)
      await Promise.all([0, 1, 2].map((i) => write(`${prefix}-${n + i}`, n + i)));
    return failed;
  },
  stop: () => {
    stopped = true;
  },
};
let stopped = false;

Object.assign(window, { tab });
