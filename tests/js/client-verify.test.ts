// Verify: what differs from the hub although nothing is pending is found, told of and mended.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { VerifyReport } from '../../js/src/types.js';
import { type Device, isQuiet, openPair, openQuiet, settle, until } from './support/device.js';
import { rejectionOf } from './support/errors.js';
import { ModelHub } from './support/model-hub.js';

let hub: ModelHub;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
  hub = new ModelHub();
});
afterEach(() => {
  vi.useRealTimers();
});

const verified = async (device: Device) => (await settle(device.client.verify())).tables;

/** Applies changes to a device as if the hub had sent them. */
async function changeBehind(device: Device, changes: object[]): Promise<void> {
  await device.client.close();
  const { cursor } = await device.store.load();
  await device.store.commit(
    { acknowledged: [], changes: changes as never, cursor, clock: null, offsetMs: 0 },
    device.engine.join,
    await device.store.lead(),
  );
  await device.start();
  await until(() => isQuiet(device));
}

const stamp = '000000000001-0000-0000000000000001';
const key = (n: number) => ({ table: 'todos', id: String(n), stamp });

test('of what is the same says so, and asks once a table', async () => {
  const [a] = await openPair(hub);
  const count = a.network.sent.length;
  expect(await verified(a)).toEqual({ todos: { equal: 1, differing: 0, repaired: 0 } });
  const calls = a.network.sent.slice(count).map(({ call }) => call);
  expect(calls.filter((call) => call === 'digest')).toHaveLength(1);
});

test('finds a row that changed, one that is gone and one too many among a thousand', async () => {
  const a = await openQuiet(hub);
  for (let n = 0; n < 1_000; n++) a.put(n, { n });
  await until(() => isQuiet(a));
  await changeBehind(a, [
    { ...key(7), row: { n: 'changed' } },
    { ...key(8), deleted: true },
    { ...key(-1), row: { n: 'only here' } },
  ]);
  const reports: VerifyReport[] = [];
  a.client.on('diverged', (report) => reports.push(report));
  const todos = { equal: 998, differing: 3, repaired: 3 };
  expect(await verified(a)).toEqual({ todos });
  expect(reports.map(({ tables }) => tables)).toEqual([{ todos }]);
  expect([a.get(7), a.get(8), a.get(-1)]).toEqual([{ n: 7 }, { n: 8 }, { n: 'only here' }]);
  await until(() => isQuiet(a));
  expect(hub.view()['todos -1']).toEqual({ n: 'only here' });
  expect(await verified(a)).toEqual({ todos: { equal: 1_001, differing: 0, repaired: 0 } });
});

test('leaves alone what was refused', async () => {
  const a = await openQuiet(hub);
  hub.refuse = () => ({ outcome: 'rejected', code: 'forbidden', message: '', retryable: false });
  a.put('k', { n: 1 });
  await until(() => a.status.deadLetters === 1);
  expect((await verified(a)).todos?.differing).toBe(0);
  expect(a.get('k')).toEqual({ n: 1 });
});

test('needs the network, and an endpoint that has digests', async () => {
  const a = await openQuiet(hub);
  a.client.setOnline(false);
  expect((await rejectionOf(settle(a.client.verify()))).code).toBe('offline');
  a.client.setOnline(true);
  await until(() => isQuiet(a));
  Object.assign(a.network, { digest: undefined });
  expect((await rejectionOf(settle(a.client.verify()))).code).toBe('not_found');
});

test('is one at a time', async () => {
  const a = await openQuiet(hub);
  const [first, second] = await settle(Promise.all([a.client.verify(), a.client.verify()]));
  expect(second).toBe(first);
});

/** Lets something be written, to any table, whenever the digest of that many is asked for. */
function makeBusy(digests = Number.POSITIVE_INFINITY, from = 0): void {
  const { digest } = hub;
  let count = 0;
  hub.digest = (request) => {
    count += 1;
    if (count > from && count <= from + digests) hub.seq += 1;
    return digest.call(hub, request);
  };
}

test('rejects where the hub moves on each time: nothing was compared', async () => {
  const a = await openQuiet(hub);
  for (let n = 0; n < 20; n++) a.put(n, { n });
  await until(() => isQuiet(a));
  await changeBehind(a, [{ ...key(7), row: { n: 'changed' } }]);
  makeBusy(5);
  const error = await rejectionOf(settle(a.client.verify()));
  expect([error.code, error.retryable]).toEqual(['unavailable', true]);
  expect(error.message).toContain('todos');
  expect(a.get(7)).toEqual({ n: 'changed' });
  expect(await verified(a)).toEqual({ todos: { equal: 19, differing: 1, repaired: 1 } });
});

test('begins anew where the hub moves on a few times', async () => {
  const [a] = await openPair(hub);
  makeBusy(4);
  expect(await verified(a)).toEqual({ todos: { equal: 1, differing: 0, repaired: 0 } });
});

test('tells what was found though whether it was mended could not be compared', async () => {
  const [a] = await openPair(hub);
  await changeBehind(a, [{ ...key(-1), row: { n: 'only here' } }]);
  const reports: VerifyReport[] = [];
  a.client.on('diverged', (report) => reports.push(report));
  makeBusy(Number.POSITIVE_INFINITY, 1);
  const error = await rejectionOf(settle(a.client.verify()));
  expect(error.code).toBe('unavailable');
  const todos = { equal: 1, differing: 1, repaired: 0 };
  expect(reports.map(({ tables }) => tables)).toEqual([{ todos }]);
});
