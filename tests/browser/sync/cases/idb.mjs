// A device on IndexedDB without Dexie, with one on Dexie.
import assert from 'node:assert/strict';
import { assertEverywhere, assertSynced, settle } from '../check.mjs';
import { until } from '../world.mjs';

const page = '/idb.js';

export const cases = {
  async 'idb and Dexie: what either writes, however it does, the other has'(stage) {
    const a = await stage.device('A', { page });
    const b = await stage.device('B');
    await b.write(['put', 'todos', { id: 'of B', n: 1 }], ['put', 'lists', { id: 'gone' }]);
    const seen = a.call('untilRow', 'todos', 'of B', { n: 1 });
    await a.write(
      ['bulkPut', 'todos', Array.from({ length: 30 }, (_, n) => ({ id: `a${n}`, n }))],
      ['add', 'lists', { id: 'l', title: 'List' }],
    );
    await seen;
    await settle(a, b);
    // Both write what the other has: other fields of one record, in one transaction, by a cursor.
    for (const device of [a, b]) await device.call('setOnline', false);
    await a.write(['modify', 'lists', { by: 'A' }], ['delete', 'lists', 'gone']);
    await a.call('transaction', [
      ['update', 'todos', 'of B', { title: 'A' }],
      ['bulkDelete', 'todos', ['a3', 'a4']],
    ]);
    await a.call('transaction', [['clear', 'todos']], true);
    await b.write(['update', 'todos', 'of B', { n: 2 }], ['update', 'lists', 'l', { n: 1 }]);
    assert.equal((await a.call('status')).pending, 6);
    for (const device of [a, b]) await device.call('setOnline', true);
    await settle(a, b);
    const left = Array.from({ length: 30 }, (_, n) => ({ id: `a${n}`, n }));
    const todos = left.filter(({ n }) => n !== 3 && n !== 4).map((row) => [row.id, row]);
    await assertSynced(stage, {
      todos: [...todos, ['of B', { id: 'of B', n: 2, title: 'A' }]],
      lists: { l: { id: 'l', title: 'List', by: 'A', n: 1 } },
    });
    assert.deepEqual([await a.call('logged'), await b.call('logged')], [0, 0]);
    const { todos: compared } = await a.call('verify');
    assert.deepEqual(compared, { equal: 29, differing: 0, repaired: 0 });
  },

  async 'idb and Dexie: a value of every kind, both ways'(stage) {
    const options = { schema: { samples: 'id' } };
    const a = await stage.device('A', { ...options, page });
    const b = await stage.device('B', options);
    await a.call('writeSamples', 'by A');
    await settle(a, b);
    await assertEverywhere(stage, await a.rows());
    await b.call('writeSamples', 'by B');
    await settle(b, a);
    const rows = await b.rows();
    assert.ok(rows.size > 20, `${rows.size} rows`);
    await assertEverywhere(stage, rows);
  },

  async 'idb: two tabs, of which one talks to the network, and another takes over'(stage) {
    const a = await stage.device('A', { page });
    const b = await stage.device('B');
    const expected = {};
    const put = (to, id) => {
      expected[id] = { id, n: 1 };
      return to.write(['put', 'todos', expected[id]]);
    };
    for (const end of ['end', 'close', 'crash']) {
      const [leader] = a.tabs;
      const follower = await a.openTab();
      await settle(a);
      for (const tab of [leader, follower]) await tab.call('changed');
      await Promise.all([put(leader, `l ${end}`), put(follower, `f ${end}`)]);
      const ids = [`l ${end}`, `f ${end}`];
      await Promise.all(ids.map((id) => b.call('untilRow', 'todos', id, { n: 1 })));
      // What the hub brings shows in both tabs, and so does what the other tab wrote.
      const seen = [leader, follower].map((tab) => tab.call('untilRow', 'todos', end, { n: 1 }));
      await put(b, end);
      await Promise.all(seen);
      for (const tab of [leader, follower]) assert.ok((await tab.call('changed')).length >= 3);
      assert.equal(a.proxy.inFlightMax, 1, 'calls at a time');
      assert.equal(a.proxy.lives.size, 1, 'live connections');
      if (end === 'close') {
        await leader.call('close');
        await leader.call('untilStatus', { phase: 'closed' });
        await leader.end();
      } else await leader[end]();
      await put(follower, `after ${end}`);
      await b.call('untilRow', 'todos', `after ${end}`, { n: 1 });
    }
    await settle(a, b);
    await assertSynced(stage, { todos: expected });
  },

  async 'idb: tabs that crash while they write lose nothing that was stored'(stage) {
    const a = await stage.device('A', { page });
    const b = await stage.device('B');
    for (let round = 0; round < 3; round++) {
      const writing = [a.tab, await a.openTab()].map((tab, i) =>
        tab.call('writeOn', 'todos', `${round}${i}`, 80, 5).catch(() => {}),
      );
      const before = a.stored.size;
      await until(
        () => a.stored.size > before + 10 + stage.random() * 30,
        () => `${a.stored.size} stored`,
      );
      for (const tab of [...a.tabs]) await tab.crash();
      await Promise.all(writing);
      await a.openTab();
    }
    await settle(a, b);
    const rows = await b.rows();
    const lost = [...a.stored].filter((id) => !rows.has(`todos\t"${id}"`));
    assert.deepEqual(lost, []);
    await assertEverywhere(stage, rows);
    stage.note(`${a.stored.size} rows`);
  },

  async 'idb: what is written through another handle is found by verify'(stage) {
    const a = await stage.device('A', { page });
    const b = await stage.device('B');
    await a.write(['put', 'todos', { id: 'seen', n: 1 }]);
    await settle(a, b);
    await a.call('writeUnseen', 'todos', { id: 'unseen', n: 1 });
    assert.deepEqual([await a.call('logged'), (await a.call('status')).pending], [0, 0]);
    const { todos } = await a.call('verify');
    assert.deepEqual(todos, { equal: 1, differing: 1, repaired: 1 });
    await settle(a, b);
    await assertSynced(stage, {
      todos: { seen: { id: 'seen', n: 1 }, unseen: { id: 'unseen', n: 1 } },
    });
  },

  async 'idb: a tab with a newer version is let through, and told of'(stage) {
    const a = await stage.device('A', { page });
    const [first] = a.tabs;
    await settle(a);
    await first.call('setOnline', false);
    await first.write(['put', 'todos', { id: 'kept', n: 1 }]);
    const second = await a.openTab({ connect: false });
    await second.call('upgrade');
    const { error } = await first.call('untilStatus', { phase: 'outdated' });
    assert.equal(error.code, 'app_outdated');
    // What was pending is sent by the newer one.
    await second.connect();
    assert.equal(await second.call('flush'), null);
    assert.deepEqual([...(await stage.hubRows()).keys()], ['todos\t"kept"']);
  },
};
