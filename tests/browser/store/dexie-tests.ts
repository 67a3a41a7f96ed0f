// Every way that Dexie writes, and what the log says of it.
import { add, remove } from 'dexie';
import type { Join } from '../../../js/src/merge.js';
import { equal, rejects } from '../../../js/src/testing/contract.js';
import { logging } from './dexie-log.js';

export function dexieTests(join: Join): Record<string, () => Promise<void>> {
  const { rows, expectLog } = logging(join);

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
  };
}
