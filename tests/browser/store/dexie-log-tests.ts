// The log: what belongs together in it, keys of every form, and calls that are acknowledged in
// parts.
import type { Join } from '../../../js/src/merge.js';
import { equal } from '../../../js/src/testing/contract.js';
import { clear, log, logging } from './dexie-log.js';
import { connect, openDexie } from './driver.js';

export function dexieLogTests(join: Join): Record<string, () => Promise<void>> {
  const { expectLog } = logging(join);

  return {
    'an explicit transaction over several tables is one': async () => {
      const db = openDexie({ todos: 'id', lists: 'id', local: 'id' });
      const store = await connect(db, ['todos', 'lists']);
      await db.transaction(
        'rw',
        db.tables.filter(({ name }) => !name.startsWith('$')),
        async () => {
          await db.table('todos').add({ id: 'a' });
          await db.table('local').add({ id: 'x' });
          await db.transaction('rw', 'lists', () => db.table('lists').add({ id: 'l' }));
          await db.table('todos').update('a', { done: 1 });
        },
      );
      await db.table('todos').add({ id: 'b' });
      const { writes } = await store.readOutbox(100);
      const [first] = writes;
      equal(
        writes.map(({ transaction }) => transaction === first?.transaction),
        [true, true, true, false],
        'one',
      );
      await db.delete();
    },

    'an aborted transaction leaves nothing': () =>
      expectLog([], async (db) => {
        const work = db.transaction('rw', 'todos', 'lists', async (transaction) => {
          await db.table('todos').put({ id: 'd' });
          await db.table('lists').bulkAdd([{ id: 'l' }, { id: 'm' }]);
          transaction.abort();
        });
        await Promise.resolve(work).catch(() => {});
        const thrown = db.transaction('rw', 'todos', async () => {
          await db.table('todos').clear();
          throw new Error('app');
        });
        await Promise.resolve(thrown).catch(() => {});
        equal(await db.table('todos').count(), 3, 'rows');
      }),

    'compound and outbound keys': async () => {
      const db = openDexie({ members: '[house+n]', settings: '' });
      const store = await connect(db, ['members', 'settings']);
      await db.table('members').put({ house: 'h', n: 1, name: 'A' });
      await db.table('members').update(['h', 1], { name: 'B' });
      await db.table('settings').bulkPut(
        ['dark', 'light'].map((v) => ({ v })),
        ['theme', 'other'],
      );
      await db.table('settings').put({ v: 'blue' }, 'theme');
      await db.table('members').delete(['h', 1]);
      equal(
        await log(store),
        [
          ['members', '["h",1]', 'put!'],
          ['members', '["h",1]', 'set name'],
          ['settings', '"theme"', 'put!'],
          ['settings', '"other"', 'put!'],
          ['settings', '"theme"', 'set v'],
          ['members', '["h",1]', 'delete'],
        ],
        'log',
      );
      await clear(store, join);
      const stamp = '00000000000a-0000-ffffffffffffffff';
      const changes = [
        { table: 'members', id: '["h",2]', stamp, row: { name: 'C' } },
        { table: 'settings', id: '"theme"', stamp, patch: true as const, row: { v: 1 } },
        { table: 'settings', id: '"other"', stamp, deleted: true as const },
      ];
      await store.commit(
        { acknowledged: [], changes, clock: null, offsetMs: null },
        join,
        await store.lead(),
      );
      equal(await db.table('members').toArray(), [{ house: 'h', n: 2, name: 'C' }], 'members');
      equal(
        [await db.table('settings').get('theme'), await db.table('settings').count()],
        [{ v: 1 }, 1],
        'settings',
      );
      equal((await store.readOutbox(10)).pending, 0, 'pending');
      await db.delete();
    },

    'a call acknowledged with holes keeps the stamps of the rest': async () => {
      const db = openDexie({ todos: 'id' });
      const store = await connect(db, ['todos']);
      const term = await store.lead();
      await db.table('todos').bulkAdd(['a', 'b', 'c', 'd'].map((id) => ({ id })));
      const { writes } = await store.readOutbox(10);
      const stampsOf = (some: typeof writes) => some.map(({ columns }) => columns.register);
      const acknowledge = (some: typeof writes) =>
        store.commit(
          {
            acknowledged: some.map((write) => ({ write, result: 'sent' })),
            changes: [],
            clock: null,
            offsetMs: null,
          },
          join,
          term,
        );
      await acknowledge(writes.filter((_, i) => i % 2 === 0));
      const left = (await store.readOutbox(10)).writes;
      equal(stampsOf(left), stampsOf(writes.filter((_, i) => i % 2 === 1)), 'stamps');
      await acknowledge(writes.slice(0, 2));
      equal(
        (await log(store)).map(([, id]) => id),
        ['"d"'],
        'acknowledged twice',
      );
      await db.delete();
    },

    'a large call is read in slices and acknowledged in parts': async () => {
      const db = openDexie({ todos: 'id' });
      const store = await connect(db, ['todos']);
      const count = 5_300;
      await db.table('todos').bulkAdd(Array.from({ length: count }, (_, i) => ({ id: `k${i}` })));
      const term = await store.lead();
      const seen = new Set<string>();
      for (let pending = count; pending > 0; ) {
        const { writes, pending: before } = await store.readOutbox(700);
        equal(before, pending, 'pending');
        for (const { id } of writes) seen.add(id);
        const acknowledged = writes.map((write) => ({ write, result: 'sent' as const }));
        const commit = { acknowledged, changes: [], clock: null, offsetMs: null };
        pending = (await store.commit(commit, join, term)).pending;
      }
      equal(seen.size, count, 'all of them, once');
      await db.delete();
    },
  };
}
