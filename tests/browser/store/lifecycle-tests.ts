// What becomes of an app's database over time: adoption, reopening, other tabs, a missing engine.
// tidy: long, because its stories share their few helpers
import { Dexie, liveQuery } from 'dexie';
import type { Clock } from '../../../js/src/dexie.js';
import type { Join } from '../../../js/src/merge.js';
import type { Store } from '../../../js/src/stores/store.js';
import { equal, rejects } from '../../../js/src/testing/contract.js';
import { TestClock } from '../../../js/src/testing/index.js';
import { recordsIn } from '../../../js/src/testing/store-driver.js';
import { clear, log } from './dexie-log.js';
import { connect, freshName, openDexie, testAddon } from './driver.js';
import type { Frame } from './frame.js';

async function openFrame(): Promise<Frame> {
  const element = document.createElement('iframe');
  element.src = '/frame';
  document.body.append(element);
  for (;;) {
    const { frame } = (element.contentWindow ?? {}) as { frame?: Frame };
    if (frame) return frame;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const pull = async (store: Store, join: Join, row: { id: string }) => {
  const stamp = '00000000000a-0000-ffffffffffffffff';
  const changes = [{ table: 'todos', id: JSON.stringify(row.id), stamp, row }];
  const commit = { acknowledged: [], changes, clock: null, offsetMs: null };
  return store.commit(commit, join, await store.lead());
};

export function lifecycleTests(join: Join): Record<string, () => Promise<void>> {
  return {
    'an existing database needs no new version, and its rows are adopted': async () => {
      const name = freshName();
      const plain = new Dexie(name);
      plain.version(1).stores({ todos: 'id,done', other: 'id' });
      plain.version(2).stores({ todos: 'id,done,title', other: null });
      await plain.table('todos').bulkAdd([
        { id: 'a', done: 0 },
        { id: 'b', done: 1 },
      ]);
      plain.close();
      const db = new Dexie(name, { addons: [testAddon()] });
      db.version(1).stores({ todos: 'id,done', other: 'id' });
      db.version(2).stores({ todos: 'id,done,title', other: null });
      const store = await connect(db, ['todos']);
      equal(
        await log(store),
        [
          ['todos', '"a"', 'put!'],
          ['todos', '"b"', 'put!'],
        ],
        'log',
      );
      const { writes } = await store.readOutbox(10);
      equal(
        writes.map(({ columns }) => columns.base?.slice(0, 17)),
        ['000000000000-0001', '000000000000-0002'],
        'stamps',
      );
      equal(await db.table('todos').where('done').equals(1).count(), 1, 'index');
      equal((await store.load()).cursor, null, 'cursor');
      await db.delete();
    },

    'what was adopted stays below a real edit, restamped or not': async () => {
      const db = openDexie({ todos: 'id' });
      await db.table('todos').add({ id: 'a', n: 1 });
      const store = await connect(db, ['todos']);
      await store.restamp(() => '0192f1c3a4b5-0000-00000000000000bb');
      const [write] = (await store.readOutbox(10)).writes;
      equal(write?.columns.base, '000000000000-0001-00000000000000bb', 'stamp');
      await pull(store, join, { id: 'a', n: 2 } as { id: string });
      equal(await db.table('todos').get('a'), { id: 'a', n: 2 }, 'row');
      await db.delete();
    },

    'another table later: its rows are adopted, and everything is read again': async () => {
      const db = openDexie({ todos: 'id', lists: 'id' });
      await db.table('lists').add({ id: 'l' });
      let store = await connect(db, ['todos']);
      await store.commit(
        { acknowledged: [], changes: [], cursor: 'e:5', clock: null, offsetMs: null },
        join,
        await store.lead(),
      );
      store = await connect(db, ['todos']);
      equal((await store.load()).cursor, 'e:5', 'the same tables');
      store = await connect(db, { todos: {}, lists: { merge: 'record' } });
      equal(await log(store), [['lists', '"l"', 'put!']], 'log');
      const { cursor, known, tables } = await store.load();
      equal([cursor, known, tables], [null, 'e:5', { todos: 'field', lists: 'record' }], 'state');
      await db.delete();
    },

    'what is pending of a table that is no longer synced is still sent': async () => {
      const db = openDexie({ todos: 'id', notes: 'id' });
      await connect(db, ['todos', 'notes']);
      await db.table('notes').put({ id: 'n', text: 'x' });
      const { writes, rows } = await (await connect(db, ['todos'])).readOutbox(10);
      equal([writes.length, rows.get('notes')?.get('"n"')], [1, { id: 'n', text: 'x' }], 'outbox');
      await db.delete();
    },

    'what the hub took of a table that is no longer synced changes nothing there': async () => {
      const db = openDexie({ todos: 'id', notes: 'id' });
      await connect(db, ['todos', 'notes']);
      const notes = db.table('notes');
      await notes.put({ id: 'shown', n: 1 });
      await notes.delete('shown');
      await notes.put({ id: 'hidden' });
      const store = await connect(db, ['todos']);
      // Nobody records these.
      await notes.put({ id: 'shown', n: 2 });
      await notes.delete('hidden');
      const { writes } = await store.readOutbox(10);
      const acknowledged = writes.map((write) => {
        const { table, id, columns } = write;
        const is = id === '"shown"' ? { deleted: true as const } : { row: { id: 'hidden' } };
        const change = { table, id, stamp: columns.register, ...is };
        return { write, result: 'sent' as const, change };
      });
      const commit = { acknowledged, changes: [], clock: null, offsetMs: null };
      const { pending, losses, rereads } = await store.commit(commit, join, await store.lead());
      equal([writes.length, pending, losses, rereads], [3, 0, 0, 0], 'taken');
      equal(await notes.toArray(), [{ id: 'shown', n: 2 }], 'rows');
      await db.delete();
    },

    'another user does not find the rows of a table that is no longer synced': async () => {
      const db = openDexie({ todos: 'id', notes: 'id', own: 'id' });
      await connect(db, ['todos', 'notes']);
      await db.table('notes').put({ id: 'of the first' });
      await db.table('own').put({ id: 'never synced' });
      const store = await connect(db, ['todos']);
      await rejects(store.clear({ pending: 'refuse' }), 'account_pending', 'refused');
      equal(await db.table('notes').count(), 1, 'kept');
      await store.clear({ pending: 'discard' });
      equal(await db.table('notes').count(), 0, 'cleared');
      equal(await db.table('own').count(), 1, 'not synced');
      // No longer what any user synced: it is the app's.
      await db.table('notes').put({ id: 'of the second' });
      await store.clear({ pending: 'discard' });
      equal(await db.table('notes').count(), 1, 'after the first clear');
      await connect(db, ['todos', 'notes']);
      await (await connect(db, ['todos'])).clear({ pending: 'discard' });
      equal(await db.table('notes').count(), 0, 'synced again since');
      await db.delete();
    },

    'another user does not find the rows of a table that was no longer declared': async () => {
      const first = openDexie({ todos: 'id', notes: 'id' });
      await connect(first, ['todos', 'notes']);
      await first.table('notes').put({ id: 'of the first' });
      first.close();
      const second = openDexie({ todos: 'id' }, first.name);
      await (await connect(second, ['todos'])).clear({ pending: 'discard' });
      second.close();
      const third = openDexie({ todos: 'id', notes: 'id' }, first.name);
      equal(await log(await connect(third, ['todos', 'notes'])), [], 'log');
      equal(await third.table('notes').count(), 0, 'rows');
      await third.delete();
    },

    'a page read before a table was added does not move the cursor past it': async () => {
      const db = openDexie({ todos: 'id', notes: 'id' });
      const store = await connect(db, ['todos']);
      const term = await store.lead();
      const page = (cursor: string, after: string | null) =>
        store.commit(
          { acknowledged: [], changes: [], cursor, after, clock: null, offsetMs: null },
          join,
          term,
        );
      equal((await page('e:5', null)).cursor, 'e:5', 'first');
      await connect(db, ['todos', 'notes']);
      const { cursor, tables } = await page('e:6', 'e:5');
      equal([cursor, tables], [null, ['todos', 'notes']], 'stored');
      equal((await page('e:6', null)).cursor, 'e:6', 'from the beginning');
      await db.delete();
    },

    'a row that a unique index refuses becomes a dead letter and holds up nothing': async () => {
      const db = openDexie({ todos: 'id,&slug' });
      const store = await connect(db, ['todos']);
      const term = await store.lead();
      const stamp = '00000000000a-0000-ffffffffffffffff';
      const whole = (id: string, slug: string) => ({
        table: 'todos',
        id: JSON.stringify(id),
        stamp,
        row: { id, slug },
      });
      const page = (...changes: Parameters<Store['commit']>[0]['changes']) =>
        store.commit({ acknowledged: [], changes, clock: null, offsetMs: null }, join, term);
      await page(whole('a', 'x'));
      await page({ table: 'todos', id: '"a"', stamp, deleted: true }, whole('b', 'x'));
      await page(whole('b', 'y'), whole('c', 'x'));
      await page(whole('d', 'x'), whole('e', 'z'));
      const rows = await db.table('todos').toArray();
      equal(
        rows.map(({ id, slug }) => id + slug),
        ['by', 'cx', 'ez'],
        'rows',
      );
      const letters = await store.deadLetters();
      equal(
        letters.map(({ code, change }) => [code, change.id]),
        [['constraint', '"d"']],
        'letters',
      );
      const late = await page({ ...whole('d', 'w'), patch: true });
      equal(late.missing, 0, 'its later patches are not looked for again and again');
      await db.delete();
    },

    'tables that cannot be synced are refused': async () => {
      const db = openDexie({ counted: '++id', todos: 'id', 'lone\ud800': 'id' });
      for (const table of ['counted', 'nowhere', '$tidemark_log', 'lone\ud800'])
        await rejects(connect(db, ['todos', table]), 'table_unsupported', table);
      equal(await db.table('counted').add({ n: 1 }), 1, 'unharmed');
      await db.delete();
    },

    'adopting a key that cannot be synced is refused, and nothing is adopted': async () => {
      const db = openDexie({ todos: 'id' });
      await db.table('todos').bulkAdd([{ id: 'a' }, { id: 1.5 }]);
      await rejects(connect(db, ['todos']), 'key_unsupported', 'connect');
      await db.table('todos').delete(1.5);
      equal(await log(await connect(db, ['todos'])), [['todos', '"a"', 'put!']], 'log');
      await db.delete();
    },

    'an adopted value that cannot be synced becomes a dead letter': async () => {
      const db = openDexie({ todos: 'id' });
      await db.table('todos').bulkAdd([{ id: 'a', blob: new Blob(['x']) }, { id: 'b' }]);
      const store = await connect(db, ['todos']);
      equal(await log(store), [['todos', '"b"', 'put!']], 'log');
      const letters = await store.deadLetters();
      equal(
        letters.map(({ change, code }) => [change.id, code]),
        [['"a"', 'value_unsupported']],
        'letters',
      );
      await db.delete();
    },

    'a write right after reopening is recorded, without connect': async () => {
      const name = freshName();
      const first = openDexie({ todos: 'id' }, name);
      await connect(first, ['todos']);
      first.close();
      const second = openDexie({ todos: 'id' }, name);
      await second.table('todos').add({ id: 'a' });
      equal(await log(await connect(second, ['todos'])), [['todos', '"a"', 'put!']], 'log');
      await second.delete();
    },

    'writes while the engine cannot load are recorded, and stamped later, in order': async () => {
      const name = freshName();
      const first = openDexie({ todos: 'id' }, name);
      await connect(first, ['todos']);
      await first.table('todos').add({ id: 'before' });
      first.close();
      let broken = true;
      const engine = async (): Promise<Clock> => {
        if (broken) throw new Error('no wasm');
        return new TestClock('00000000000000cc', 9_000_000);
      };
      const second = openDexie({ todos: 'id' }, name, testAddon(engine));
      await second.transaction('rw', 'todos', async () => {
        await second.table('todos').bulkAdd([{ id: 'a' }, { id: 'b' }]);
        await second.table('todos').delete('a');
      });
      await rejects(connect(second, ['todos']), 'engine_failed', 'connect');
      broken = false;
      const store = await connect(second, ['todos']);
      await second.table('todos').add({ id: 'after' });
      const { writes, pending } = await store.readOutbox(10);
      equal(
        writes.map(({ id }) => JSON.parse(id)),
        ['before', 'a', 'b', 'a', 'after'],
        'order',
      );
      const stamps = writes.map(({ columns }) => columns.register);
      equal([...stamps].sort(), stamps, 'stamps');
      const [, a, b, c, after] = writes.map(({ transaction }) => transaction);
      equal([a === b, b === c, c === after, pending], [true, true, false, 5], 'transactions');
      await second.delete();
    },

    'the hub’s page is seen by a live query in another tab, and not recorded there': async () => {
      const db = openDexie({ todos: 'id,done' });
      const store = await connect(db, ['todos']);
      const frame = await openFrame();
      const other = frame.openDexie({ todos: 'id,done' }, db.name);
      const { first, last } = frame.live(
        () => other.table('todos').toArray(),
        (rows) => rows.length === 1,
      );
      await first;
      await pull(store, join, { id: 'a' });
      equal(await last, [{ id: 'a' }], 'seen');
      equal((await store.readOutbox(10)).pending, 0, 'pending');
      other.close();
      await db.delete();
    },

    'the hub’s page is seen by a live query in this tab': async () => {
      const db = openDexie({ todos: 'id' });
      const store = await connect(db, ['todos']);
      const seen = new Promise<unknown>((resolve) => {
        const subscription = liveQuery(() => db.table('todos').get('a')).subscribe((row) => {
          if (row === undefined) return;
          resolve(row);
          setTimeout(() => subscription.unsubscribe());
        });
      });
      await pause(50);
      await pull(store, join, { id: 'a' });
      equal(await seen, { id: 'a' }, 'seen');
      await db.delete();
    },

    'a write in another tab is recorded, and heard of here': async () => {
      const db = openDexie({ todos: 'id' });
      const store = await connect(db, ['todos']);
      const frame = await openFrame();
      const other = frame.openDexie({ todos: 'id' }, db.name);
      const heard = new Promise<number>((resolve) => {
        store.onWrite((writes) => resolve(recordsIn(writes)));
      });
      await other.table('todos').bulkAdd([{ id: 'a' }, { id: 'b' }]);
      equal(await heard, 2, 'heard');
      equal((await log(store)).length, 2, 'log');
      other.close();
      await db.delete();
    },

    'a tab that was open before tables were synced records its writes': async () => {
      const name = freshName();
      const frame = await openFrame();
      const other = frame.openDexie({ todos: 'id' }, name);
      await other.table('todos').add({ id: 'a' });
      const db = openDexie({ todos: 'id' }, name);
      const store = await connect(db, ['todos']);
      await pause(50);
      await other.table('todos').add({ id: 'b' });
      equal(
        (await log(store)).map(([, id]) => id),
        ['"a"', '"b"'],
        'log',
      );
      other.close();
      await db.delete();
    },

    'a row that another tab adds while its table is being adopted is not forgotten': async () => {
      const name = freshName();
      const other = (await openFrame()).openDexie({ todos: 'id' }, name);
      await other.table('todos').add({ id: 0 });
      const db = openDexie({ todos: 'id' }, name);
      let connected = false;
      const connecting = connect(db, ['todos']).finally(() => {
        connected = true;
      });
      let added = 1;
      while (!connected) await other.table('todos').add({ id: added++ });
      const store = await connecting;
      equal((await log(store)).length, added, 'log');
      other.close();
      await db.delete();
    },

    'hooks of the app do not fire for what sync writes': async () => {
      const db = openDexie({ todos: 'id' });
      const store = await connect(db, ['todos']);
      db.table('todos').hook('creating', (_key, row) => {
        row.changed = true;
      });
      await pull(store, join, { id: 'a' });
      equal(await db.table('todos').get('a'), { id: 'a' }, 'row');
      await clear(store, join);
      await db.delete();
    },
  };
}
