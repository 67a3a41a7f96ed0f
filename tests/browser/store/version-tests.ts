// The app's own versions: what their upgrades write, and what was pending before them.
import { Dexie, type Transaction } from 'dexie';
import type { Join } from '../../../js/src/merge.js';
import type { Store } from '../../../js/src/stores/store.js';
import { equal } from '../../../js/src/testing/contract.js';
import { stampAt, TestClock } from '../../../js/src/testing/index.js';
import { log } from './dexie-log.js';
import { connect, freshName, openDexie, testAddon } from './driver.js';

type Schema = Record<string, string | null>;
type Upgrade = (trans: Transaction) => PromiseLike<unknown> | undefined;

/** The next version of the app. */
function openNext(name: string, schemas: Schema[], upgrade: Upgrade, addon = testAddon()): Dexie {
  const db = new Dexie(name, { addons: [addon] });
  for (const [i, schema] of schemas.entries()) {
    const version = db.version(i + 1).stores(schema);
    if (i === schemas.length - 1) version.upgrade(upgrade);
  }
  return db;
}

/** The hub brings a row. */
async function pull(store: Store, join: Join, row: { id: string; [field: string]: unknown }) {
  const change = { table: 'todos', id: JSON.stringify(row.id), stamp: stampAt(1), row };
  const commit = { acknowledged: [], changes: [change], clock: null, offsetMs: null };
  await store.commit(commit, join, await store.lead());
}

const rowsOf = async (store: Store) => {
  const { rows, writes } = await store.readOutbox(1_000);
  const sent = writes.map(({ table, id }) => [table, id, rows.get(table)?.get(id) ?? null]);
  return Object.fromEntries(sent.map(([table, id, row]) => [`${table} ${id}`, row]));
};

/** Two synced rows, one of them edited since, and a new one that was never sent. */
async function before(name: string, join: Join, schema: Record<string, string>) {
  const db = openDexie(schema, name);
  const store = await connect(db, ['todos']);
  await pull(store, join, { id: 'a', n: 1, name: 'A' });
  await pull(store, join, { id: 'b', n: 2, name: 'B' });
  await db.table('todos').update('a', { n: 10 });
  await db.table('todos').add({ id: 'c', n: 3, name: 'C' });
  equal((await log(store)).length, 2, 'pending before');
  db.close();
}

export function versionTests(join: Join): Record<string, () => Promise<void>> {
  return {
    'what an upgrade writes is recorded, behind what was pending': async () => {
      const name = freshName();
      await before(name, join, { todos: 'id' });
      const db = openNext(name, [{ todos: 'id' }, { todos: 'id, title' }], (trans) =>
        trans
          .table('todos')
          .toCollection()
          .modify((row) => {
            row.title = row.name.toLowerCase();
            delete row.name;
          }),
      );
      const store = await connect(db, ['todos']);
      equal(
        await log(store),
        [
          ['todos', '"a"', 'set n'],
          ['todos', '"c"', 'put!'],
          ['todos', '"a"', 'set name,title'],
          ['todos', '"b"', 'set name,title'],
          ['todos', '"c"', 'set name,title'],
        ],
        'log',
      );
      equal(
        await rowsOf(store),
        {
          'todos "a"': { id: 'a', n: 10, title: 'a' },
          'todos "b"': { id: 'b', n: 2, title: 'b' },
          'todos "c"': { id: 'c', n: 3, title: 'c' },
        },
        'rows',
      );
      await db.delete();
    },

    'an upgrade by every kind of write is recorded, and stamped in order': async () => {
      const name = freshName();
      await before(name, join, { todos: 'id' });
      const late = testAddon(async () => new TestClock('00000000000000cc', 9_000_000));
      const upgrade = async (trans: Transaction) => {
        const todos = trans.table('todos');
        await todos.add({ id: 'd', n: 4 });
        await todos.put({ id: 'b', n: 2, name: 'B', kept: true });
        await todos.bulkUpdate([{ key: 'c', changes: { n: 30 } }]);
        await todos.delete('a');
        await todos.where('id').equals('d').modify({ n: 5 });
      };
      const db = openNext(name, [{ todos: 'id' }, { todos: 'id' }], upgrade, late);
      const store = await connect(db, ['todos']);
      equal(
        (await log(store)).slice(2),
        [
          ['todos', '"d"', 'put!'],
          ['todos', '"b"', 'set kept'],
          ['todos', '"c"', 'set n'],
          ['todos', '"a"', 'delete'],
          ['todos', '"d"', 'set n'],
        ],
        'log',
      );
      const { writes } = await store.readOutbox(100);
      const stamps = writes.map(({ columns }) => columns.register);
      equal([...stamps].sort(), stamps, 'stamps');
      const transactions = new Set(writes.slice(2).map(({ transaction }) => transaction));
      equal(transactions.size, 1, 'an upgrade is one transaction');
      await db.delete();
    },

    'an upgrade that fails leaves nothing, and what was pending': async () => {
      const name = freshName();
      await before(name, join, { todos: 'id' });
      const failing = openNext(name, [{ todos: 'id' }, { todos: 'id' }], async (trans) => {
        await trans.table('todos').toCollection().modify({ n: 0 });
        throw new RangeError('the upgrade is broken');
      });
      const fault = await failing.tidemark
        .connect({ url: '/sync', tables: ['todos'] })
        .catch((error) => error.code);
      equal(fault, 'storage_unavailable', 'connect');
      failing.close();
      const db = openDexie({ todos: 'id' }, name);
      equal((await log(await connect(db, ['todos']))).length, 2, 'log');
      equal((await db.table('todos').get('b'))?.n, 2, 'row');
      await db.delete();
    },

    'a database that is new, and one that was never synced, record no upgrade': async () => {
      const schemas = [{ todos: 'id' }, { todos: 'id, n' }];
      const name = freshName();
      const upgrade: Upgrade = (trans) => trans.table('todos').toCollection().modify({ n: 1 });
      const first = openDexie({ todos: 'id' }, name);
      await first.table('todos').add({ id: 'a' });
      first.close();
      const db = openNext(name, schemas, upgrade);
      await db.open();
      equal(await db.table('$tidemark_log').count(), 0, 'never synced');
      equal(await log(await connect(db, ['todos'])), [['todos', '"a"', 'put!']], 'adopted');
      await db.delete();
      const fresh = openNext(freshName(), schemas, upgrade);
      fresh.on('populate', (trans) => trans.table('todos').add({ id: 'p' }));
      await fresh.open();
      equal(await fresh.table('$tidemark_log').count(), 0, 'new');
      equal(await log(await connect(fresh, ['todos'])), [['todos', '"p"', 'put!']], 'populated');
      await fresh.delete();
    },

    'tables and indexes come and go with writes pending': async () => {
      const name = freshName();
      await before(name, join, { todos: 'id, n', other: 'id' });
      const schemas = [
        { todos: 'id, n', other: 'id' },
        { todos: 'id, name', other: null, tags: 'id' },
      ];
      const db = openNext(name, schemas, () => undefined);
      const store = await connect(db, ['todos', 'tags']);
      await db.table('tags').add({ id: 't' });
      equal(
        await log(store),
        [
          ['todos', '"a"', 'set n'],
          ['todos', '"c"', 'put!'],
          ['tags', '"t"', 'put!'],
        ],
        'log',
      );
      equal((await store.load()).cursor, null, 'read from the beginning');
      await pull(store, join, { id: 'e', name: 'E' });
      equal(await db.table('todos').where('name').equals('E').count(), 1, 'by the new index');
      await db.delete();
    },

    'what was pending of a table that is dropped becomes letters, with its rows': async () => {
      const name = freshName();
      const first = openDexie({ todos: 'id', notes: 'id' }, name);
      await connect(first, ['todos', 'notes']);
      await first.table('notes').bulkAdd([
        { id: 'n', text: 'never sent' },
        { id: 'm', text: 'nor this' },
      ]);
      await first.table('notes').update('n', { more: 1 });
      await first.table('todos').add({ id: 'a' });
      first.close();
      const schemas = [
        { todos: 'id', notes: 'id' },
        { todos: 'id', notes: null },
      ];
      const db = new Dexie(name, { addons: [testAddon()] });
      for (const [i, schema] of schemas.entries()) db.version(i + 1).stores(schema);
      const store = await connect(db, ['todos']);
      equal(await log(store), [['todos', '"a"', 'put!']], 'log');
      const letters = await store.deadLetters();
      equal(
        letters.map(({ code, change, row }) => [code, change.table, change.id, row]),
        [
          ['table_unsupported', 'notes', '"n"', { id: 'n', text: 'never sent', more: 1 }],
          ['table_unsupported', 'notes', '"m"', { id: 'm', text: 'nor this' }],
        ],
        'letters',
      );
      await db.delete();
    },
  };
}
