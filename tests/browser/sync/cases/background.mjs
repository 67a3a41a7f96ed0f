// Sync without a page: the service worker is woken as the browser wakes it, by Background Sync and
// its periodic form.
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { assertSynced, settle } from '../check.mjs';
import { until } from '../world.mjs';

/** The app's service worker on a device, spoken to by a page of the origin without the app. */
async function workerOf(device) {
  await device.call('startServiceWorker', device.stage.tokens[0]);
  const page = await device.context.newPage();
  const session = await device.context.newCDPSession(page);
  const registered = new Promise((resolve) => {
    session.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
      const [found] = registrations;
      if (found) resolve(found.registrationId);
    });
  });
  await session.send('ServiceWorker.enable');
  const { origin } = new URL(device.proxy.url);
  await page.goto(`${origin}/sw.js`);
  const registrationId = await registered;
  const event = { origin, registrationId, tag: 'tidemark' };
  return {
    sync: (lastChance = false) =>
      session.send('ServiceWorker.dispatchSyncEvent', { ...event, lastChance }),
    periodicSync: () => session.send('ServiceWorker.dispatchPeriodicSyncEvent', event),
  };
}

const hubHas = (stage, key) =>
  until(
    async () => (await stage.hubRows()).has(key),
    async () => `${key} at the hub, which has ${[...(await stage.hubRows()).keys()]}`,
  );

export const cases = {
  async 'a page writes offline and is closed: the service worker sends it'(stage) {
    const a = await stage.device('A');
    const worker = await workerOf(a);
    await settle(a);
    await a.call('requestBackgroundSync');
    assert.deepEqual(await a.call('syncTags'), []);
    await a.offline();
    await a.write(['put', 'todos', { id: 'x', n: 1 }]);
    await a.call('untilStatus', { phase: 'offline', pending: 1 });
    await until(
      async () => (await a.call('syncTags')).includes('tidemark'),
      () => 'the browser to be asked',
    );
    await a.tab.end();
    await a.online();
    await worker.sync();
    await hubHas(stage, 'todos\t"x"');
    await a.openTab();
    await stage.device('B');
    await assertSynced(stage, { todos: { x: { id: 'x', n: 1 } } });
  },

  async 'periodic sync brings what others wrote while no page was open'(stage) {
    const a = await stage.device('A');
    const b = await stage.device('B');
    const worker = await workerOf(a);
    await settle(a, b);
    await a.tab.end();
    await b.write(['put', 'todos', { id: 'x', n: 1 }]);
    await settle(b);
    const before = a.proxy.calls.length;
    await worker.periodicSync();
    await until(
      () => a.proxy.calls.length > before && a.proxy.calls.at(-1).status === 200,
      () => 'a call of the service worker',
    );
    await sleep(300);
    // The network is gone when the page opens: what it shows was there.
    a.proxy.rule('before', { times: 1e9 });
    await a.openTab();
    assert.deepEqual(await a.call('row', 'todos', 'x'), { id: 'x', n: 1 });
    a.proxy.clear();
    await assertSynced(stage, { todos: { x: { id: 'x', n: 1 } } });
  },

  async 'while a page leads, the service worker has it sync: one call at a time, under one term'(
    stage,
  ) {
    const a = await stage.device('A', { live: false });
    const worker = await workerOf(a);
    await settle(a);
    const [, [before]] = (await a.call('dump')).find(([name]) => name === '$tidemark_state');
    a.proxy.rule('delay', { times: 1e9, ms: 30 });
    a.proxy.inFlightMax = 0;
    const rows = Array.from({ length: 30 }, (_, n) => ({ id: `x${n}`, n }));
    for (const row of rows) {
      await a.write(['put', 'todos', row]);
      await Promise.all([worker.sync(), worker.periodicSync()]);
      await sleep(20);
    }
    // What the service worker asked for last may be under way for a while.
    for (let calls = -1; calls !== a.proxy.calls.length; await sleep(1_000))
      calls = a.proxy.calls.length;
    a.proxy.clear();
    await stage.device('B');
    await assertSynced(stage, { todos: Object.fromEntries(rows.map((row) => [row.id, row])) });
    assert.equal(a.proxy.inFlightMax, 1, 'calls at a time');
    const [, [after]] = (await a.call('dump')).find(([name]) => name === '$tidemark_state');
    assert.equal(after.term, before.term, 'terms');
  },

  async 'a page opens while the service worker syncs: it takes over when that is done'(stage) {
    const a = await stage.device('A');
    const worker = await workerOf(a);
    await settle(a);
    await a.call('setOnline', false);
    await a.write(['put', 'todos', { id: 'x', n: 1 }]);
    await a.tab.end();
    a.proxy.inFlightMax = 0;
    a.proxy.rule('delay', { times: 1e9, ms: 400 });
    await worker.sync();
    await until(
      () => a.proxy.calls.at(-1).name === 'full' || a.proxy.calls.at(-1).changes > 0,
      () => 'the push of the service worker',
    );
    await a.openTab();
    await a.write(['put', 'todos', { id: 'y', n: 2 }]);
    a.proxy.clear();
    await stage.device('B');
    await assertSynced(stage, { todos: { x: { id: 'x', n: 1 }, y: { id: 'y', n: 2 } } });
    assert.ok(a.proxy.inFlightMax <= 2, `${a.proxy.inFlightMax} calls at a time`);
  },

  async 'a sync that fails is tried again by the next event, and nothing is lost'(stage) {
    const a = await stage.device('A');
    const worker = await workerOf(a);
    await settle(a);
    await a.call('setOnline', false);
    await a.write(['put', 'todos', { id: 'x', n: 1 }]);
    await a.tab.end();
    a.proxy.rule('answer', { times: 1, status: 503 });
    await worker.sync();
    await until(
      () => a.proxy.calls.at(-1).fault === 'answer',
      () => 'the failed call',
    );
    await sleep(300);
    assert.equal((await stage.hubRows()).size, 0);
    await worker.sync(true);
    await hubHas(stage, 'todos\t"x"');
    await a.openTab();
    await assertSynced(stage, { todos: { x: { id: 'x', n: 1 } } });
  },
};
