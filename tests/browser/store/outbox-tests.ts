// Where the limit of an outbox cuts a log whose entries are write calls: of several records, of one
// record twice, of calls that have no stamp yet.
import { equal } from '../../../js/src/testing/contract.js';
import { TestClock } from '../../../js/src/testing/index.js';
import { connect, freshName, openDexie, testAddon } from './driver.js';

export function outboxTests(): Record<string, () => Promise<void>> {
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
      for (let n = 0; n < 150; n++) await db.table('todos').put({ id: 'b', n });
      await db.table('todos').update('a', { n: 1 });
      const { writes, pending } = await store.readOutbox(1);
      const names = writes.map(({ columns }) => [...columns.fields.keys()]);
      equal([names, pending], [[['n']], 152], 'outbox');
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
