// Transactions through a tracked handle: what belongs together, what is left of those that fail.
import { unwrap } from 'idb';
import type { Join } from '../../../js/src/merge.js';
import { equal } from '../../../js/src/testing/contract.js';
import { clear, log } from '../store/dexie-log.js';
import { connect, openIdb, remove } from './driver.js';
import { expecting, openTodos, rows } from './logging.js';

export function transactionTests(join: Join): Record<string, () => Promise<void>> {
  const expectLog = expecting(join);
  return {
    'one transaction over several tables is one, and bursts are few entries': async () => {
      const db = await openTodos();
      const store = await connect(db, ['todos', 'lists']);
      const trans = db.transaction(['todos', 'lists', 'local'], 'readwrite');
      equal([...trans.objectStoreNames], ['lists', 'local', 'todos'], 'names');
      const todos = trans.objectStore('todos');
      for (let n = 0; n < 2_500; n++) void todos.add({ id: n });
      void trans.objectStore('lists').put({ id: 'l' });
      await todos.put({ id: 7, done: 1 });
      await trans.objectStore('local').put({ id: 'x' });
      await trans.done;
      await db.put('lists', { id: 'm' });
      const { writes, pending } = await store.readOutbox(10_000);
      equal([writes.length, pending], [2_503, 2_503], 'writes');
      const [first] = writes;
      const together = writes.filter(({ transaction }) => transaction === first?.transaction);
      equal(together.length, 2_502, 'together');
      equal(await db.count('$tidemark_log'), 6, 'entries');
      const stamps = writes.map(({ columns }) => columns.register);
      equal(stamps, [...stamps].sort(), 'stamps');
      await remove(db);
    },

    'an aborted transaction leaves nothing': () =>
      expectLog([], async (db) => {
        const trans = db.transaction(['todos', 'lists'], 'readwrite');
        const aborted = trans.done.catch((error) => error.name);
        await trans.objectStore('todos').put({ ...rows[0], done: 1 });
        void trans
          .objectStore('lists')
          .add({ id: 'l' })
          .catch(() => {});
        void trans
          .objectStore('todos')
          .clear()
          .catch(() => {});
        trans.abort();
        equal(await aborted, 'AbortError', 'error');
        equal([await db.count('todos'), await db.count('lists')], [3, 0], 'rows');
      }),

    'a failure that nobody catches takes the transaction with it': () =>
      expectLog([], async (db) => {
        await db.add('local', { id: 'a' });
        // The same as in a table that is not synced.
        for (const table of ['local', 'todos']) {
          const trans = db.transaction(table, 'readwrite');
          void trans.store.put({ id: 'd' });
          const added = trans.store.add({ id: 'a' }).catch((error) => error.name);
          const ended = trans.done.catch((error) => error.name);
          equal([await added, await ended], ['ConstraintError', 'AbortError'], table);
          equal(await db.get(table, 'd'), undefined, 'row');
        }
      }),

    'a failure that the app catches leaves the rest, and only that is recorded': () =>
      expectLog(['todos d put!', 'todos e put!'], async (db) => {
        const trans = unwrap(db).transaction('todos', 'readwrite');
        const end = new Promise((resolve) => (trans.oncomplete = resolve));
        const todos = trans.objectStore('todos');
        todos.add({ id: 'd', email: 'x' });
        const kept = (event: Event) => event.preventDefault();
        todos.add({ id: 'a' }).onerror = kept;
        todos.put({ ...rows[1], email: 'x' }).onerror = kept;
        todos.add({ id: 'e' });
        await end;
      }),

    'the last write of a transaction fails, and is caught': () =>
      expectLog(['todos d put!'], async (db) => {
        const trans = unwrap(db).transaction('todos', 'readwrite');
        const end = new Promise((resolve) => (trans.oncomplete = resolve));
        trans.objectStore('todos').add({ id: 'd' });
        trans.objectStore('todos').add({ id: 'a' }).onerror = (event) => event.preventDefault();
        await end;
      }),

    'a transaction that the app commits early has its log': () =>
      expectLog(['todos a set done', 'todos d put!'], async (db) => {
        const trans = db.transaction('todos', 'readwrite');
        void trans.store.put({ ...rows[0], done: 1 });
        void trans.store.add({ id: 'd' });
        trans.commit();
        await trans.done;
        const nothing = db.transaction('todos', 'readwrite');
        nothing.commit();
        await nothing.done;
      }),

    'several writes of one record in one transaction, in their order': () =>
      expectLog(
        ['todos a set done', 'todos a delete', 'todos a put!', 'todos a set title'],
        async (db) => {
          const { store, done } = db.transaction('todos', 'readwrite');
          void store.put({ ...rows[0], done: 1 });
          void store.delete('a');
          void store.put({ id: 'a' });
          void store.put({ id: 'a', title: 'A' });
          await done;
        },
      ),

    'a transaction that has the log already': () =>
      expectLog(['todos d put!'], async (db) => {
        const trans = db.transaction([...db.objectStoreNames], 'readwrite');
        await trans.objectStore('todos').add({ id: 'd' });
        equal(await trans.objectStore('$tidemark_log').count(), 1, 'seen');
        await trans.done;
      }),

    'compound, nested and outbound keys': async () => {
      const db = await openIdb([], undefined, (upgraded) => {
        upgraded.createObjectStore('members', { keyPath: ['house', 'at.n'] });
        upgraded.createObjectStore('settings');
      });
      const store = await connect(db, ['members', 'settings']);
      const key = ['h', 1];
      await db.put('members', { house: 'h', at: { n: 1 }, name: 'A' });
      await db.put('members', { house: 'h', at: { n: 1 }, name: 'B' });
      await db.put('settings', { v: 'dark' }, 'theme');
      await db.put('settings', { v: 'blue' }, 'theme');
      await db.delete('members', key);
      const said = (await log(store)).map((line) => line.join(' '));
      equal(
        said,
        [
          'members ["h",1] put!',
          'members ["h",1] set name',
          'settings "theme" put!',
          'settings "theme" set v',
          'members ["h",1] delete',
        ],
        'log',
      );
      await clear(store, join);
      const stamp = '00000000000a-0000-ffffffffffffffff';
      const changes = [
        { table: 'members', id: '["h",2]', stamp, row: { name: 'C' } },
        { table: 'settings', id: '"theme"', stamp, patch: true as const, row: { v: 1 } },
      ];
      const commit = { acknowledged: [], changes, clock: null, offsetMs: null };
      await store.commit(commit, join, await store.lead());
      equal(await db.getAll('members'), [{ house: 'h', at: { n: 2 }, name: 'C' }], 'members');
      equal(await db.get('settings', 'theme'), { v: 1 }, 'settings');
      equal((await store.readOutbox(10)).pending, 0, 'pending');
      await remove(db);
    },
  };
}
