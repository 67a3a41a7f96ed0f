// Tabs that hold something the others need: a frozen one the lead, an old one the database.
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { assertSynced, settle } from '../check.mjs';
import { until } from '../world.mjs';

const termOf = async (tab) => {
  const [, [state]] = (await tab.call('dump')).find(([name]) => name === '$tidemark_state');
  return state.term;
};

export const cases = {
  async 'the leading tab is frozen: another takes over, and the old term stores nothing'(stage) {
    const takeoverMs = 2_000;
    const a = await stage.device('A', { takeoverMs, live: false });
    const [leader] = a.tabs;
    await settle(a);
    const follower = await a.openTab();
    const third = await a.openTab();
    const term = await termOf(leader);
    // In the middle of an exchange, whose answer comes when it no longer leads.
    let release;
    let onHeld;
    const held = new Promise((resolve) => (onHeld = resolve));
    const released = new Promise((resolve) => (release = resolve));
    a.proxy.rule('hold', { call: 'full', until: released, onHeld });
    await leader.write(['put', 'todos', { id: 'x', n: 1 }]);
    await held;
    await leader.freeze();
    const begun = Date.now();
    await follower.write(['put', 'todos', { id: 'y', n: 2 }]);
    assert.equal(await follower.call('flush'), null);
    stage.note(`taken over within ${Date.now() - begun} ms of ${takeoverMs}`);
    assert.equal(await termOf(follower), term + 1, 'terms');
    await follower.write(['update', 'todos', 'x', { n: 3 }], ['delete', 'todos', 'y']);
    assert.equal(await third.call('flush'), null);
    release();
    await leader.thaw();
    // It follows, and speaks and listens as the others do.
    await leader.write(['put', 'todos', { id: 'z', n: 3 }]);
    assert.equal(await leader.call('flush'), null);
    for (const tab of [leader, follower, third])
      await tab.call('untilStatus', { phase: 'idle', pending: 0, error: null });
    assert.equal(await termOf(follower), term + 1, 'terms in the end');
    await stage.device('B');
    const todos = { x: { id: 'x', n: 3 }, z: { id: 'z', n: 3 } };
    await assertSynced(stage, { todos });
    // And leads again once the others are gone.
    await follower.end();
    await third.end();
    await leader.write(['put', 'todos', { id: 'last', n: 4 }]);
    await leader.call('untilStatus', { phase: 'idle', pending: 0 });
    await assertSynced(stage, { todos: { ...todos, last: { id: 'last', n: 4 } } });
  },

  async 'a leader that is only in the background keeps the lead'(stage) {
    const a = await stage.device('A', { takeoverMs: 5_000 });
    const [leader] = a.tabs;
    await settle(a);
    const follower = await a.openTab();
    const term = await termOf(leader);
    await leader.hide();
    const end = Date.now() + 8_000;
    for (let n = 0; Date.now() < end; n++) {
      await follower.write(['put', 'todos', { id: `x${n}`, n }]);
      assert.equal(await follower.call('flush'), null);
      await sleep(200);
    }
    assert.equal(await termOf(follower), term, 'terms');
  },

  async 'a new version of the app: the old tab makes way and stops, the new one goes on'(stage) {
    const a = await stage.device('A', { tables: ['todos'] });
    const b = await stage.device('B', { tables: ['todos'] });
    const [old] = a.tabs;
    await a.write(['put', 'todos', { id: 'x', n: 1 }]);
    await settle(a, b);
    await old.call('setOnline', false);
    await old.write(['put', 'todos', { id: 'y', n: 1 }]);
    const next = { schema: { todos: 'id, n', tags: 'id' }, set: ['todos', { v: 2 }] };
    const renewed = await a.openTab({ next, tables: ['todos', 'tags'] });
    const { phase, error } = await old.call('status');
    assert.deepEqual([phase, error?.code], ['outdated', 'app_outdated']);
    assert.equal(await old.call('flush'), 'closed');
    await renewed.write(['put', 'tags', { id: 't' }]);
    assert.equal(await old.call('isOpen'), false, 'nobody there has asked for it');
    // What the old one still writes is recorded, and sent by the new one.
    await old.write(['put', 'todos', { id: 'z', n: 1 }]);
    assert.equal(await renewed.call('flush'), null);
    const todos = {
      x: { id: 'x', n: 1, v: 2 },
      y: { id: 'y', n: 1, v: 2 },
      // Written by the old app, and upgraded by the other device.
      z: { id: 'z', n: 1, v: 2 },
    };
    await old.end();
    await settle(b);
    await b.tab.end();
    await b.openTab({ next, tables: ['todos', 'tags'] });
    await assertSynced(stage, { todos, tags: { t: { id: 't' } } });
  },

  async 'live queries of every kind show what comes from the hub, in every tab'(stage) {
    const row = (n) => ({ id: `k${n}`, n, done: n % 2 });
    const schema = { todos: 'id, n, done' };
    const a = await stage.device('A', { schema });
    const b = await stage.device('B', { schema });
    await b.write(['bulkPut', 'todos', Array.from({ length: 10 }, (_, n) => row(n))]);
    await settle(b, a);
    await a.openTab();
    await a.openTab();
    for (const tab of a.tabs) await tab.call('watchQueries');
    const shows = async (expected) => {
      for (const [i, tab] of a.tabs.entries()) {
        const same = async () => {
          const [shown, is] = await tab.call('watched');
          return Object.keys(is).every((name) => shown[name] === is[name]) && expected(is);
        };
        await until(same, async () => `tab ${i}: ${JSON.stringify(await tab.call('watched'))}`);
      }
    };
    await shows(({ count }) => count === '10');
    await b.write(['put', 'todos', { id: 'new', n: 5, done: 1 }]);
    await shows(({ count, some }) => count === '11' && some.includes('new'));
    await b.write(['update', 'todos', 'k3', { n: 100 }]);
    await shows(({ last }) => last.includes('100'));
    await b.write(['modify', 'todos', { done: 1 }]);
    await shows(({ equal }) => equal.includes('k2'));
    await b.write(['bulkDelete', 'todos', ['k1', 'k5']]);
    await shows(({ count }) => count === '9');
    await b.write(['clear', 'todos']);
    await shows(({ count, all }) => count === '0' && all === '[]');
    await b.write(['bulkAdd', 'todos', [row(3), row(4)]]);
    await shows(({ count, one }) => count === '2' && one.includes('k3'));
    // What one tab reads again from the beginning, all show.
    await a.tabs[0].call('writeBehind', 'todos', 'k3', { id: 'k3', n: -1, done: 0 });
    await a.tabs[1].call('verify');
    await shows(({ one }) => one.includes('"n":3'));
    await a.tabs[0].call('switchAccount', 'discard');
    await shows(({ count, one }) => count === '2' && one.includes('"n":3'));
    await settle(a, b);
  },
};
