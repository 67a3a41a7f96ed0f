// Every way that Dexie writes, and what the log says of it.
// tidy: long, because every way that Dexie writes is one list
import { add, type Dexie, remove } from 'dexie';
import type { Join } from '../../../js/src/merge.js';
import type { Store } from '../../../js/src/stores/store.js';
import { equal, rejects } from '../../../js/src/testing/contract.js';
import { connect, openDexie, type Tables } from './driver.js';

type Said = [table: string, id: string, what: string];

/** The log, a line a write: `put!` creates, `put` is whole, `set a,b` a patch, `delete`. */
export async function log(store: Store): Promise<Said[]> {
  const { writes } = await store.readOutbox(100_000);
  return writes.map(({ table, id, columns, create }) => {
    const fields = [...columns.fields.keys()].sort().join();
    const put = columns.base === null ? `set ${fields}` : create ? 'put!' : 'put';
    return [table, id, columns.deleted ? 'delete' : put];
  });
}

export async function clear(store: Store, join: Join): Promise<void> {
  const { writes } = await store.readOutbox(100_000);
  const acknowledged = writes.map((write) => ({ write, result: 'sent' as const }));
  const commit = { acknowledged, changes: [], clock: null, offsetMs: null };
  await store.commit(commit, join, await store.lead());
}

interface Todo {
  id: string;
  title?: string;
  done?: number;
  tags?: string[];
  at?: { lat: number; lon: number };
  email?: string;
}

export function dexieTests(join: Join): Record<string, () => Promise<void>> {
  const rows: Todo[] = ['a', 'b', 'c'].map((id) => ({
    id,
    title: id,
    done: 0,
    at: { lat: 1, lon: 2 },
  }));

  /** Three to-dos that are synced already, and what `work` leaves in the log. */
  async function logOf(
    work: (db: Dexie, store: Store) => Promise<unknown>,
    { todos = 'id,done,&email', tables = ['todos', 'lists'] as Tables } = {},
  ): Promise<Said[]> {
    const db = openDexie({ todos, lists: 'id', local: 'id' });
    try {
      const store = await connect(db, tables);
      await db.table('todos').bulkAdd(rows.map((row) => structuredClone(row)));
      await clear(store, join);
      await work(db, store);
      const { pending, writes } = await store.readOutbox(100_000);
      equal(pending, writes.length, 'pending');
      return await log(store);
    } finally {
      await db.delete();
    }
  }

  const expectLog = async (
    expected: string[],
    work: (db: Dexie, store: Store) => Promise<unknown>,
  ) => {
    const said = await logOf(work);
    equal(
      said.map(([table, id, what]) => `${table} ${JSON.parse(id)} ${what}`),
      expected,
      'log',
    );
  };

  return {
    add: () => expectLog(['todos d put!'], (db) => db.table('todos').add({ id: 'd' })),

    'add over a row, caught': () =>
      expectLog([], async (db) => {
        await db
          .table('todos')
          .add({ id: 'a' })
          .catch(() => {});
      }),

    'bulkAdd with failures, caught': () =>
      expectLog(['todos d put!', 'todos e put!'], async (db) => {
        const added = ['d', 'a', 'e', 'b'].map((id) => ({ id }));
        const error = await db
          .table('todos')
          .bulkAdd(added)
          .catch((cause) => cause);
        equal(error.name, 'BulkError', 'error');
      }),

    'bulkAdd with failures, caught in a transaction': () =>
      expectLog(['todos d put!', 'lists l put!'], (db) =>
        db.transaction('rw', 'todos', 'lists', async () => {
          await db
            .table('todos')
            .bulkAdd([{ id: 'd' }, { id: 'a' }])
            .catch(() => {});
          await db.table('lists').add({ id: 'l' });
        }),
      ),

    'bulkAdd with failures, not caught: the transaction is gone': () =>
      expectLog([], async (db) => {
        const work = db.transaction('rw', 'todos', () =>
          db.table('todos').bulkAdd([{ id: 'd' }, { id: 'a' }]),
        );
        equal((await Promise.resolve(work).catch((cause) => cause)).name, 'BulkError', 'error');
        equal(await db.table('todos').get('d'), undefined, 'row');
      }),

    'bulkPut, of which a page covers one row': () =>
      expectLog(['todos a set title', 'todos c set title'], async (db, store) => {
        await db.table('todos').bulkPut(rows.map((row) => ({ ...row, title: 'new' })));
        const { id = '', columns } = (await store.readOutbox(10)).writes[1] ?? {};
        const stamp = columns?.register ?? '';
        const echo = { table: 'todos', id, stamp, patch: true as const, row: { title: 'new' } };
        const commit = { acknowledged: [], changes: [echo], clock: null, offsetMs: null };
        equal((await store.commit(commit, join, await store.lead())).pending, 2, 'pending');
      }),

    'bulkPut against a unique index': () =>
      expectLog(['todos a set email', 'todos d put!'], async (db) => {
        const puts = [{ ...rows[0], email: 'x' }, { ...rows[1], email: 'x' }, { id: 'd' }];
        await db
          .table('todos')
          .bulkPut(puts)
          .catch(() => {});
      }),

    'bulkPut of new, changed and unchanged rows': () =>
      expectLog(['todos a set done', 'todos d put!'], (db) =>
        db.table('todos').bulkPut([{ ...rows[0], done: 1 }, structuredClone(rows[1]), { id: 'd' }]),
      ),

    'bulkPut that IndexedDB refuses half-way, caught: what it wrote is recorded': () =>
      expectLog(['todos a set done', 'todos d put!'], async (db) => {
        const reactive = new Proxy({ id: 'e' }, {});
        await db.transaction('rw', 'todos', async () => {
          const puts = [{ ...rows[0], done: 1 }, { id: 'd' }, reactive, { id: 'f' }];
          const error = await db
            .table('todos')
            .bulkPut(puts)
            .catch((cause) => cause);
          equal(error.name, 'DataCloneError', 'error');
        });
        equal(await db.table('todos').count(), 4, 'rows');
      }),

    'a row that the app changes right after put': () =>
      expectLog(['todos a set title'], async (db) => {
        const row = { ...rows[0], title: 'changed' };
        const put = db.table('todos').put(row);
        row.title = 'a';
        await put;
        equal((await db.table('todos').get('a')).title, 'changed', 'row');
      }),

    'update with plain fields and key paths': () =>
      expectLog(['todos a set at,done'], async (db) => {
        await db.table('todos').update('a', { done: 1, 'at.lat': 5 });
        await db.table('todos').update('nobody', { done: 1 });
        await db.table('todos').update('b', { done: 0 });
      }),

    'update with add and remove': () =>
      expectLog(['todos a set done,tags', 'todos a set tags'], async (db) => {
        await db.table('todos').update('a', { done: add(2), tags: add(['x', 'y']) });
        await db.table('todos').update('a', { tags: remove(['x']) });
        equal((await db.table('todos').get('a')).tags, ['y'], 'tags');
      }),

    bulkUpdate: () =>
      expectLog(['todos a set done', 'todos c set at,title'], (db) =>
        db.table('todos').bulkUpdate([
          { key: 'a', changes: { done: 1 } },
          { key: 'nobody', changes: { done: 1 } },
          { key: 'c', changes: { title: 'C', 'at.lon': 0 } },
        ]),
      ),

    upsert: () =>
      expectLog(['todos a set done', 'todos d put!'], async (db) => {
        await db.table('todos').upsert('a', { done: 1 });
        await db.table('todos').upsert('d', { done: 1 });
      }),

    'modify with an object': () =>
      expectLog(['todos a set done', 'todos b set done', 'todos c set done'], (db) =>
        db.table('todos').where('done').equals(0).modify({ done: 1 }),
      ),

    'modify with a function': () =>
      expectLog(['todos a set title', 'todos c set done', 'todos b delete'], (db) =>
        db
          .table('todos')
          .toCollection()
          .modify((row, context) => {
            if (row.id === 'a') row.title = 'A';
            else if (row.id === 'b')
              (context as unknown as { value?: object }).value = undefined as never;
            else delete row.done;
          }),
      ),

    'modify that moves a row to another key': () =>
      expectLog(['todos z put!', 'todos a delete'], (db) =>
        db
          .table('todos')
          .where('id')
          .equals('a')
          .modify((row) => {
            row.id = 'z';
          }),
      ),

    'delete and bulkDelete': () =>
      expectLog(['todos a delete', 'todos b delete', 'todos c delete'], async (db) => {
        await db.table('todos').delete('a');
        await db.table('todos').bulkDelete(['b', 'c']);
      }),

    clear: () =>
      expectLog(['todos a delete', 'todos b delete', 'todos c delete'], (db) =>
        db.table('todos').clear(),
      ),

    'where().delete() by key, by index and by filter': () =>
      expectLog(['todos a delete', 'todos b delete', 'todos c delete'], async (db) => {
        await db.table('todos').where('id').below('b').delete();
        await db
          .table('todos')
          .filter((row) => row.id === 'b')
          .delete();
        await db.table('todos').where('done').equals(0).delete();
      }),

    'hooks: what they change is recorded': () =>
      expectLog(
        ['todos a set done,title', 'todos d put!', 'todos b set done,title', 'todos c delete'],
        async (db) => {
          const todos = db.table('todos');
          todos.hook('creating', (_key, row) => {
            row.title = 'by hook';
          });
          todos.hook('updating', () => ({ title: 'by hook' }));
          todos.hook('deleting', () => {});
          await todos.put({ ...rows[0], done: 1 });
          await todos.add({ id: 'd' });
          await todos.update('b', { done: 1 });
          await todos.where('id').equals('c').delete();
          equal((await todos.get('b')).title, 'by hook', 'row');
        },
      ),

    'tables that are not synced are not recorded': () =>
      expectLog([], (db) => db.table('local').bulkAdd([{ id: 1.5 }, { id: 2, f: new Map() }])),

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

    'a value or key that cannot be synced rejects the write': () =>
      expectLog([], async (db) => {
        const todos = db.table('todos');
        await rejects(
          Promise.resolve(todos.put({ id: 'd', f: new Map() })),
          'value_unsupported',
          'put',
        );
        await rejects(
          Promise.resolve(todos.update('a', { title: new Set() })),
          'value_unsupported',
          'update',
        );
        await rejects(
          Promise.resolve(todos.bulkAdd([{ id: 'd' }, { id: 0.5 }])),
          'key_unsupported',
          'bulkAdd',
        );
        equal(await todos.count(), 3, 'rows');
      }),

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
