// Apps on localStorage: what one device writes, however it does, the others have.
import assert from 'node:assert/strict';
import { until } from '../sync/world.mjs';
import { tables } from './world.mjs';

/** Flushes until nothing is pending anywhere; one after the other, then each once more. */
async function settle(...tabs) {
  for (const tab of [...tabs, ...tabs]) assert.equal(await tab.call('flush'), null);
}

async function pair(stage) {
  const [first, second] = [await stage.device(), await stage.device()];
  return [await first.tab(), await second.tab()];
}

const untilItem = (tab, key, text) =>
  until(
    async () => (await tab.call('items'))[key] === text,
    async () => `${key} to be ${text}: ${JSON.stringify(await tab.call('items'))}`,
  );

const untilLost = (tab, key) =>
  until(
    async () => !(key in (await tab.call('items'))),
    () => `${key} to go`,
  );

export const cases = {
  async 'every key and pattern of a list is synced, and nothing else'(stage) {
    const [a, b] = await pair(stage);
    const keys = Object.values(tables).flatMap(({ keys, prefixes }) => [
      ...keys,
      ...prefixes.map((prefix) => `${prefix}2026-01-09`),
    ]);
    const expected = Object.fromEntries(keys.sort().map((key, n) => [key, JSON.stringify({ n })]));
    for (const [key, text] of Object.entries(expected)) await a.call('set', key, text);
    for (const key of ['token', 'tenure_prospect', 'Session-1'])
      await a.call('set', key, 'of this device');
    await settle(a, b);
    assert.deepEqual(await b.call('items'), expected);
    await b.call('remove', 'tempo_tasks');
    await settle(b, a);
    assert.equal((await a.call('items')).tempo_tasks, undefined);
    assert.equal((await a.call('items')).token, 'of this device');
    const report = await a.call('verify');
    for (const table of Object.values(report)) assert.equal(table.differing, 0);
  },

  async 'two devices change members of one object, and both stay'(stage) {
    const [a, b] = await pair(stage);
    await a.call('set', 'tenure_answers', '{"one":1,"two":1,"three":[1]}');
    await settle(a, b);
    for (const tab of [a, b]) await tab.call('setOnline', false);
    await a.call('setField', 'tenure_answers', 'one', 2);
    await b.call('setField', 'tenure_answers', 'two', 3);
    for (const tab of [a, b]) await tab.call('setOnline', true);
    await settle(a, b, a);
    for (const tab of [a, b])
      assert.deepEqual(JSON.parse(await tab.call('get', 'tenure_answers')), {
        one: 2,
        two: 3,
        three: [1],
      });
    assert.deepEqual(await a.call('losses'), []);
  },

  async 'code that knows nothing of it writes, and is recorded'(stage) {
    const device = await stage.device();
    const b = await (await stage.device()).tab();
    const a = await device.tab({ connect: false });
    await a.call('setPlainly', 'session-1', 'before the first connect');
    await a.connect();
    await untilItem(b, 'session-1', 'before the first connect');
    await a.call('setPlainly', 'session-1', 'while it is connected');
    await untilItem(b, 'session-1', 'while it is connected');
    await a.call('setPlainly', 'tenure_answers', '{"a":1}');
    await a.call('removePlainly', 'session-1');
    await untilItem(b, 'tenure_answers', '{"a":1}');
    await untilLost(b, 'session-1');
    const follower = await device.tab();
    await follower.call('setPlainly', 'session-2', 'in a tab that does not lead');
    await untilItem(b, 'session-2', 'in a tab that does not lead');
    await a.page.close();
    await follower.page.close();
    const unconnected = await device.tab({ connect: false });
    await unconnected.call('setPlainly', 'session-2', 'before a later connect');
    await unconnected.connect();
    await untilItem(b, 'session-2', 'before a later connect');
  },

  async "the page's code is told of what arrives, in every tab"(stage) {
    const [a, first] = await pair(stage);
    const second = await stage.tab(first.page.context());
    await a.call('set', 'session-1', 'one');
    await settle(a, first);
    await a.call('set', 'session-1', 'two');
    await a.call('remove', 'session-1');
    await settle(a, first);
    await untilLost(second, 'session-1');
    const change = { key: 'session-1', isLocal: true };
    for (const [tab, isTrusted] of [
      [first, false],
      [second, true],
    ]) {
      const told = await tab.call('events');
      assert.deepEqual(told[0], { ...change, oldValue: null, newValue: 'one', isTrusted });
      assert.deepEqual(told.at(-1).newValue, null);
    }
    // What is told is not taken for a write.
    assert.equal((await first.call('status')).pending, 0);
  },

  async 'tabs that write at once lose nothing'(stage) {
    const device = await stage.device();
    const tabs = [await device.tab(), await device.tab(), await device.tab()];
    const b = await (await stage.device()).tab();
    await tabs[0].call('set', 'tenure_answers', '{"kept":true}');
    await settle(tabs[0], b);
    const counts = 60;
    await Promise.all([
      ...tabs.map((tab, i) => tab.call('writeOn', `tenure_prosper_${i}_`, `tab${i}`, counts)),
      b.call('writeOn', 'tenure_prosper_b_', 'other', counts),
    ]);
    // A follower's last intents are on their way to the tab that leads.
    const isThere = async () => {
      for (const tab of [tabs[0], b, tabs[0], b]) await tab.call('flush');
      const items = await b.call('items');
      return Object.keys(items).length === 4 * counts + 1;
    };
    await until(isThere, async () => `${Object.keys(await b.call('items')).length} items`, 20_000);
    await settle(...tabs, b);
    const expected = { kept: true, tab0: counts, tab1: counts, tab2: counts, other: counts };
    for (const tab of [...tabs, b])
      assert.deepEqual(JSON.parse(await tab.call('get', 'tenure_answers')), expected);
    const own = (await tabs[0].call('own')).filter((key) => key.includes(':write:'));
    assert.deepEqual(own, []);
  },

  async 'tabs that crash while they write: what was stored arrives'(stage) {
    const device = await stage.device();
    const b = await (await stage.device()).tab();
    for (let round = 0; round < 5; round++) {
      const tabs = [await device.tab(), await device.tab()];
      const writing = tabs.map((tab, i) =>
        tab.call('writeOn', `tenure_prosper_${round}_${i}_`, `r${round}`, 400).catch(() => {}),
      );
      await new Promise((done) => setTimeout(done, 150 + 200 * Math.random()));
      for (const { page } of tabs) {
        const session = await device.context.newCDPSession(page);
        const crashed = new Promise((done) => page.once('crash', done));
        session.send('Page.crash').catch(() => {});
        await crashed;
        await page.close();
      }
      await Promise.all(writing);
    }
    const last = await device.tab();
    await settle(last, b);
    const items = await b.call('items');
    const missing = [...device.stored].filter((key) => !(key in items));
    assert.deepEqual(missing, []);
    assert.ok(device.stored.size > 20, `only ${device.stored.size} were stored`);
    assert.deepEqual(await last.call('items'), items);
  },

  async 'a full localStorage is said, and loses nothing'(stage) {
    const [a, b] = await pair(stage);
    await a.call('set', 'session-1', 'kept');
    await settle(a, b);
    await a.call('fill');
    assert.equal(await a.call('set', 'session-1', 'x'.repeat(5_000)), 'storage_full');
    assert.equal(await a.call('get', 'session-1'), 'kept');
    await b.call('set', 'session-2', 'y'.repeat(5_000));
    assert.equal(await b.call('flush'), null);
    assert.equal(await a.call('flush'), 'storage_full');
    assert.equal((await a.call('status')).error?.code, 'storage_full');
    await a.call('empty');
    await settle(a, b);
    assert.deepEqual(await a.call('items'), await b.call('items'));
    assert.equal((await a.call('items'))['session-2'].length, 5_000);
  },

  async 'another user finds nothing of the first'(stage) {
    const [a, b] = await pair(stage);
    await a.call('set', 'session-1', 'of the first');
    await a.call('setPlainly', 'theme', 'dark');
    await settle(a, b);
    await a.call('close');
    stage.token = stage.world.newToken();
    const other = await stage.tab(a.page.context());
    await until(
      async () => (await other.call('status')).phase === 'wrong-account',
      () => 'the other account to be noticed',
    );
    await other.call('switchAccount');
    await settle(other);
    assert.deepEqual(await other.call('items'), { theme: 'dark' });
    assert.deepEqual(await b.call('items'), { 'session-1': 'of the first' });
  },
};
