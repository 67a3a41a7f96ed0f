// What an app asks of its database about sync: losses, letters, what is pending, and the history.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { TidemarkError } from '../../js/src/errors.js';
import type { Loss, PushResult } from '../../js/src/wire.js';
import { Device, isQuiet, openPair, openQuiet, settle, until } from './support/device.js';
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

const tooLong: PushResult = {
  outcome: 'rejected',
  code: 'too_large',
  message: 'too long',
  retryable: false,
};
const refuseLong = () => {
  hub.refuse = ({ row }) => (String(row?.title).length > 5 ? tooLong : null);
};

/** Two devices of which the first lost a title: a new session reads before it pushes. */
async function lost(events: unknown[] = []): Promise<[Device, Device]> {
  const [a, b] = await openPair(hub);
  await a.client.close();
  a.update('k', { title: 'of A' });
  await vi.advanceTimersByTimeAsync(10);
  b.update('k', { title: 'of B', done: 1 });
  await until(() => isQuiet(b));
  await a.start();
  a.client.on('loss', (detail) => events.push(detail));
  await until(() => isQuiet(a));
  return [a, b];
}

describe('losses', () => {
  test('are counted, told of, and undone as a write of now', async () => {
    const events: unknown[] = [];
    const [a, b] = await lost(events);
    const losses = await settle(a.client.losses());
    expect(losses.map(({ id, row }) => [id, row])).toEqual([['"k"', { title: 'of A' }]]);
    expect([a.status.losses, events]).toEqual([1, [{ count: 1 }]]);
    await a.client.undo(losses[0] as never);
    await until(() => isQuiet(a) && a.status.losses === 0);
    await settle(b.client.flush());
    expect([a.get('k'), b.get('k')]).toEqual(Array(2).fill({ title: 'of A', done: 1 }));
    expect(await settle(a.client.losses())).toEqual([]);
  });

  test("are the device's and the hub's, each once, the newest first", async () => {
    const [a] = await lost();
    const winner = 'f'.repeat(12).concat('-0000-', '0'.repeat(16));
    const of = (n: number, title: string, at: number) => ({
      n,
      ...{ table: 'todos', id: '"k"', winner, at, row: { title } },
      stamp: `00000000000${n}-0000-0000000000000000`,
    });
    hub.losses = [of(1, 'older', 1), of(2, 'newer', 2)];
    const here = await a.store.losses();
    hub.losses.push({ ...(here[0] as Loss), n: 3 });
    const titles = (await settle(a.client.losses())).map(({ row }) => row.title);
    expect(titles).toEqual(['of A', 'newer', 'older']);
    a.network.fault = () => 'lost';
    expect(await settle(a.client.losses())).toEqual(here);
  });

  test('that the hub holds are not listed again once they were undone', async () => {
    const [a] = await openPair(hub);
    const stamp = '000000000001-0000-0000000000000000';
    const winner = 'f'.repeat(12).concat('-0000-', '0'.repeat(16));
    const loss = { table: 'todos', id: '"k"', stamp, winner, at: 1, row: { title: 'of B' } };
    hub.losses = [
      { ...loss, n: 1 },
      { ...loss, n: 2, row: { done: 2 } },
    ];
    expect(await settle(a.client.losses())).toEqual([loss, { ...loss, row: { done: 2 } }]);
    await a.client.undo(loss);
    expect(await settle(a.client.losses())).toEqual([{ ...loss, row: { done: 2 } }]);
    await a.client.undo({ ...loss, row: { done: 2 } });
    expect(await settle(a.client.losses())).toEqual([]);
    await until(() => isQuiet(a));
    expect([a.get('k'), hub.losses.length]).toEqual([{ title: 'of B', done: 2 }, 2]);
  });
});

describe('dead letters', () => {
  async function refused(): Promise<[Device, number]> {
    const a = await openQuiet(hub);
    refuseLong();
    a.put('k', { title: 'much too long', done: 0 });
    await until(() => a.status.deadLetters === 1);
    const [letter] = await a.client.deadLetters();
    return [a, letter?.id as number];
  }

  test('are counted and told of', async () => {
    const a = await openQuiet(hub);
    const events: unknown[] = [];
    a.client.on('refused', (detail) => events.push(detail));
    refuseLong();
    a.put('k', { title: 'much too long' });
    a.put('l', { title: 'ok' });
    await until(() => isQuiet(a));
    expect(events).toEqual([{ count: 1 }]);
    expect(a.status.deadLetters).toBe(1);
    expect(await a.client.recordState('todos', 'k')).toBe('refused');
    expect(await a.client.recordState('todos', 'l')).toBe('synced');
  });

  test('are sent again: refused again, or not', async () => {
    const [a, id] = await refused();
    await a.client.retry(id);
    await until(() => isQuiet(a) && a.status.deadLetters === 1);
    const [again] = await a.client.deadLetters();
    expect(again?.id).not.toBe(id);
    hub.refuse = () => null;
    await a.client.retry(again?.id as number);
    await until(() => isQuiet(a) && a.status.deadLetters === 0);
    expect(hub.view()).toEqual({ 'todos "k"': { title: 'much too long', done: 0 } });
  });

  test('of deletes wait until their record was read again, and only then are sent', async () => {
    const [a, b] = await openPair(hub);
    hub.refuse = ({ deleted }) => (deleted ? { ...tooLong, code: 'forbidden' } : null);
    a.network.fault = ({ request }) => ('records' in request ? 'lost' : null);
    a.delete('k');
    await until(() => a.status.deadLetters === 1);
    b.update('k', { title: 'unseen' });
    await until(() => isQuiet(b));
    const [letter] = await a.client.deadLetters();
    const id = letter?.id as number;
    const { code, retryable } = await rejectionOf(a.client.retry(id));
    expect([code, retryable]).toEqual(['reread_pending', true]);
    expect((await rejectionOf(a.client.edit(id, { title: 'mine' }))).code).toBe('reread_pending');
    expect([a.get('k'), await a.client.pending()]).toEqual([undefined, []]);
    hub.refuse = () => null;
    a.network.fault = () => null;
    await settle(a.client.flush());
    expect(a.get('k')).toEqual({ title: 'unseen', done: 0 });
    await a.client.retry(id);
    await until(() => isQuiet(a) && a.status.deadLetters === 0);
    expect([a.get('k'), hub.view()]).toEqual([undefined, {}]);
  });

  test('of deletes are edited into the row that is to be there instead', async () => {
    const [a] = await openPair(hub);
    hub.refuse = ({ deleted }) => (deleted ? { ...tooLong, code: 'forbidden' } : null);
    a.delete('k');
    await until(() => isQuiet(a) && a.get('k') !== undefined);
    hub.refuse = () => null;
    const [letter] = await a.client.deadLetters();
    await a.client.edit(letter?.id as number, { title: 'kept' });
    await until(() => isQuiet(a));
    expect([a.get('k'), hub.view()]).toEqual([
      { title: 'kept' },
      { 'todos "k"': { title: 'kept' } },
    ]);
    expect(await a.client.deadLetters()).toEqual([]);
  });

  test('are edited: what was refused with them goes as well, and in one push', async () => {
    const [a, id] = await refused();
    const count = a.network.sent.length;
    await a.client.edit(id, { title: 'short', done: 0 });
    await until(() => isQuiet(a));
    expect(hub.view()).toEqual({ 'todos "k"': { title: 'short', done: 0 } });
    expect(a.network.sent.slice(count).filter(({ call }) => call === 'full')).toHaveLength(1);
    expect(await a.client.deadLetters()).toEqual([]);
    expect((await rejectionOf(a.client.edit(id, {}))).code).toBe('bad_input');
  });

  test('are discarded: the record is as the hub has it', async () => {
    const [a, id] = await refused();
    await a.client.discard(id);
    await until(() => a.get('k') === undefined && isQuiet(a));
    expect([a.status.deadLetters, hub.view()]).toEqual([0, {}]);
  });
});

test('what is pending is listed, and exported as JSON', async () => {
  const [a] = await openPair(hub);
  a.client.setOnline(false);
  a.update('k', { title: 'Oat' });
  a.put('l', { at: new Date(7) });
  expect(await a.client.recordState('todos', 'l')).toBe('pending');
  const pending = await a.client.pending();
  expect(pending.map(({ id, operations, fields }) => [id, operations, fields])).toEqual([
    ['"k"', ['update'], ['title']],
    ['"l"', ['create'], null],
  ]);
  const exported = await a.client.exportPending();
  expect(JSON.parse(JSON.stringify(exported))).toEqual(exported);
  const { device } = await a.store.load();
  expect(exported).toMatchObject({ version: 1, device, changes: pending, deadLetters: [] });
  expect(exported.changes[1]?.row).toEqual({ at: { '$tm:date': 7 } });
});

test('metrics sum up all exchanges; the history has those that moved something or failed', async () => {
  const a = await openQuiet(hub);
  const count = a.network.sent.length;
  a.network.fault = (_, i) => (i === count ? new TidemarkError('unavailable') : null);
  a.put('k', { n: 1 });
  await until(() => isQuiet(a));
  await settle(a.client.flush());
  const { exchanges, failures, successRate, averageMs, sent } = a.client.metrics.value;
  expect([exchanges, failures, sent]).toEqual([a.network.sent.length, 1, 1]);
  expect(successRate).toBe((exchanges - 1) / exchanges);
  expect(averageMs).toBeGreaterThan(0);
  const history = await a.client.history();
  expect(history.map(({ outcome, code, sent: of }) => [outcome, code, of])).toEqual([
    ['failed', 'unavailable', 0],
    ['ok', undefined, 1],
  ]);
});

test('the history of a reading that was left in its middle is kept, and told before', async () => {
  const a = await openQuiet(hub);
  for (const key of ['k', 'l']) {
    a.put(key, { n: 1 });
    await until(() => isQuiet(a));
  }
  const { pull } = hub;
  hub.pull = (request) => pull.call(hub, { ...request, limit: 1 });
  for (const asks of [true, false]) {
    const b = await Device.open(hub);
    b.network.hold = (i) => (i > 0 ? new Promise(() => {}) : Promise.resolve());
    await until(() => b.client.metrics.value.received > 0);
    const kept = async () => (await b.store.syncLog()).map(({ received }) => received);
    expect(await kept()).toEqual([]);
    if (asks) expect(await b.client.history()).toMatchObject([{ received: 1 }]);
    await settle(b.client.close());
    expect(await kept()).toEqual([1]);
  }
});
