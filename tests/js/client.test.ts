// The client over a memory store and a hub by the book: what one device writes, the others show,
// and nothing else happens.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { TidemarkError } from '../../js/src/errors.js';
import type { Outbox } from '../../js/src/stores/store.js';
import type { FullRequest, PullRequest } from '../../js/src/wire.js';
import { Device, isQuiet, milk, openPair, pass, until } from './support/device.js';
import { ModelHub } from './support/model-hub.js';

let hub: ModelHub;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
  hub = new ModelHub();
});
afterEach(() => {
  vi.useRealTimers();
});

const fullOf = ({ network }: Device, index: number) => network.sent[index]?.request as FullRequest;
const calls = ({ network }: Device) => network.sent.map(({ call }) => call);

const pair = () => openPair(hub);

describe('a write', () => {
  test('is pushed soon after it was made, and read by another device', async () => {
    const a = await Device.open(hub);
    await until(() => isQuiet(a));
    a.put('k', milk);
    expect(a.status.pending).toBe(1);
    await pass(100);
    expect(isQuiet(a)).toBe(true);
    expect(hub.view()).toEqual({ 'todos "k"': milk });
    const b = await Device.open(hub);
    await until(() => isQuiet(b));
    expect(b.get('k')).toEqual(milk);
  });

  test('is in the outbox with its row by the time that anyone hears of it', async () => {
    const a = await Device.open(hub);
    const heard: Promise<Outbox>[] = [];
    a.store.onWrite(() => heard.push(a.store.readOutbox(10)));
    a.put('k', milk);
    a.delete('k');
    const [put, deleted] = await Promise.all(heard);
    expect([put?.writes.length, put?.rows.get('todos')?.get('"k"')]).toEqual([1, milk]);
    expect([deleted?.writes.length, deleted?.rows.get('todos')?.size]).toEqual([2, 0]);
  });

  test('that is told after it was loaded is counted once', async () => {
    const toldLate = (store: Device['store']) => {
      const onWrite = store.onWrite.bind(store);
      store.onWrite = (listener) => onWrite((writes) => setTimeout(() => listener(writes), 500));
      return store;
    };
    const waiting = Object.assign(new TidemarkError('unavailable'), { retryAfterMs: 3_600_000 });
    const a = await Device.open(hub, { wrap: toldLate });
    await until(() => isQuiet(a));
    a.network.fault = () => waiting;
    a.put('k', milk);
    a.client.flush().catch(() => {});
    await until(() => a.phase === 'waiting');
    expect(a.status.pending).toBe(1);
    await pass(1_000);
    expect([a.phase, a.status.pending]).toEqual(['waiting', 1]);
    a.put('l', milk);
    await pass(1_000);
    expect([a.phase, a.status.pending]).toEqual(['waiting', 2]);
  });

  test('of one field sends and changes only that', async () => {
    const [a, b] = await pair();
    a.update('k', { done: 1 });
    b.update('k', { title: 'Oat milk' });
    await until(() => isQuiet(a) && isQuiet(b));
    await pass(20_000);
    const { request } = a.network.sent.findLast(({ call }) => call === 'full') as {
      request: unknown;
    };
    expect((request as FullRequest).changes).toMatchObject([{ patch: true, row: { done: 1 } }]);
    expect(Object.keys((request as FullRequest).changes[0]?.row ?? {})).toEqual(['done']);
    for (const device of [a, b]) expect(device.get('k')).toEqual({ title: 'Oat milk', done: 1 });
    expect(hub.view()).toEqual({ 'todos "k"': { title: 'Oat milk', done: 1 } });
  });

  test('that removes a field removes it everywhere', async () => {
    const [a, b] = await pair();
    a.put('k', { title: 'Milk' });
    await until(() => !Object.hasOwn(b.get('k') as object, 'done'));
    expect(hub.view()).toEqual({ 'todos "k"': { title: 'Milk' } });
    expect(b.get('k')).toEqual({ title: 'Milk' });
  });

  test('after a write of the same record is one change', async () => {
    const [a] = await pair();
    const before = a.network.sent.length;
    for (let i = 0; i < 5; i++) a.update('k', { done: i + 10 });
    a.update('k', { title: 'Oat milk' });
    expect(a.status.pending).toBe(6);
    await until(() => isQuiet(a));
    const { changes } = fullOf(a, before);
    expect(changes).toHaveLength(1);
    expect(changes[0]).toMatchObject({ patch: true, row: { done: 14, title: 'Oat milk' } });
  });

  test('of a deletion deletes, and a later write brings back', async () => {
    const [a, b] = await pair();
    b.delete('k');
    await until(() => a.get('k') === undefined);
    expect(hub.view()).toEqual({});
    a.put('k', { title: 'again' });
    await until(() => b.get('k') !== undefined);
    expect(b.get('k')).toEqual({ title: 'again' });
  });

  test('made during a push is another change, and not acknowledged with it', async () => {
    const [a, b] = await pair();
    a.update('k', { done: 1 });
    await pass(25);
    a.update('k', { done: 2 });
    a.update('k', { title: 'Oat milk' });
    await until(() => isQuiet(a));
    await until(() => (b.get('k') as { done: number }).done === 2);
    expect(b.get('k')).toEqual({ title: 'Oat milk', done: 2 });
  });

  test('of one transaction is sent together', async () => {
    const a = await Device.open(hub);
    await until(() => isQuiet(a));
    a.store.transaction(() => {
      for (let i = 0; i < 20; i++) a.put(i, { n: i });
    });
    await until(() => isQuiet(a));
    expect(fullOf(a, 1).changes).toHaveLength(20);
    expect(hub.seq).toBe(1);
  });

  test('of many goes in several pushes', async () => {
    const a = await Device.open(hub);
    await until(() => isQuiet(a));
    for (let i = 0; i < 1_200; i++) a.put(i, { n: i });
    await until(() => isQuiet(a));
    const sizes = calls(a).map((call, i) => (call === 'full' ? fullOf(a, i).changes.length : 0));
    expect(sizes.filter((size) => size > 0)).toEqual([500, 500, 200]);
    expect(Object.keys(hub.view())).toHaveLength(1_200);
  });
});

describe('an exchange', () => {
  test('names the device, its node, the schema, the cursor and the tables', async () => {
    const [a] = await pair();
    a.update('k', { done: 1 });
    await until(() => isQuiet(a));
    const first = a.network.sent[0]?.request as PullRequest;
    // Read from the beginning: nothing is left out.
    expect(first).toEqual({ cursor: null, limit: 5_000, tables: ['todos'], schema: 1 });
    const { device } = await a.store.load();
    const last = a.network.sent.findLast(({ call }) => call === 'full')?.request as FullRequest;
    expect(last).toMatchObject({
      device,
      node: a.engine.node,
      schema: 1,
      cursor: 'e:1',
      pull: { limit: 5_000, tables: ['todos'] },
    });
  });

  test('reads page after page', async () => {
    const a = await Device.open(hub);
    for (let i = 0; i < 2_500; i++) a.put(i, { n: i });
    await until(() => isQuiet(a));
    const { pull } = hub;
    hub.pull = (request) => pull.call(hub, { ...request, limit: 1_000 });
    const b = await Device.open(hub);
    await until(() => isQuiet(b));
    expect(calls(b)).toEqual(['pull', 'meta', 'pull', 'pull']);
    const pulls = b.network.sent.filter(({ call }) => call === 'pull');
    const read = pulls.map(({ request }) => (request as PullRequest).cursor);
    expect(new Set(read).size).toBe(3);
    for (const n of [0, 999, 1_000, 2_499]) expect(b.get(n)).toEqual({ n });
  });

  test('comes at once after a poke, and not for what is known', async () => {
    const [a, b] = await pair();
    a.update('k', { done: 1 });
    await until(() => isQuiet(a));
    const before = b.network.sent.length;
    b.network.pokes?.onPoke('e:1');
    await pass(100);
    expect(b.network.sent).toHaveLength(before);
    b.network.pokes?.onPoke('e:2');
    await pass(100);
    expect(b.get('k')).toEqual({ title: 'Milk', done: 1 });
  });

  test('comes seldom while pokes come, and often without', async () => {
    const [a] = await pair();
    const count = async () => {
      const before = a.network.sent.length;
      await pass(150_000);
      return a.network.sent.length - before;
    };
    const without = await count();
    a.network.pokes?.onConnected(true);
    await pass(30_000);
    const withPokes = await count();
    expect(without).toBeGreaterThan(7);
    expect(without).toBeLessThan(11);
    expect(withPokes).toBe(0);
    a.network.pokes?.onConnected(false);
    expect(await count()).toBeGreaterThan(5);
  });

  test('after a reset reads everything again, and keeps what is pending', async () => {
    const [a, b] = await pair();
    hub.epoch = 'f';
    a.update('k', { done: 1 });
    b.update('k', { title: 'Oat milk' });
    await pass(60_000);
    expect([isQuiet(a), isQuiet(b)]).toEqual([true, true]);
    for (const device of [a, b]) expect(device.get('k')).toEqual({ title: 'Oat milk', done: 1 });
    expect((await a.store.load()).cursor).toMatch(/^f:/);
  });
});

describe('the status', () => {
  test('goes from syncing to idle, with what is pending and when it was synced', async () => {
    const a = await Device.open(hub);
    a.put('k', milk);
    await until(() => isQuiet(a));
    expect(a.statuses.map(({ phase }) => phase).filter((p, i, all) => p !== all[i - 1])).toEqual([
      'following',
      'syncing',
      'idle',
    ]);
    expect(a.status).toMatchObject({ error: null, online: true, pending: 0 });
    expect(a.status.lastSyncedAt).toBeGreaterThan(Date.now() - 1_000);
  });

  test('is told to all that listen, whatever one of them throws', async () => {
    const errors = vi.spyOn(console, 'error').mockImplementation(() => {});
    const a = await Device.open(hub);
    let count = 0;
    const undo = a.client.status.subscribe(() => {
      if (count++ > 0) throw new Error('the app’s own');
    });
    await until(() => isQuiet(a));
    expect(count).toBeGreaterThan(1);
    expect(errors).toHaveBeenCalled();
    undo();
    const before = count;
    a.put('k', milk);
    await until(() => isQuiet(a));
    expect(count).toBe(before);
  });
});

test('a new id names the device, and is another each time', async () => {
  const a = await Device.open(hub);
  const ids = Array.from({ length: 1_000 }, () => a.client.newId());
  const { device } = await a.store.load();
  expect(new Set(ids).size).toBe(1_000);
  for (const id of ids) expect(id).toMatch(new RegExp(`^${device}-[0-9a-z]+-[0-9a-z]{10}$`));
});
