// Where the limit of an outbox cuts a log whose entries are write calls: of several records, of one
// record twice, of calls that have no stamp yet.
import type { Join } from '../../../js/src/merge.js';
import type { Commit, PendingWrite } from '../../../js/src/stores/store.js';
import { equal } from '../../../js/src/testing/contract.js';
import { stampAt, TestClock } from '../../../js/src/testing/index.js';
import { connect, freshName, openDexie, testAddon } from './driver.js';

export function outboxTests(join: Join): Record<string, () => Promise<void>> {
  return {
    'a call that names a record twice is cut between: the rest is carried': async () => {
      const db = openDexie({ todos: 'id' });
      const store = await connect(db, ['todos']);
      const rows = [{ id: 'a', n: 1 }, { id: 'b' }, { id: 'a', n: 2 }];
      await db.table('todos').bulkPut(rows);
      const { writes: all } = await store.readOutbox(10);
      equal(
        all.map(({ id, carries }) => [id, carries === undefined]),
        [
          ['"a"', true],
          ['"b"', true],
          ['"a"', true],
        ],
        'all',
      );
      const { writes } = await store.readOutbox(2);
      equal(
        writes.map(({ id, index, columns }) => [id, index, columns.base]),
        [
          ['"a"', 0, all[2]?.columns.base],
          ['"b"', 1, all[1]?.columns.base],
        ],
        'carried',
      );
      await store.sending(writes.slice(0, 1));
      const said = (await store.readOutbox(10)).writes.map(({ create }) => create);
      equal(said, [false, true, false], 'what still creates');
      await db.delete();
    },

    'what is carried is found behind many other writes': async () => {
      const db = openDexie({ todos: 'id' });
      const store = await connect(db, ['todos']);
      await db.table('todos').put({ id: 'a', n: 0 });
      // More than are read at a time.
      await db.transaction('rw', 'todos', async () => {
        for (let n = 0; n < 1_100; n++) await db.table('todos').put({ id: 'b', n });
      });
      await db.table('todos').update('a', { n: 1 });
      const { writes, pending } = await store.readOutbox(1);
      const names = writes.map(({ columns }) => [...columns.fields.keys()]);
      equal([names, pending], [[['n']], 1_102], 'outbox');
      await db.delete();
    },

    'what is carried is what the log has then: more, less, another stamp, an offer': async () => {
      const db = openDexie({ todos: 'id' });
      const store = await connect(db, ['todos']);
      const commitTo = async (commit: Partial<Commit>) => {
        const full = { acknowledged: [], changes: [], clock: null, offsetMs: null, ...commit };
        await store.commit(full, join, await store.lead());
      };
      const first = async () => {
        const [write] = (await store.readOutbox(1)).writes;
        return write as PendingWrite;
      };
      const carried = async () => {
        const { id, carries = [] } = await first();
        return [id, ...carries.map(({ columns }) => [...columns.fields.keys()].join())];
      };
      const update = (fields: object) => db.table('todos').update('a', fields);
      const head = { table: 'todos', id: '"a"', stamp: stampAt(10) };
      const journal = [head, { ...head, id: '"b"' }];
      await commitTo({ changes: [{ ...head, row: { id: 'a' } }], journal, seq: 2 });
      await update({ k: 1 });
      await update({ l: 1 });
      equal(await carried(), ['"a"', 'l'], 'at first');
      await update({ m: 1 });
      equal(await carried(), ['"a"', 'l', 'm'], 'more');
      const [, second] = (await store.readOutbox(10)).writes as [PendingWrite, PendingWrite];
      await commitTo({ acknowledged: [{ write: second, result: 'sent' }] });
      equal(await carried(), ['"a"', 'm'], 'less');
      const clock = new TestClock('00000000000000cc', 9_000_000);
      await store.restamp((_, count) => clock.reserve(count));
      const { columns } = await first();
      equal([...columns.fields.values()], [stampAt(9_001_000, clock.node), columns.register], 'at');
      await commitTo({ acknowledged: [{ write: await first(), result: 'later' }] });
      equal(await carried(), ['"a"', 'k'], 'put off');
      await commitTo({ reset: { offer: 1, adopt: false, cursor: 'e:2' }, cursor: null });
      equal((await first()).offer, 'e:2', 'an offer');
      equal(await carried(), ['"a"', 'm', 'k'], 'carries what is behind it');
      await commitTo({ acknowledged: [{ write: await first(), result: 'sent' }] });
      equal(await carried(), ['"b"'], 'the next');
      await db.delete();
    },

    'an offer carries what an outbox before it had': async () => {
      const db = openDexie({ todos: 'id' });
      const store = await connect(db, ['todos']);
      const commitTo = async (commit: Partial<Commit>) => {
        const full = { acknowledged: [], changes: [], clock: null, offsetMs: null, ...commit };
        await store.commit(full, join, await store.lead());
      };
      const head = { table: 'todos', id: '"a"', stamp: stampAt(10) };
      await commitTo({ changes: [{ ...head, row: { id: 'a' } }], journal: [head], seq: 2 });
      await db.table('todos').update('a', { n: 1 });
      for (const id of ['b', 'c', 'd']) await db.table('todos').put({ id });
      equal((await store.readOutbox(3)).writes.length, 2, 'before');
      await commitTo({ reset: { offer: 1, adopt: false, cursor: 'e:2' }, cursor: null });
      const [write] = (await store.readOutbox(1)).writes;
      equal([write?.offer, [...(write?.columns.fields.keys() ?? [])]], ['e:2', ['n']], 'carried');
      await db.delete();
    },

    'what is to be carried gets its stamp first': async () => {
      const name = freshName();
      const first = openDexie({ todos: 'id' }, name);
      await connect(first, ['todos']);
      await first.table('todos').add({ id: 'a', n: 1 });
      first.close();
      let broken = true;
      const engine = async () => {
        if (broken) throw new Error('no wasm');
        return new TestClock('00000000000000cc', 9_000_000);
      };
      const second = openDexie({ todos: 'id' }, name, testAddon(engine));
      await second.table('todos').update('a', { n: 2 });
      broken = false;
      const store = await connect(second, ['todos']);
      const [write] = (await store.readOutbox(1)).writes;
      const { writes: all } = await store.readOutbox(10);
      equal(all.length, 2, 'all');
      equal(write?.columns.register, all[1]?.columns.register, 'carried');
      equal(write?.columns.register.endsWith('cc'), true, 'under the new engine');
      await second.delete();
    },
  };
}
