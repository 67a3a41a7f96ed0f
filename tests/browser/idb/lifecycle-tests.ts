// What becomes of the app's database over time: its stores, adoption, other handles, its end.
// tidy: long, because its stories share their few helpers
import { Dexie } from 'dexie';
import { deleteDB, openDB, unwrap } from 'idb';
import type { TidemarkError } from '../../../js/src/errors.js';
import { addTidemark, type Clock } from '../../../js/src/idb.js';
import type { Join } from '../../../js/src/merge.js';
import type { Store } from '../../../js/src/stores/store.js';
import { equal, rejects } from '../../../js/src/testing/contract.js';
import { TestClock } from '../../../js/src/testing/index.js';
import { recordsIn } from '../../../js/src/testing/store-driver.js';
import { log } from '../store/dexie-log.js';
import { connect as connectDexie, openDexie } from '../store/driver.js';
import { connect, freshName, openIdb, remove, testConnector } from './driver.js';

const tick = () => new Promise((resolve) => setTimeout(resolve));
const textOf = async (store: Store) => (await log(store)).map((line) => line.join(' '));

async function pull(store: Store, join: Join, ...rows: { id: string; [field: string]: unknown }[]) {
  const stamp = '00000000000a-0000-ffffffffffffffff';
  const changes = rows.map((row) => ({ table: 'todos', id: JSON.stringify(row.id), stamp, row }));
  const commit = { acknowledged: [], changes, clock: null, offsetMs: null };
  return store.commit(commit, join, await store.lead());
}

export function lifecycleTests(join: Join): Record<string, () => Promise<void>> {
  return {
    'without its own stores it says what to add, and with them it starts': async () => {
      const name = freshName();
      const bare = await openDB(name, 3, {
        upgrade: (db) => void db.createObjectStore('todos', { keyPath: 'id' }),
      });
      await bare.add('todos', { id: 'a' });
      const error: TidemarkError = await connect(bare, ['todos']).catch((cause) => cause);
      equal(error.code, 'table_unsupported', 'code');
      for (const said of [
        "import { addTidemark } from 'tidemark/idb';",
        'addTidemark(db);',
        'a version over 3',
      ])
        equal(error.message.includes(said), true, said);
      await bare.put('todos', { id: 'a', n: 1 });
      bare.close();
      const db = await openDB(name, 4, { upgrade: (upgraded) => addTidemark(upgraded) });
      equal(await textOf(await connect(db, ['todos'])), ['todos "a" put!'], 'adopted');
      await remove(db);
    },

    'adding the stores again leaves what is in them': async () => {
      const db = await openIdb(['todos']);
      await connect(db, ['todos']);
      await db.put('todos', { id: 'a' });
      db.close();
      const next = await openDB(db.name, 2, { upgrade: (upgraded) => addTidemark(upgraded) });
      equal(await textOf(await connect(next, ['todos'])), ['todos "a" put!'], 'log');
      await remove(next);
    },

    'tables that cannot be synced are refused': async () => {
      const db = await openIdb(['todos', 'lone\ud800'], undefined, (upgraded) => {
        upgraded.createObjectStore('counted', { keyPath: 'id', autoIncrement: true });
      });
      for (const table of ['counted', 'nowhere', '$tidemark_log', 'lone\ud800'])
        await rejects(connect(db, ['todos', table]), 'table_unsupported', table);
      equal(await db.add('counted', { n: 1 }), 1, 'unharmed');
      await remove(db);
    },

    'what is no database is refused': async () => {
      await rejects(connect({ name: 'app' } as never, ['todos']), 'bad_input', 'connect');
    },

    "the browser's own handle": async () => {
      const db = unwrap(await openIdb(['todos']));
      const store = await connect(db, ['todos']);
      const trans = db.transaction('todos', 'readwrite');
      trans.objectStore('todos').put({ id: 'a' });
      await new Promise((resolve) => (trans.oncomplete = resolve));
      equal(await textOf(store), ['todos "a" put!'], 'log');
      db.close();
      await deleteDB(db.name);
    },

    'a key or a value that cannot be synced, adopted': async () => {
      const db = await openIdb(['todos']);
      await db.put('todos', { id: 1.5 });
      await rejects(connect(db, ['todos']), 'key_unsupported', 'connect');
      await db.delete('todos', 1.5);
      await db.put('todos', { id: 'a', blob: new Blob(['x']) });
      await db.put('todos', { id: 'b' });
      const store = await connect(db, ['todos']);
      equal(await textOf(store), ['todos "b" put!'], 'log');
      const letters = await store.deadLetters();
      equal(
        letters.map(({ change, code }) => [change.id, code]),
        [['"a"', 'value_unsupported']],
        'letters',
      );
      await remove(db);
    },

    'a row that a unique index refuses becomes a letter and holds up nothing': async () => {
      const db = await openIdb([], undefined, (upgraded) => {
        const todos = upgraded.createObjectStore('todos', { keyPath: 'id' });
        todos.createIndex('slug', 'slug', { unique: true });
      });
      const store = await connect(db, ['todos']);
      await pull(store, join, { id: 'a', slug: 'x' });
      // The place that one leaves is free for another.
      await pull(store, join, { id: 'b', slug: 'x' }, { id: 'a', slug: 'y' });
      await pull(store, join, { id: 'd', slug: 'x' }, { id: 'e', slug: 'z' });
      const rows = await db.getAll('todos');
      equal(
        rows.map(({ id, slug }) => id + slug),
        ['ay', 'bx', 'ez'],
        'rows',
      );
      const letters = await store.deadLetters();
      equal(
        letters.map(({ code, change }) => [code, change.id]),
        [['constraint', '"d"']],
        'letters',
      );
      await remove(db);
    },

    'while the engine cannot load, what was synced before is recorded': async () => {
      const name = freshName();
      const first = await openIdb(['todos', 'notes'], name);
      await connect(first, ['todos']);
      await first.put('todos', { id: 'before' });
      first.close();
      let broken = true;
      const late = testConnector(async (): Promise<Clock> => {
        if (broken) throw new Error('no wasm');
        return new TestClock('00000000000000cc', 9_000_000);
      });
      const db = await openIdb([], name);
      await rejects(late(db, ['todos', 'notes']), 'engine_failed', 'connect');
      const trans = db.transaction('todos', 'readwrite');
      await trans.store.add({ id: 'a' });
      await trans.store.delete('a');
      await trans.done;
      broken = false;
      const { store } = await late(db, ['todos', 'notes']);
      await db.add('notes', { id: 'after' });
      equal(
        await textOf(store),
        ['todos "before" put!', 'todos "a" put!', 'todos "a" delete', 'notes "after" put!'],
        'log',
      );
      const { writes } = await store.readOutbox(10);
      const stamps = writes.map(({ columns }) => columns.register);
      equal([...stamps].sort(), stamps, 'stamps');
      await remove(db);
    },

    'two handles: each hears of what the other wrote, and of the rows of a page': async () => {
      const a = await openIdb(['todos', 'local']);
      const other = await openIdb([], a.name);
      const [first, second] = [testConnector(), testConnector()];
      const here = await first(a, ['todos']);
      const there = await second(other, ['todos']);
      const heard = new Promise<number>((resolve) =>
        there.store.onWrite((writes) => resolve(recordsIn(writes))),
      );
      const changed: string[][] = [];
      const told = new Promise<void>((resolve) => {
        there.onChange((tables) => changed.push(tables) === 3 && resolve());
      });
      const trans = a.transaction(['todos', 'local'], 'readwrite');
      void trans.objectStore('local').add({ id: 'not synced' });
      for (const id of ['a', 'b']) void trans.objectStore('todos').add({ id });
      await trans.done;
      equal(await heard, 2, 'heard');
      await pull(here.store, join, { id: 'p' });
      await other.put('todos', { id: 'c' });
      await told;
      equal(changed, [['todos'], ['todos'], ['todos']], 'changed');
      equal((await here.store.readOutbox(10)).pending, 3, 'pending');
      equal(here.db === a && there.db === other, true, 'the handles');
      other.close();
      await remove(a);
    },

    'a table that one handle begins to sync is recorded through the other': async () => {
      const a = await openIdb(['todos', 'notes']);
      const b = await openIdb([], a.name);
      await testConnector()(a, ['todos']);
      const { store } = await testConnector()(b, ['todos', 'notes']);
      await new Promise((resolve) => setTimeout(resolve, 50));
      await a.put('notes', { id: 'n' });
      equal(await textOf(store), ['notes "n" put!'], 'log');
      b.close();
      await remove(a);
    },

    'closed by the app: the connection ends': async () => {
      const ends: unknown[] = [];
      const connectTo = testConnector(undefined, (outdated) => ends.push(outdated ?? null));
      const db = await openIdb(['todos']);
      const { store } = await connectTo(db, ['todos']);
      db.close();
      await tick();
      equal(ends, [null], 'ends');
      await rejects(store.load(), 'store_failed', 'load');
      await deleteDB(db.name);
    },

    'closed by the browser: the connection ends, and nothing more is heard of it': async () => {
      const ends: unknown[] = [];
      const connectTo = testConnector(undefined, (outdated) => ends.push(outdated ?? null));
      const db = await openIdb(['todos']);
      const { onChange } = await connectTo(db, ['todos']);
      const changed: string[][] = [];
      onChange((tables) => changed.push(tables));
      await db.put('todos', { id: 'a' });
      unwrap(db).dispatchEvent(new Event('close'));
      await tick();
      await db.put('todos', { id: 'b' });
      equal([ends, changed], [[null], [['todos']]], 'ends');
      await remove(db);
    },

    'another tab upgrades it: the connection says that the app is outdated': async () => {
      const ends: (string | undefined)[] = [];
      const connectTo = testConnector(undefined, (outdated) => ends.push(outdated?.code));
      const db = await openIdb(['todos']);
      await connectTo(db, ['todos']);
      await db.put('todos', { id: 'a' });
      const next = await openDB(db.name, 2);
      await tick();
      equal(ends, ['app_outdated'], 'ends');
      equal(await textOf(await connect(next, ['todos'])), ['todos "a" put!'], 'pending');
      await remove(next);
    },

    'deleted by another tab: the connection ends': async () => {
      const ends: unknown[] = [];
      const connectTo = testConnector(undefined, (outdated) => ends.push(outdated ?? null));
      const db = await openIdb(['todos']);
      await connectTo(db, ['todos']);
      await deleteDB(db.name);
      await tick();
      equal(ends, [null], 'ends');
    },

    'an app that leaves Dexie, or goes there, keeps what is pending': async () => {
      const name = freshName();
      const dexie = openDexie({ todos: 'id' }, name);
      await connectDexie(dexie, ['todos']);
      await dexie.table('todos').bulkAdd([{ id: 'a' }, { id: 'b' }]);
      dexie.close();
      const db = await openDB(name);
      const store = await connect(db, ['todos']);
      await db.put('todos', { id: 'a', n: 1 });
      const expected = ['todos "a" put!', 'todos "b" put!', 'todos "a" set n'];
      equal(await textOf(store), expected, 'by idb');
      equal((await store.load()).pending, 3, 'pending');
      db.close();
      const again = openDexie({ todos: 'id' }, name);
      equal(await textOf(await connectDexie(again, ['todos'])), expected, 'by Dexie');
      again.close();
      await Dexie.delete(name);
      const fresh = await openIdb(['todos'], name);
      await connect(fresh, ['todos']);
      await fresh.put('todos', { id: 'c' });
      fresh.close();
      const since = openDexie({ todos: 'id' }, name);
      const left = await textOf(await connectDexie(since, ['todos']));
      equal(left, ['todos "c" put!'], 'begun by idb');
      await since.delete();
    },
  };
}
