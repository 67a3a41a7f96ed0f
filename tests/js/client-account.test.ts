// Another user signs in: what is here is theirs who wrote it, and nobody else's.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Device, hold, isQuiet, openQuiet, pass, settle, until } from './support/device.js';
import { rejectionOf } from './support/errors.js';
import { ModelHub } from './support/model-hub.js';

let hub: ModelHub;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
  hub = new ModelHub();
  hub.hub = 'h1';
});
afterEach(() => {
  vi.useRealTimers();
});

test('is refused while something was not sent, and sync goes on', async () => {
  const a = await openQuiet(hub);
  a.client.setOnline(false);
  a.put('k', { n: 1 });
  const refused = settle(a.client.switchAccount({ pending: 'refuse' }));
  expect((await rejectionOf(refused)).code).toBe('account_pending');
  expect(a.get('k')).toEqual({ n: 1 });
  a.client.setOnline(true);
  await until(() => isQuiet(a));
  expect(Object.keys(hub.view())).toEqual(['todos "k"']);
});

test('with nothing pending removes the rows here, and reads what the other has', async () => {
  const a = await openQuiet(hub);
  a.put('k', { n: 1 });
  await until(() => isQuiet(a));
  const first = hub.view();
  const rows = [...hub.records];
  hub.hub = 'h2';
  hub.records.clear();
  await settle(a.client.switchAccount({ pending: 'refuse' }));
  await until(() => isQuiet(a));
  expect([a.get('k'), hub.view()]).toEqual([undefined, {}]);
  expect((await a.store.load()).hub).toBe('h2');
  a.put('l', { n: 2 });
  await until(() => isQuiet(a));
  expect(Object.keys(hub.view())).toEqual(['todos "l"']);
  // No delete of the first user's was recorded.
  expect([rows.length, first]).toEqual([1, { 'todos "k"': { n: 1 } }]);
});

test('discards what was not sent where the app says so', async () => {
  const a = await openQuiet(hub);
  hub.hub = 'h2';
  a.put('k', { n: 1 });
  await until(() => a.phase === 'wrong-account');
  await settle(a.client.switchAccount({ pending: 'discard' }));
  await until(() => isQuiet(a));
  expect([a.get('k'), hub.view(), a.status.error]).toEqual([undefined, {}, null]);
});

/** Lets the store's `clear` take a second, and begins a switch of the account. */
function beginSwitch({ store, client }: Device): Promise<void> {
  const { clear } = store;
  store.clear = async (options) => {
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    return clear.call(store, options);
  };
  return client.switchAccount({ pending: 'discard' });
}

test('a flush() meanwhile is answered by the new start', async () => {
  const a = await openQuiet(hub);
  const switched = beginSwitch(a);
  await pass(500);
  const before = a.network.sent.length;
  await settle(Promise.all([a.client.flush(), switched]));
  expect(a.network.sent.length).toBeGreaterThan(before);
});

test('a flush() under way is not told that sync is closed, but done by the new start', async () => {
  const a = await openQuiet(hub);
  const release = hold(a);
  const flushed = a.client.flush();
  await pass(50);
  const switched = beginSwitch(a);
  release();
  const before = a.network.sent.length;
  await settle(Promise.all([flushed, switched]));
  expect(a.network.sent.length).toBeGreaterThan(before);
});

test('a verify() under way compares what is here after it', async () => {
  const a = await openQuiet(hub);
  for (const key of ['k', 'l']) a.put(key, { n: 1 });
  await until(() => isQuiet(a));
  let release = () => {};
  const { digest } = a.network;
  a.network.digest = async (...given) => {
    a.network.digest = digest;
    await new Promise<void>((resolve) => (release = resolve));
    return digest.apply(a.network, given);
  };
  const verified = a.client.verify();
  await until(() => a.network.digest === digest);
  hub.records.clear();
  const switched = settle(a.client.switchAccount({ pending: 'refuse' }));
  await switched;
  release();
  const { tables } = await settle(verified);
  expect(tables).toEqual({ todos: { equal: 0, differing: 0, repaired: 0 } });
});

test('a new start that fails is tried again, and meanwhile said', async () => {
  const a = await openQuiet(hub);
  const { lead } = a.store;
  let failures = 2;
  a.store.lead = async () => {
    if (failures-- > 0) throw new Error('blocked');
    return lead.call(a.store);
  };
  const switched = beginSwitch(a);
  await pass(1_100);
  expect(a.status).toMatchObject({ phase: 'waiting', error: { code: 'store_failed' } });
  await settle(Promise.all([a.client.flush(), switched]));
  a.put('k', { n: 1 });
  await until(() => isQuiet(a));
  expect(hub.view()).toEqual({ 'todos "k"': { n: 1 } });
});

test('one that is closed meanwhile ends, and so does who waits', async () => {
  const a = await openQuiet(hub);
  const switched = beginSwitch(a);
  await pass(500);
  const flushed = rejectionOf(a.client.flush());
  await a.client.close();
  expect((await settle(flushed)).code).toBe('closed');
  await settle(switched);
  const before = a.network.sent.length;
  await pass(60_000);
  expect([a.phase, a.network.sent.length]).toEqual(['closed', before]);
});
