// Every way to write through a tracked handle, and what the log says of it.
import type { IDBPDatabase } from 'idb';
import { unwrap } from 'idb';
import type { Join } from '../../../js/src/merge.js';
import { equal, rejects } from '../../../js/src/testing/contract.js';
import { expecting, rows } from './logging.js';

const todosOf = (db: IDBPDatabase) => db.transaction('todos', 'readwrite').store;

export function recordingTests(join: Join): Record<string, () => Promise<void>> {
  const expectLog = expecting(join);
  return {
    'the shortcuts: put, add, delete, clear': () =>
      expectLog(
        [
          'todos a set done',
          'todos d put!',
          'todos e put!',
          'todos b delete',
          'lists l put!',
          'lists l delete',
        ],
        async (db) => {
          await db.put('todos', { ...rows[0], done: 1 });
          equal(await db.add('todos', { id: 'd' }), 'd', 'key of add');
          equal(await db.put('todos', { id: 'e' }), 'e', 'key of put');
          await db.delete('todos', 'b');
          await db.put('lists', { id: 'l' });
          await db.clear('lists');
          equal(await db.getAllKeys('todos'), ['a', 'c', 'd', 'e'], 'rows');
        },
      ),

    'a put that changes nothing, and fields that come and go': () =>
      expectLog(['todos b set title', 'todos c set done,tags,title'], async (db) => {
        await db.put('todos', { ...rows[0] });
        await db.put('todos', { id: 'b', title: undefined, done: 0 });
        await db.put('todos', { id: 'c', tags: ['x'] });
      }),

    'a table merged by record: puts are whole, and nothing is read for them': () =>
      expectLog(
        ['todos a put', 'todos d put', 'todos e put!'],
        async (db) => {
          const { store, done } = db.transaction('todos', 'readwrite');
          const native = unwrap(store) as IDBObjectStore;
          let reads = 0;
          const { get } = native;
          native.get = (key) => {
            reads++;
            return get.call(native, key);
          };
          await store.put({ ...rows[0] });
          await store.put({ id: 'd' });
          await store.add({ id: 'e' });
          await done;
          equal(reads, 0, 'reads');
        },
        { todos: { merge: 'record' } },
      ),

    'a range in delete, and all': () =>
      expectLog(['todos a delete', 'todos b delete', 'todos c delete'], async (db) => {
        await db.delete('todos', IDBKeyRange.upperBound('b'));
        equal(await db.getAllKeys('todos'), ['c'], 'rows');
        await db.clear('todos');
        await db.delete('todos', IDBKeyRange.only('nobody'));
      }),

    'a cursor of a store: update and delete': () =>
      expectLog(['todos a set done', 'todos b delete'], async (db) => {
        const store = todosOf(db);
        for (let at = await store.openCursor(); at; at = await at.continue()) {
          if (at.key === 'a') await at.update(Object.assign(at.value, { done: 1 }));
          if (at.key === 'b') await at.delete();
          if (at.key === 'c') await at.update(at.value);
        }
        equal((await db.get('todos', 'a')).done, 1, 'row');
      }),

    'a cursor of an index, and one that goes backward from a key': () =>
      expectLog(
        ['todos a set done', 'todos b set done', 'todos c set done', 'todos c delete'],
        async (db) => {
          const store = todosOf(db);
          const index = store.index('done');
          for (let at = await index.openCursor(0); at; at = await at.continue())
            await at.update({ ...at.value, done: 2 });
          const last = await todosOf(db).openCursor(IDBKeyRange.lowerBound('b'), 'prev');
          await last?.delete();
        },
      ),

    'iterating a store and an index': () =>
      expectLog(['todos a set done', 'todos b set done', 'todos c delete'], async (db) => {
        for await (const cursor of todosOf(db)) {
          if (cursor.key === 'c') cursor.delete();
          else cursor.update({ ...cursor.value, done: 3 });
        }
        for await (const cursor of todosOf(db).index('done').iterate(3))
          equal(cursor.value.done, 3, 'done');
      }),

    "the browser's own calls on the same handle": () =>
      expectLog(['todos a set done', 'todos d put!', 'todos b delete'], async (db) => {
        const native = unwrap(db);
        const trans = native.transaction(['todos'], 'readwrite');
        const end = new Promise((resolve) => (trans.oncomplete = resolve));
        trans.objectStore('todos').put({ ...rows[0], done: 1 });
        trans.objectStore('todos').add({ id: 'd' }).onsuccess = (event) => {
          const { source } = event.target as IDBRequest;
          (source as IDBObjectStore).openCursor('b').onsuccess = ({ target }) =>
            (target as IDBRequest<IDBCursorWithValue>).result?.delete();
        };
        await end;
      }),

    'the row as it was written counts, not as the app changes it after': () =>
      expectLog(['todos a set tags'], async (db) => {
        const row = { ...rows[0], tags: ['x'] };
        const put = db.put('todos', row);
        row.tags.length = 0;
        row.title = 'other';
        await put;
        equal((await db.get('todos', 'a')).tags, ['x'], 'row');
      }),

    'tables that are not synced are not recorded, nor touched': () =>
      expectLog([], async (db) => {
        await db.put('local', { id: 1.5, f: new Map() });
        const trans = db.transaction(['local', 'lists']);
        equal([...trans.objectStoreNames], ['lists', 'local'], 'reading');
        const own = db.transaction('local', 'readwrite');
        equal([...own.objectStoreNames], ['local'], 'writing');
      }),

    'a value or a key that cannot be synced refuses the write': () =>
      expectLog([], async (db) => {
        const refused = (work: () => Promise<unknown>) => (async () => work())();
        const value = { id: 'd', f: new Map() };
        await rejects(db.put('todos', value), 'value_unsupported', 'put');
        await rejects(db.add('todos', { id: 0.5 }), 'key_unsupported', 'add');
        await rejects(db.delete('todos', 0.5), 'key_unsupported', 'delete');
        const cursor = await todosOf(db).openCursor();
        const update = () => (cursor as NonNullable<typeof cursor>).update({ ...value, id: 'a' });
        await rejects(refused(update), 'value_unsupported', 'update');
        await rejects(
          refused(() => todosOf(db).put(value)),
          'value_unsupported',
          'store',
        );
        equal(await db.getAllKeys('todos'), ['a', 'b', 'c'], 'rows');
      }),

    'what IndexedDB refuses is refused as ever': () =>
      expectLog([], async (db) => {
        const nameOf = (work: Promise<unknown>) => work.then(String, (error) => error.name);
        equal(await nameOf(db.put('todos', { title: 'no key' })), 'DataError', 'no key');
        equal(await nameOf(db.put('todos', { id: 'a' }, 'a')), 'DataError', 'a key too many');
        equal(await nameOf(db.add('todos', { id: 'a' })), 'ConstraintError', 'a key twice');
        equal(await nameOf(db.put('nowhere', { id: 'a' })), 'NotFoundError', 'no such table');
      }),
  };
}
