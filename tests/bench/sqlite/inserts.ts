// Inserts into a SQLite file, recorded by triggers against not.
import type { DatabaseSync } from 'node:sqlite';
import { databaseOf } from '../../../js/src/stores/sqlite/libraries.js';
import { SqliteStore } from '../../../js/src/stores/sqlite/store.js';
import { TestClock } from '../../../js/src/testing/clock.js';
import { pairsOf } from '../pairs.mjs';
import { columns, insertJsonText, insertText, todos } from '../todos.mjs';
import { countTodos, freshDatabase, type Measured, type Took, took } from './runs.js';

const count = 10_000;
const rows = todos(count);

function byStatement(db: DatabaseSync): void {
  const insert = db.prepare(insertText);
  db.exec('BEGIN');
  for (const row of rows) insert.run(...columns.map((name) => row[name]));
  db.exec('COMMIT');
}

function bySelect(db: DatabaseSync): void {
  db.prepare(insertJsonText).run(JSON.stringify(rows));
}

async function run(
  folder: string,
  tracked: boolean,
  insert: (db: DatabaseSync) => void,
): Promise<Took> {
  const { db, drop } = freshDatabase(folder);
  const tables = new Map([['todos', 'field']] as const);
  const store = tracked && SqliteStore.open(databaseOf(db), { tables, clock: new TestClock() });
  const taken = await took(() => insert(db));
  const logged = store ? (await store.readOutbox(2 * count)).writes.length : count;
  if (countTodos(db) !== count || logged !== count) throw new Error('not all was written');
  drop();
  return taken;
}

export async function inserts(name: string, folder: string, pairs: number): Promise<Measured> {
  const insert = name === 'sqlite-insert' ? byStatement : bySelect;
  const one = (tracked: boolean) => () => run(folder, tracked, insert);
  return { pairs: await pairsOf(pairs, one(true), one(false)) };
}
