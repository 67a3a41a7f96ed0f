// What the hub may answer to a change, and what the client makes of it.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { TidemarkError } from '../../js/src/errors.js';
import type { FullRequest } from '../../js/src/wire.js';
import { isQuiet, openPair, pass, settle, until } from './support/device.js';
import { ModelHub } from './support/model-hub.js';

let hub: ModelHub;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
  hub = new ModelHub();
});
afterEach(() => {
  vi.useRealTimers();
});
const pair = () => openPair(hub);

describe('the answer to a change', () => {
  test('needFull makes it be sent whole', async () => {
    const [a, b] = await pair();
    hub.records.clear();
    hub.epoch = 'g';
    a.update('k', { done: 1 });
    await until(() => isQuiet(a));
    expect(hub.view()).toEqual({ 'todos "k"': { title: 'Milk', done: 1 } });
    await until(() => isQuiet(b));
    expect(await a.client.deadLetters()).toEqual([]);
  });

  test('rejected makes a dead letter, and the others go on', async () => {
    const [a] = await pair();
    hub.refuse = ({ id }) =>
      id === '"bad"'
        ? { outcome: 'rejected', code: 'forbidden', message: 'not yours', retryable: false }
        : null;
    a.store.transaction(() => {
      a.put('bad', { title: 'x' });
      a.put('good', { title: 'y' });
    });
    await settle(a.client.flush());
    expect(hub.view()).toMatchObject({ 'todos "good"': { title: 'y' } });
    const letters = await a.client.deadLetters();
    expect(letters).toMatchObject([
      { code: 'forbidden', message: 'not yours', change: { id: '"bad"', row: { title: 'x' } } },
    ]);
    expect([isQuiet(a), a.get('bad')]).toEqual([true, { title: 'x' }]);
  });

  test('rejected for now keeps it, waits, and sends it again', async () => {
    const [a] = await pair();
    hub.refuse = ({ id }) =>
      id === '"later"'
        ? { outcome: 'rejected', code: 'rate_limited', message: 'slowly', retryable: true }
        : null;
    a.put('later', { title: 'x' });
    a.put('now', { title: 'y' });
    await pass(5_000);
    expect(hub.view()).toMatchObject({ 'todos "now"': { title: 'y' } });
    expect(a.status).toMatchObject({
      pending: 1,
      phase: 'waiting',
      error: { code: 'unavailable' },
    });
    const tries = a.network.sent.length;
    expect(tries).toBeLessThan(15);
    hub.refuse = () => null;
    await until(() => isQuiet(a));
    expect(hub.view()).toMatchObject({ 'todos "later"': { title: 'x' } });
    expect(await a.client.deadLetters()).toEqual([]);
  });

  test('too_large to a whole batch is one dead letter, not all', async () => {
    const [a] = await pair();
    a.network.fault = ({ call, request }) => {
      const { changes = [] } = request as Partial<FullRequest>;
      return call === 'full' && changes.some(({ id }) => id === '5')
        ? new TidemarkError('too_large')
        : null;
    };
    for (let i = 0; i < 9; i++) a.put(i, { n: i });
    await settle(a.client.flush());
    expect((await a.client.deadLetters()).map(({ change, code }) => [change.id, code])).toEqual([
      ['5', 'too_large'],
    ]);
    expect(Object.keys(hub.view())).toHaveLength(9);
    expect(isQuiet(a)).toBe(true);
  });
});
