// What the log says of writes through a tracked handle, as text.
import type { IDBPDatabase } from 'idb';
import type { Join } from '../../../js/src/merge.js';
import type { Store } from '../../../js/src/stores/store.js';
import { equal } from '../../../js/src/testing/contract.js';
import { clear, log } from '../store/dexie-log.js';
import { connect, openIdb, remove, type Tables } from './driver.js';

interface Todo {
  id: string;
  title?: string;
  done?: number;
  email?: string;
  tags?: string[];
}

export const rows: Todo[] = ['a', 'b', 'c'].map((id) => ({ id, title: id, done: 0 }));

export type Work = (db: IDBPDatabase, store: Store) => Promise<unknown>;

/** To-dos by key, by whether they are done, and by an address that only one has. */
export function openTodos(name?: string): Promise<IDBPDatabase> {
  return openIdb(['lists', 'local'], name, (db) => {
    const todos = db.createObjectStore('todos', { keyPath: 'id' });
    todos.createIndex('done', 'done');
    todos.createIndex('email', 'email', { unique: true });
  });
}

/** What `work` adds to the log, where the three rows are synced already: a text each write. */
export function expecting(join: Join) {
  return async (expected: string[], work: Work, tables: Tables = ['todos', 'lists']) => {
    const db = await openTodos();
    try {
      const store = await connect(db, tables);
      const trans = db.transaction('todos', 'readwrite');
      for (const row of rows) void trans.store.add(row);
      await trans.done;
      await clear(store, join);
      await work(db, store);
      const said = await log(store);
      equal(
        said.map(([table, id, what]) => `${table} ${JSON.parse(id)} ${what}`),
        expected,
        'log',
      );
      equal((await store.load()).pending, expected.length, 'pending');
    } finally {
      await remove(db);
    }
  };
}
