// Several clients over one database: one of them syncs, for all of them.
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { SyncClient } from '../../js/src/client.js';
import type { Engine } from '../../js/src/engine.js';
import { TidemarkError } from '../../js/src/errors.js';
import { msOf } from '../../js/src/stamp-words.js';
import { realEngine } from './support/core.js';
import { Device, isQuiet, pass, settle, until } from './support/device.js';
import { rejectionOf } from './support/errors.js';
import { FakeLocks } from './support/fake-locks.js';
import { FakeNetwork } from './support/fake-network.js';
import { ModelHub } from './support/model-hub.js';

let hub: ModelHub;
let name: string;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
  vi.stubGlobal('navigator', { locks: new FakeLocks() });
  hub = new ModelHub();
  name = crypto.randomUUID();
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

interface Tab {
  client: SyncClient;
  engine: Engine;
  network: FakeNetwork;
}

/** Another tab over the database of `device`. */
async function tabOf(device: Device): Promise<Tab> {
  const host = { now: () => Date.now(), random32: () => 7 };
  const network = new FakeNetwork(hub);
  const engine = await realEngine(host);
  // The store is not closed with a tab: in a browser each tab has its own connection.
  const store = new Proxy(device.store, {
    get(target, key) {
      const value = Reflect.get(target, key, target) as unknown;
      if (key === 'close') return () => {};
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  const client = await SyncClient.start({ store, engine, transport: network, host, name });
  onTestFinished(() => client.close());
  return { client, engine, network };
}

async function tabs(): Promise<[Device, Tab, Tab]> {
  const device = await Device.open(hub, { name, wrap: keepOpen });
  await until(() => isQuiet(device));
  return [device, await tabOf(device), await tabOf(device)];
}
const keepOpen = (store: Device['store']) => {
  store.close = () => {};
  return store;
};
const phaseOf = ({ client }: Tab) => client.status.value.phase;

test('only the one that leads talks to the hub; the others show its status', async () => {
  const [a, b, c] = await tabs();
  a.put('k', { n: 1 });
  await until(() => isQuiet(a));
  await pass(60_000);
  expect([b.network.sent, c.network.sent]).toEqual([[], []]);
  expect([phaseOf(b), b.client.status.value.lastSyncedAt]).toEqual(['idle', a.status.lastSyncedAt]);
});

test('flush(), pause() and resume() of one that follows are done by the leader', async () => {
  const [a, b] = await tabs();
  b.client.pause();
  await until(() => a.phase === 'paused');
  a.put('k', { n: 1 });
  expect((await settle(rejectionOf(b.client.flush()))).code).toBe('paused');
  b.client.resume();
  await settle(b.client.flush());
  expect(hub.view()).toEqual({ 'todos "k"': { n: 1 } });
  a.network.fault = () => new TidemarkError('forbidden');
  expect((await settle(rejectionOf(b.client.flush()))).code).toBe('forbidden');
});

test('the next one takes over what is pending when the first closes', async () => {
  const [a, b, c] = await tabs();
  a.network.fault = () => 'lost';
  a.put('k', { n: 1 });
  await pass(200);
  await a.client.close();
  await until(() => phaseOf(b) === 'idle' && b.client.status.value.pending === 0);
  expect(hub.view()).toEqual({ 'todos "k"': { n: 1 } });
  expect([b.network.sent.length > 0, c.network.sent.length]).toEqual([true, 0]);
});

test('none of the others ever shows that sync is closed because one closed', async () => {
  const [a, b, c] = await tabs();
  const seen: string[] = [];
  for (const { client } of [b, c]) client.status.subscribe(({ phase }) => seen.push(phase));
  const { commit } = a.store;
  a.store.commit = async (...given) => {
    await new Promise((resolve) => setTimeout(resolve, 300));
    return commit.apply(a.store, given);
  };
  a.put('k', { n: 1 });
  await until(() => hub.records.size === 1);
  await pass(100);
  await settle(a.client.close());
  await pass(1_000);
  await until(() => phaseOf(b) === 'idle' && phaseOf(c) === 'idle');
  expect(seen).not.toContain('closed');
});

test('a flush() that is under way when the first closes is answered by the next', async () => {
  const [a, b, c] = await tabs();
  a.network.hold = () => new Promise(() => {});
  a.put('k', { n: 1 });
  const asked = c.client.flush();
  await pass(100);
  await a.client.close();
  await settle(asked);
  expect(hub.view()).toEqual({ 'todos "k"': { n: 1 } });
  expect(b.network.sent.length).toBeGreaterThan(0);
});

test('what another writes follows what was stamped again, and is not sent yet', async () => {
  const [a, b] = await tabs();
  a.client.setOnline(false);
  a.aheadMs = 61_000;
  a.put('k', { n: 1 });
  await pass(2_000);
  a.put('k', { n: 2 });
  a.aheadMs = 0;
  const { restamp } = a.store;
  const stamped = vi.spyOn(a.store, 'restamp').mockImplementation(async (again) => {
    await restamp.call(a.store, again);
    a.client.setOnline(false);
  });
  a.client.setOnline(true);
  await until(() => stamped.mock.results.length > 0 && a.phase === 'offline');
  await pass(100);
  const { writes } = await a.store.readOutbox(10);
  const last = writes
    .map(({ columns }) => columns.register)
    .sort()
    .at(-1) as string;
  expect(msOf(last)).toBeGreaterThan(Date.now() + 10_000);
  expect(b.engine.reserve(1) > last).toBe(true);
});

test('what an earlier one had under way is not stored over the next one’s', async () => {
  const [a, b] = await tabs();
  const term = await a.store.lead();
  const late = a.store.commit(
    { acknowledged: [], changes: [], cursor: 'e:0', clock: null, offsetMs: 0 },
    a.engine.join,
    term - 1,
  );
  expect((await rejectionOf(late)).code).toBe('closed');
  await a.client.close();
  await until(() => phaseOf(b) === 'idle');
});

test('a flush() of one that follows is answered after the leader started anew', async () => {
  const [a, b] = await tabs();
  a.network.hold = () => new Promise(() => {});
  const early = b.client.flush();
  await pass(100);
  a.network.hold = () => Promise.resolve();
  const { clear } = a.store;
  a.store.clear = async (options) => {
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    return clear.call(a.store, options);
  };
  const switched = b.client.switchAccount({ pending: 'discard' });
  await pass(500);
  await settle(Promise.all([early, b.client.flush(), switched]));
  expect(b.network.sent).toEqual([]);
});
