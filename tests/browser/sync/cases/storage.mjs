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
    // It cannot be opened for a while, and only the app asks for it.
    await follower.call('refuseOpening', 6);
    await follower.call('loseConnection', true);
    await until(
      () =>
        follower.call('rows').then(
          ({ length }) => length === n,
          () => false,
        ),
      () => 'all rows of the follower',
    );
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

/** What a page without the app's database gets of `connect()`, and of its own. */
const refusing = (takeAway) => async (stage) => {
  const a = await stage.device('A', { connect: false, open: false, before: takeAway });
  assert.equal(await a.call('connectFault'), 'storage_unavailable');
  // The app's own code goes on: it hears of Dexie what it hears without Tidemark.
  const fault = await a.call('writeFault', true);
  assert.match(fault, /Error/);
  assert.equal(await a.call('writeFault', false), fault);
  assert.equal(a.proxy.calls.length, 0, 'calls');
};

const wipe = async (tab, storageTypes = 'all') => {
  const session = await tab.session();
  const { origin } = new URL(tab.device.proxy.url);
  await session.send('Storage.clearDataForOrigin', { origin, storageTypes });
};

Object.assign(cases, {
  'a browser without IndexedDB: connect() says so, and the app goes on': refusing(() => {
    Object.defineProperty(window, 'indexedDB', { value: undefined });
  }),

  'IndexedDB refuses to open, as where site data is blocked: connect() says so': refusing(() => {
    IDBFactory.prototype.open = () => {
      throw new DOMException('access to the Indexed Database API is denied', 'SecurityError');
    };
  }),

  async 'a private window syncs like any other, and forgets'(stage) {
    const a = await stage.device('A');
    await a.write(['put', 'todos', { id: 'x', n: 1 }]);
    await settle(a);
    assert.equal((await a.call('status')).persisted, false);
    await a.context.close();
    // Another one of the same user: nothing is left, and all is read again.
    const again = await stage.device('A again');
    stage.devices.splice(stage.devices.indexOf(a), 1);
    await a.proxy.close();
    await assertSynced(stage, { todos: { x: { id: 'x', n: 1 } } });
    assert.equal(
      again.proxy.calls.reduce((sum, { changes }) => sum + changes, 0),
      0,
    );
  },

  async 'storage that the browser promised to keep is said to be kept'(stage) {
    const a = await stage.device('A', { connect: false });
    const session = await a.tab.session();
    const { targetInfo } = await session.send('Target.getTargetInfo');
    await session.send('Browser.setPermission', {
      browserContextId: targetInfo.browserContextId,
      permission: { name: 'persistent-storage' },
      setting: 'granted',
      origin: new URL(a.proxy.url).origin,
    });
    await a.tab.connect();
    await a.call('untilStatus', { persisted: true });
  },

  async 'a write and its log entry are as durable as the app asks of Dexie'(stage) {
    for (const durability of ['strict', 'relaxed']) {
      const a = await stage.device(durability, { durability });
      await a.write(['put', 'todos', { id: 'x', n: 1 }]);
      await settle(a);
      for (const op of [
        ['put', 'todos', { id: 'x', n: 2 }],
        ['bulkPut', 'todos', [{ id: 'y' }, { id: 'z' }]],
        ['delete', 'todos', 'z'],
      ])
        assert.deepEqual(
          await a.call('durabilityOf', op),
          { todos: durability, $tidemark_log: durability },
          op[0],
        );
    }
  },

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
