// A SQLite store that is opened again, or twice: nothing is made anew that is as it should be, and
// what another store covers is followed.
import { expect, test } from 'vitest';
import { commit, stamp } from './support/counted.js';
import { recorded, storeOver, synced } from './support/sqlite-app.js';

const todos = 'CREATE TABLE todos (id TEXT PRIMARY KEY, title TEXT UNIQUE)';

test('the schema stays as it is: nobody has to read it again', async () => {
  const { handle } = await synced(todos, ['todos']);
  const version = handle.selectValue('PRAGMA schema_version');
  const again = storeOver(handle, ['todos']);
  await again.load();
  expect(handle.selectValue('PRAGMA schema_version')).toBe(version);
  handle.exec("INSERT INTO todos VALUES ('a', 'x')");
  expect(await recorded(again)).toEqual(['todos "a" created']);
});

/** Deletes of todos are undone: what the trigger writes comes after what made it fire. */
const undelete = `CREATE TRIGGER undelete AFTER DELETE ON todos
  BEGIN INSERT INTO todos VALUES (old.id, old.title || ', deleted'); END`;
const undeleted = ['todos "a" deleted', 'todos "a" created'];

test('a trigger that the app has made since is recorded in the order in which it writes', async () => {
  const { handle } = await synced(`${todos}; INSERT INTO todos VALUES ('a', 'x')`, ['todos']);
  handle.exec(undelete);
  const store = storeOver(handle, ['todos']);
  handle.exec('DELETE FROM todos');
  expect(await recorded(store)).toEqual(undeleted);
});

test('so is one that it makes while the store is open', async () => {
  const { handle, store } = await synced(`${todos}; INSERT INTO todos VALUES ('a', 'x')`, [
    'todos',
  ]);
  handle.exec(undelete);
  await store.load();
  handle.exec('DELETE FROM todos');
  expect(await recorded(store)).toEqual(undeleted);
});

test('so is one that did not fire for a page', async () => {
  const { handle, store } = await synced(`${todos}; ${undelete}`, ['todos']);
  const row = { id: 'a', title: 'x' };
  await commit(store, { changes: [{ table: 'todos', id: '"a"', stamp, row }] });
  handle.exec('DELETE FROM todos');
  expect(await recorded(store)).toEqual(undeleted);
});

test('a store follows another one, under which a table was renamed', async () => {
  const { handle, store } = await synced(todos, ['todos']);
  handle.exec("INSERT INTO todos VALUES ('a', 'x'); ALTER TABLE todos RENAME TO items");
  await store.load();
  storeOver(handle, ['items']);
  expect((await store.load()).tables).toEqual({ items: 'field' });
  expect(await recorded(store)).toEqual(['items "a" created']);
});

test('a store follows another one that merges a table otherwise', async () => {
  const { handle, store } = await synced(todos, ['todos']);
  storeOver(handle, { todos: 'record' });
  expect((await store.load()).tables).toEqual({ todos: 'record' });
});
