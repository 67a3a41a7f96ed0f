// Several tabs of one device: one talks to the network, all write and are told.
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { assertEverywhere, assertSynced, settle } from '../check.mjs';
import { until } from '../world.mjs';

const sumOfChanges = ({ proxy }) => proxy.calls.reduce((sum, { changes }) => sum + changes, 0);

export const cases = {
  async 'two tabs: the writes of both arrive once, and both know the status'(stage) {
    const a = await stage.device('A');
    const [leader] = a.tabs;
    await settle(a);
    const follower = await a.openTab();
    const before = sumOfChanges(a);
    const expected = {};
    const writes = [];
    for (const [name, tab] of [
      ['leader', leader],
      ['follower', follower],
    ])
      for (let n = 0; n < 40; n++) {
        const row = { id: `${name}${n}`, n };
        expected[row.id] = row;
        writes.push(tab.write(['put', 'todos', row]));
      }
    await Promise.all(writes);
    for (const tab of [leader, follower]) assert.equal(await tab.call('flush'), null);
    assert.equal(sumOfChanges(a) - before, 80, 'each write is pushed once');
    for (const tab of [leader, follower]) {
      const { phase, pending, lastSyncedAt } = await tab.call('status');
      assert.deepEqual([phase, pending, typeof lastSyncedAt], ['idle', 0, 'number']);
    }
    assert.equal(a.proxy.inFlightMax, 1, 'calls at a time');
    assert.equal(a.proxy.lives.size, 1, 'live connections');
    // What is pending shows in both, whoever wrote it.
    await leader.call('setOnline', false);
    await follower.write(['put', 'todos', { id: 'late', n: 1 }]);
    for (const tab of [leader, follower])
      await tab.call('untilStatus', { phase: 'offline', pending: 1 });
    await leader.call('setOnline', true);
    for (const tab of [leader, follower])
      await tab.call('untilStatus', { phase: 'idle', pending: 0 });
    // What another device writes shows in both.
    const b = await stage.device('B');
    const seen = [leader, follower].map((tab) => tab.call('untilRow', 'todos', 'news', { n: 1 }));
    await b.write(['put', 'todos', { id: 'news', n: 1 }]);
    await Promise.all(seen);
    await assertSynced(stage, {
      todos: { ...expected, late: { id: 'late', n: 1 }, news: { id: 'news', n: 1 } },
    });
  },

  async 'the leading tab is closed, then one crashes: another takes over'(stage) {
    const a = await stage.device('A');
    const b = await stage.device('B');
    const expected = {};
    let n = 0;
    for (const end of ['end', 'crash', 'close', 'crash']) {
      const [leader] = a.tabs;
      const follower = await a.openTab();
      await settle(a);
      for (const tab of [leader, follower]) {
        const row = { id: `x${n}`, n: n++ };
        expected[row.id] = row;
        await tab.write(['put', 'todos', row]);
      }
      if (end === 'close') {
        await leader.call('close');
        await leader.end();
      } else await leader[end]();
      const row = { id: `x${n}`, n: n++ };
      expected[row.id] = row;
      await follower.write(['put', 'todos', row]);
      await follower.call('untilStatus', { phase: 'idle', pending: 0 });
      await b.call('untilRow', 'todos', row.id, { n: row.n });
    }
    await assertSynced(stage, { todos: expected });
  },

  async 'a flush of a following tab survives the death of the leader'(stage) {
    const a = await stage.device('A');
    const [leader] = a.tabs;
    await settle(a);
    const follower = await a.openTab();
    let onHeld;
    const held = new Promise((resolve) => (onHeld = resolve));
    a.proxy.rule('hold', { call: 'full', until: new Promise(() => {}), onHeld });
    await follower.write(['put', 'todos', { id: 'x', n: 1 }]);
    const flushed = follower.call('flush');
    await held;
    await leader.crash();
    assert.equal(await flushed, null);
    await assertSynced(stage, { todos: { x: { id: 'x', n: 1 } } });
  },

  async 'fifty flushes at once make one call at a time'(stage) {
    const a = await stage.device('A', { live: false });
    await settle(a);
    const follower = await a.openTab();
    a.proxy.rule('delay', { times: 1e9, ms: 20 });
    a.proxy.inFlightMax = 0;
    const before = a.proxy.calls.length;
    await a.tabs[0].write(['put', 'todos', { id: 'x', n: 1 }]);
    const done = await Promise.all(a.tabs.map((tab) => tab.call('flushMany', 50)));
    assert.deepEqual(done, [50, 50], 'flushes that succeeded');
    assert.equal(a.proxy.inFlightMax, 1, 'calls at a time');
    const calls = a.proxy.calls.length - before;
    assert.ok(calls <= 6, `${calls} calls for 100 flushes`);
    assert.equal(sumOfChanges(a), 1);
    assert.equal((await follower.call('status')).pending, 0);
    stage.note(`${calls} calls for 100 flushes`);
    await assertSynced(stage, { todos: { x: { id: 'x', n: 1 } } });
  },

  async 'four tabs write while tabs die and others open'(stage) {
    const { random } = stage;
    const a = await stage.device('A');
    const b = await stage.device('B');
    for (let i = 0; i < 3; i++) await a.openTab();
    let writers = 0;
    const write = (tab) => tab.call('writeOn', 'todos', `w${writers++}`, 60, 6).catch(() => {});
    let writing = a.tabs.map(write);
    for (let round = 0; round < 5; round++) {
      await sleep(50 + random() * 150);
      const victim = a.tabs[Math.floor(random() * a.tabs.length)];
      await (random() < 0.5 ? victim.crash() : victim.end());
      writing.push(write(await a.openTab()));
    }
    await Promise.all(writing);
    writing = [];
    await settle(a, b);
    const rows = await a.rows();
    for (const id of a.stored)
      assert.ok(rows.has(`todos\t"${id}"`), `${id} was stored and is not there`);
    assert.ok(
      rows.size >= a.stored.size && a.stored.size > 200,
      `${a.stored.size} writes, ${rows.size} rows`,
    );
    await assertEverywhere(stage, rows);
    await until(
      () => a.proxy.lives.size <= 1,
      () => 'one live connection',
    );
    assert.equal(a.proxy.inFlightMax <= 2, true, `${a.proxy.inFlightMax} calls at a time`);
    stage.note(`${a.stored.size} writes of ${writers} tabs`);
  },
};
