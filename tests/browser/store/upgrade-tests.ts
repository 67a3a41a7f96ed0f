// Databases of the version before the journal: they open as they are, and what is in them counts.
import { Dexie } from 'dexie';
import type { Join } from '../../../js/src/merge.js';
import { lossDays } from '../../../js/src/stores/losses.js';
import type { Commit, PendingWrite, Store } from '../../../js/src/stores/store.js';
import { equal } from '../../../js/src/testing/contract.js';
import { stampAt, TestClock } from '../../../js/src/testing/index.js';
import { log } from './dexie-log.js';
import { connect, freshName, openDexie, testAddon } from './driver.js';

const before = {
  todos: 'id',
  $tidemark_log: '++id,many',
  $tidemark_state: 'key',
  $tidemark_graves: '[table+id]',
  $tidemark_dead: '++id',
};

/** What that version left: a synced row, one that is pending, an adopted one, and a letter. */
async function earlier(name: string): Promise<void> {
  const db = new Dexie(name);
  db.version(1).stores(before);
  await db.table('todos').bulkAdd([{ id: 'a' }, { id: 'b' }, { id: 'c' }]);
  const change = { table: 'todos', id: '"x"', stamp: stampAt(1), row: { id: 'x', n: 1 } };
  await db.table('$tidemark_dead').add({ change, code: 'forbidden', message: 'no', at: 1 });
  const entry = { table: 'todos', op: 'put', create: true };
  await db.table('$tidemark_log').bulkAdd([
    { ...entry, keys: ['b'], stamp: '000000000000-0001-00000000000000aa', adopted: true },
    { ...entry, keys: ['c'], stamp: stampAt(2) },
  ]);
  await db.table('$tidemark_state').put({
    key: 'sync',
    cursor: 'e:5',
    clock: stampAt(1),
    offsetMs: 7,
    device: 'd',
    tables: { todos: 'field' },
    term: 3,
  });
  db.close();
}

const commitTo = async (store: Store, join: Join, commit: Partial<Commit>) => {
  const full = { acknowledged: [], changes: [], clock: null, offsetMs: null, ...commit };
  return store.commit(full, join, await store.lead());
};
const todo = (id: string, ms = 10) => {
  return { table: 'todos', id: JSON.stringify(id), stamp: stampAt(ms), row: { id } };
};
const head = (id: string, ms = 10) => {
  return { table: 'todos', id: JSON.stringify(id), stamp: stampAt(ms) };
};

export function upgradeTests(join: Join): Record<string, () => Promise<void>> {
  return {
    'a database of the version before opens, with all that is in it': async () => {
      const name = freshName();
      await earlier(name);
      const db = openDexie({ todos: 'id' }, name);
      const store = await connect(db, ['todos']);
      const { cursor, hub, sweeping, adopted, pending } = await store.load();
      equal([cursor, hub, sweeping, adopted, pending], ['e:5', null, false, 1, 2], 'state');
      equal(
        await log(store),
        [
          ['todos', '"b"', 'put!'],
          ['todos', '"c"', 'put!'],
        ],
        'log',
      );
      const [letter] = await store.deadLetters();
      await store.retryDeadLetter(letter?.id ?? -1);
      equal(await db.table('todos').get('x'), { id: 'x', n: 1 }, 'a letter without a row');
      await commitTo(store, join, { seq: 6, journal: [head('a')], hub: 'h' });
      const reset = { offer: 5, adopt: false, cursor: 'e:6' };
      const { sweeping: swept } = await commitTo(store, join, { reset, cursor: null });
      equal([swept, (await store.load()).hub], [true, 'h'], 'after a reset');
      equal((await store.readOutbox(1)).writes[0]?.offer, 'e:6', 'offered');
      await db.delete();
    },

    'offers by the thousand are acknowledged in parts': async () => {
      const db = openDexie({ todos: 'id' });
      const store = await connect(db, ['todos']);
      const ids = Array.from({ length: 2_300 }, (_, i) => `k${i}`);
      const changes = ids.map((id, i) => todo(id, 10 + i));
      const journal = ids.map((id, i) => head(id, 10 + i));
      await commitTo(store, join, { changes, journal, seq: 2, cursor: 'e:2' });
      await db.table('todos').put({ id: 'own' });
      const reset = { offer: 1, adopt: false, cursor: 'e:2' };
      equal((await commitTo(store, join, { reset, cursor: null })).pending, 2_301, 'pending');
      const left = new Map(journal.map(({ id, stamp }) => [id, stamp]));
      const own: PendingWrite[] = [];
      for (let pending = 2_301; pending > 0; ) {
        const { writes } = await store.readOutbox(700);
        for (const write of writes) {
          if (write.offer === undefined) own.push(write);
          else equal(write.columns.base, left.get(write.id), write.id);
          left.delete(write.id);
        }
        const acknowledged = writes.map((write) => ({ write, result: 'sent' as const }));
        pending = (await commitTo(store, join, { acknowledged })).pending;
      }
      equal([left.size, own.map(({ id }) => id)], [0, ['"own"']], 'all of them, once');
      await db.delete();
    },

    'part of a large creation is sent: the rest still says that it creates': async () => {
      const db = openDexie({ todos: 'id' });
      const store = await connect(db, ['todos']);
      await db.table('todos').bulkAdd([{ id: 'a' }, { id: 'b' }, { id: 'c' }]);
      const { writes } = await store.readOutbox(10);
      await store.sending(writes.slice(0, 2));
      const said = (await store.readOutbox(10)).writes.map(({ id, create }) => [id, create]);
      equal(
        said,
        [
          ['"a"', false],
          ['"b"', false],
          ['"c"', true],
        ],
        'create',
      );
      await db.delete();
    },

    'what was adopted while writes had no stamp stays below them': async () => {
      const name = freshName();
      const first = openDexie({ todos: 'id', lists: 'id' }, name);
      await connect(first, ['todos']);
      await first.table('lists').add({ id: 'l' });
      first.close();
      let broken = true;
      const engine = async () => {
        if (broken) throw new Error('no wasm');
        return new TestClock('00000000000000cc', 9_000_000);
      };
      const second = openDexie({ todos: 'id', lists: 'id' }, name, testAddon(engine));
      await second.table('todos').add({ id: 'a' });
      broken = false;
      const store = await connect(second, ['todos', 'lists']);
      const { writes } = await store.readOutbox(10);
      const low = writes.filter(({ columns }) => columns.register < stampAt(1));
      equal(
        low.map(({ table }) => table),
        ['lists'],
        'adopted',
      );
      equal((await store.load()).adopted, 1, 'count');
      await second.delete();
    },

    'a retry that a unique index refuses leaves the letter': async () => {
      const db = openDexie({ todos: 'id,&slug' });
      const store = await connect(db, ['todos']);
      const row = (id: string) => ({ ...todo(id), row: { id, slug: 'x' } });
      await commitTo(store, join, { changes: [row('a'), row('b')] });
      const [letter] = await store.deadLetters();
      const error = await store.retryDeadLetter(letter?.id ?? -1).catch((cause) => cause);
      equal(error.code, 'constraint', 'error');
      equal([(await store.deadLetters()).length, await log(store)], [1, []], 'left');
      await db.table('todos').delete('a');
      await store.retryDeadLetter(letter?.id ?? -1);
      equal(await db.table('todos').get('b'), { id: 'b', slug: 'x' }, 'row');
      equal(await store.deadLetters(), [], 'letters');
      await db.delete();
    },

    'losses that are too old leave the database': async () => {
      const db = openDexie({ todos: 'id' });
      const store = await connect(db, ['todos']);
      const lose = async (n: number) => {
        await db.table('todos').put({ id: 'a', n });
        const stamp = stampAt(9_000_000_000 + n);
        const row = { n: -n };
        await commitTo(store, join, {
          changes: [{ ...todo('a'), stamp, patch: true, row }],
        });
      };
      const { now } = Date;
      try {
        Date.now = () => now() - (lossDays + 1) * 86_400_000;
        await lose(1);
      } finally {
        Date.now = now;
      }
      equal(await db.table('$tidemark_losses').count(), 1, 'at first');
      await lose(2);
      equal(await db.table('$tidemark_losses').count(), 1, 'the old one went');
      equal(
        (await store.losses()).map(({ row }) => row),
        [{ n: 2 }],
        'losses',
      );
      await db.delete();
    },

    'a sweep leaves tables that are not synced, and keys that cannot be': async () => {
      const db = openDexie({ todos: 'id', local: 'id' });
      const store = await connect(db, ['todos']);
      await db.table('local').add({ id: 'l' });
      await commitTo(store, join, { changes: [todo('a'), todo('b')] });
      const plain = new Dexie(db.name);
      await plain.open();
      await plain.table('todos').add({ id: 1.5 });
      plain.close();
      await commitTo(store, join, { reset: { offer: null, adopt: false, cursor: 'e:1' } });
      const { sweeping } = await commitTo(store, join, { changes: [todo('b')], complete: true });
      equal(sweeping, false, 'sweeping');
      equal(await db.table('todos').toCollection().primaryKeys(), [1.5, 'b'], 'todos');
      equal(await db.table('local').count(), 1, 'local');
      await db.delete();
    },
  };
}
