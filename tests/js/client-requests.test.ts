// What requests say of the device: its turns, its hub, what it asks for; and what it does about the
// refusals that a hub has for a whole request.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { TidemarkError } from '../../js/src/errors.js';
import type { FullRequest, PullRequest } from '../../js/src/wire.js';
import { type Device, isQuiet, openQuiet, settle, until } from './support/device.js';
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

const pushes = ({ network }: Device) =>
  network.sent.filter(({ call }) => call === 'full').map(({ request }) => request as FullRequest);
const write = async (device: Device, key: string) => {
  device.put(key, { n: 1 });
  await until(() => isQuiet(device));
};

describe('turns', () => {
  test('are new for every push, and follow the one that was answered', async () => {
    const a = await openQuiet(hub);
    for (const key of ['k', 'l', 'm']) await write(a, key);
    const [first, second, third] = pushes(a);
    for (const { turn } of pushes(a)) expect(turn).toMatch(/^[0-9a-f]{16}$/);
    expect(new Set(pushes(a).map(({ turn }) => turn)).size).toBe(3);
    expect(first?.after).toBe(undefined);
    expect([second?.after, third?.after]).toEqual([[first?.turn], [second?.turn]]);
  });

  test('that were not answered are named as well: they may have arrived', async () => {
    const a = await openQuiet(hub);
    await write(a, 'k');
    const count = a.network.sent.length;
    a.network.fault = (_, i) => (i === count ? 'unanswered' : null);
    await write(a, 'l');
    const [answered, lost, again] = pushes(a);
    expect(again?.after).toEqual([answered?.turn, lost?.turn]);
    expect(again?.turn).not.toBe(lost?.turn);
  });

  test('let a pull leave out what this node wrote, and a reading from the beginning not', async () => {
    const a = await openQuiet(hub);
    await write(a, 'k');
    await settle(a.client.flush());
    const pulls = a.network.sent.filter(({ call }) => call === 'pull');
    const requests = pulls.map(({ request }) => request as PullRequest);
    expect([requests[0]?.node, requests[0]?.turn]).toEqual([undefined, undefined]);
    const { node } = a.engine;
    expect(requests.at(-1)).toMatchObject({ node, turn: pushes(a)[0]?.turn, hub: 'h1', schema: 1 });
  });
});

describe('a hub', () => {
  test('is named once it is known, and not before', async () => {
    const a = await openQuiet(hub);
    await write(a, 'k');
    expect(a.network.sent[0]?.request).not.toHaveProperty('hub');
    expect(pushes(a)[0]?.hub).toBe('h1');
  });

  test('of another account: phase wrong-account, an event, and nothing is pushed', async () => {
    const a = await openQuiet(hub);
    const seen: unknown[] = [];
    a.client.on('account', (detail) => seen.push(detail));
    hub.hub = 'h2';
    a.put('k', { n: 1 });
    await until(() => a.phase === 'wrong-account');
    expect(seen).toEqual([{}]);
    expect([hub.view(), a.status.pending]).toEqual([{}, 1]);
    expect((await rejectionOf(settle(a.client.flush()))).code).toBe('account_mismatch');
    hub.hub = 'h1';
    a.client.resume();
    await until(() => isQuiet(a));
    expect(Object.keys(hub.view())).toHaveLength(1);
  });

  test('that wants a newer app: phase outdated, and all is kept', async () => {
    const a = await openQuiet(hub);
    a.network.fault = () => new TidemarkError('schema_outdated');
    a.put('k', { n: 1 });
    await until(() => a.phase === 'outdated');
    expect(a.status).toMatchObject({ pending: 1, error: { code: 'schema_outdated' } });
    a.network.fault = () => null;
    await settle(a.client.flush());
    expect(Object.keys(hub.view())).toHaveLength(1);
  });
});

describe('a creation', () => {
  const creates = (device: Device) => pushes(device).map(({ changes }) => changes[0]?.create);

  test('says so once where the answer is lost', async () => {
    const a = await openQuiet(hub);
    const count = a.network.sent.length;
    a.network.fault = (_, i) => (i === count ? 'lost' : null);
    await write(a, 'k');
    expect(creates(a)).toEqual([true, undefined]);
  });

  test('says so again where the hub refused the whole request', async () => {
    const a = await openQuiet(hub);
    const count = a.network.sent.length;
    a.network.fault = (_, i) => (i === count ? new TidemarkError('unauthorized') : null);
    await write(a, 'k');
    expect(creates(a)).toEqual([true, true]);
  });

  test('and no more once such a request was answered by nobody', async () => {
    const a = await openQuiet(hub);
    const count = a.network.sent.length;
    const faults = [new TidemarkError('unauthorized'), 'lost' as const];
    a.network.fault = (_, i) => faults[i - count] ?? null;
    await write(a, 'k');
    expect(creates(a)).toEqual([true, true, undefined]);
  });
});

test('what the store wants to see again is asked for, and taken', async () => {
  const a = await openQuiet(hub);
  await write(a, 'k');
  hub.refuse = () => ({ outcome: 'rejected', code: 'forbidden', message: 'no', retryable: false });
  a.delete('k');
  await until(() => a.status.deadLetters === 1 && a.get('k') !== undefined);
  expect(pushes(a).at(-1)?.records).toEqual([{ table: 'todos', id: '"k"' }]);
  expect(a.get('k')).toEqual({ n: 1 });
});

test('the cursor of a hub that was forgotten is said with the reading that follows', async () => {
  const a = await openQuiet(hub);
  await write(a, 'k');
  const { cursor } = await a.store.load();
  const reset = { offer: null, adopt: false, cursor };
  await a.client.close();
  await a.store.commit(
    { acknowledged: [], changes: [], clock: null, offsetMs: 0, reset },
    a.engine.join,
    await a.store.lead(),
  );
  const count = a.network.sent.length;
  await a.start();
  await until(() => isQuiet(a));
  expect(a.network.sent[count]?.request).toMatchObject({ cursor: null, known: cursor });
});
