// The browser takes something away: room, the connection, or all that was stored; or gives nothing
// in the first place.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { assertSynced, settle } from '../check.mjs';
import { until } from '../world.mjs';

const room = 3 << 20;
/** That no compression makes smaller. */
const rowOf = (id, bytes) => ({ id, n: 1, text: randomBytes(bytes / 2).toString('hex') });

export const cases = {
  async 'there is no room for the app’s write: it fails loudly, and nothing of it stays'(stage) {
    const a = await stage.device('A', { room });
    const b = await stage.device('B');
    await a.write(['put', 'todos', { id: 'x', n: 1 }]);
    await settle(a, b);
    const large = ['a', 'b', 'c', 'd', 'e'].map((id) => rowOf(id, 900_000));
    for (const op of [
      ['bulkPut', 'todos', large],
      ['bulkAdd', 'lists', large],
      ['put', 'todos', rowOf('x', 5 << 20)],
    ]) {
      const names = await a.call('tryWrite', op);
      assert.ok(names?.includes('QuotaExceededError'), `${op[0]}: ${names}`);
      assert.equal(await a.call('logged'), 0, op[0]);
    }
    assert.deepEqual([...(await a.rows()).values()], ['{"id":"x","n":1}']);
    await a.tab.limitRoom();
    await a.write(['bulkPut', 'todos', large]);
    const rows = Object.fromEntries(large.map((row) => [row.id, row]));
    await assertSynced(stage, { todos: { ...rows, x: { id: 'x', n: 1 } } });
  },

  async 'there is no room for a page: sync says so, waits, and goes on when there is'(stage) {
    const a = await stage.device('A', { room });
    const b = await stage.device('B');
    await a.write(['put', 'todos', { id: 'x', n: 1 }]);
    await settle(a, b);
    const large = ['a', 'b', 'c', 'd', 'e'].map((id) => rowOf(id, 900_000));
    await b.write(['bulkPut', 'todos', large], ['delete', 'todos', 'x']);
    await settle(b);
    const { error } = await a.call('untilStatus', { phase: 'waiting' });
    assert.deepEqual([error.code, error.retryable], ['storage_full', true]);
    assert.equal(await a.call('flush'), 'storage_full');
    assert.ok((await a.rows()).size < 5, 'not all fit');
    await a.tab.limitRoom();
    await a.call('untilStatus', { phase: 'idle', error: null });
    await assertSynced(stage, { todos: Object.fromEntries(large.map((row) => [row.id, row])) });
  },

  async 'the connection to the database is lost: it is opened again, and nothing else is'(stage) {
    const a = await stage.device('A');
    const b = await stage.device('B');
    const follower = await a.openTab();
    const expected = {};
    let n = 0;
    for (const event of [true, false, true, false])
      for (const tab of a.tabs) {
        const put = (device) => {
          const row = { id: `x${n}`, n: n++ };
          expected[row.id] = row;
          return device.write(['put', 'todos', row]);
        };
        // In the middle of writing, and of syncing what another wrote.
        const writing = [put(tab), put(b)];
        await tab.call('loseConnection', event);
        await Promise.all([...writing, put(tab), put(b)]);
        await settle(a, b);
      }
    // Idle, and nothing but a poke comes.
    for (const tab of a.tabs) await tab.call('loseConnection', true);
    const seen = follower.call('untilRow', 'todos', 'late', { n: 1 });
    await b.write(['put', 'todos', { id: 'late', n: 1 }]);
    await seen;
    await assertSynced(stage, { todos: { ...expected, late: { id: 'late', n: 1 } } });
  },
};

/** A device that held all that the hub has, and was emptied by `empty(device)`, starts anew. */
const emptied =
  (empty, options = {}) =>
  async (stage) => {
    const a = await stage.device('A', options);
    const b = await stage.device('B');
    const rows = Object.fromEntries(
      Array.from({ length: 500 }, (_, n) => [`k${n}`, { id: `k${n}`, n }]),
    );
    await a.write(['bulkPut', 'todos', Object.values(rows)], ['put', 'lists', { id: 'l', n: 1 }]);
    await settle(a, b);
    const before = a.proxy.calls.length;
    await empty(a);
    // A read that the browser cut off is the app's to repeat.
    const count = () =>
      a.rows().then(
        ({ size }) => size,
        () => 0,
      );
    await until(
      async () => (await count()) === 501,
      async () => `all rows on A, of which there are ${await count()}`,
    );
    const pushed = a.proxy.calls.slice(before).reduce((sum, { changes }) => sum + changes, 0);
    assert.equal(pushed, 0, 'changes pushed');
    await a.write(['update', 'todos', 'k1', { n: -1 }], ['delete', 'todos', 'k2']);
    await b.write(['update', 'todos', 'k3', { n: -3 }]);
    const { k2: _, ...left } = rows;
    Object.assign(left, { k1: { id: 'k1', n: -1 }, k3: { id: 'k3', n: -3 } });
    await assertSynced(stage, { todos: left, lists: { l: { id: 'l', n: 1 } } });
    return [a, b];
  };

const wipe = async (tab, storageTypes = 'all') => {
  const session = await tab.session();
  const { origin } = new URL(tab.device.proxy.url);
  await session.send('Storage.clearDataForOrigin', { origin, storageTypes });
};

Object.assign(cases, {
  'the browser evicts the origin while the app is closed: it reads all again': emptied(
    async (a) => {
      const other = await a.context.newPage();
      await a.tab.end();
      await wipe({ device: a, session: () => a.context.newCDPSession(other) });
      await a.openTab();
      await other.close();
    },
  ),

  'the browser evicts the origin under the open app: it reads all again': emptied((a) =>
    wipe(a.tab),
  ),

  'the browser evicts the origin under two open tabs: they read all again': emptied(async (a) => {
    await a.openTab();
    await wipe(a.tab);
  }),

  'the app empties every store, its own first: it reads all again': emptied((a) =>
    a.call('emptyStores', 'own last'),
  ),

  'the app empties every store, Tidemark’s first: it reads all again': emptied((a) =>
    a.call('emptyStores', 'own first'),
  ),

  'the app deletes its database and goes on with it: it reads all again': emptied((a) =>
    a.call('deleteDatabase', true),
  ),

  'the app deletes its database, and connects again: it reads all again': emptied(async (a) => {
    await a.call('deleteDatabase', false);
    await a.call('untilStatus', { phase: 'closed' });
    await a.tab.open();
    await a.tab.connect();
  }),

  'another context deletes the database: it is made again, and all is read': emptied(async (a) => {
    const follower = await a.openTab();
    await follower.call('deleteNatively', 'app');
  }),
});
