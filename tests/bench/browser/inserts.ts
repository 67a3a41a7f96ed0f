// Inserts into SQLite in the origin private file system, recorded by triggers against not.
import type { BrowserDatabase } from '../../../js/src/sqlite-browser.js';
import { pairsOf } from '../pairs.mjs';
import { columns, insertJsonText, insertText, todos } from '../todos.mjs';
import { sqliteDevice, track } from './devices.js';

const count = 10_000;

async function run(tracked: boolean, insert: (db: BrowserDatabase) => Promise<unknown>) {
  const { db, count: counted, drop } = await sqliteDevice();
  if (tracked) await track(db);
  const start = performance.now();
  await insert(db);
  const time = performance.now() - start;
  if ((await counted()) !== count) throw new Error('not all was inserted');
  const log = tracked ? await db.exec('SELECT count(*) AS n FROM tidemark_log WHERE op = 1') : [];
  if (tracked && log[0]?.n !== count) throw new Error('not all was recorded');
  await drop();
  return time;
}

function inserts(insert: (db: BrowserDatabase) => Promise<unknown>) {
  return pairsOf(
    15,
    () => run(true, insert),
    () => run(false, insert),
  );
}

export const inserting = {
  async 'sqlite-insert-opfs'() {
    const rows = todos(count);
    const statements = rows.map((row) => ({
      sql: insertText,
      parameters: columns.map((name) => row[name]),
    }));
    return inserts((db) => db.batch(statements));
  },
  async 'sqlite-insert-select-opfs'() {
    const text = JSON.stringify(todos(count));
    return inserts((db) => db.exec(insertJsonText, [text]));
  },
};
