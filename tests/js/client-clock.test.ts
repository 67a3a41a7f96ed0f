// Devices whose clocks are wrong: they neither win nor lose by it, and are never refused for ever.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { TidemarkError } from '../../js/src/errors.js';
import type { PushResult } from '../../js/src/wire.js';
import { Device, isQuiet, pass, settle, until } from './support/device.js';
import { ModelHub } from './support/model-hub.js';

const hour = 3_600_000;
let hub: ModelHub;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
  hub = new ModelHub();
});
afterEach(() => {
  vi.useRealTimers();
});

const msOf = (stamp: string) => Number.parseInt(stamp.slice(0, 12), 16);
const stampsAtHub = () => [...hub.records.values()].map(({ register }) => msOf(register));
const outcomes = () => vi.spyOn(hub, 'push');
const refusals = (spy: ReturnType<typeof outcomes>) =>
  spy.mock.results
    .flatMap(({ value }) => value.results)
    .filter(({ outcome }) => outcome === 'clock');

describe.each([
  ['an hour ahead', hour],
  ['a year ahead', 8_766 * hour],
  ['an hour behind', -hour],
  ['thirty years behind', -30 * 8_766 * hour],
])('a device that is %s', (_, aheadMs) => {
  test('stamps what it wrote before the first answer again, and is not refused', async () => {
    const pushes = outcomes();
    const a = await Device.open(hub, { aheadMs });
    a.put('k', { n: 1 });
    const wroteAt = Date.now();
    await until(() => isQuiet(a));
    expect(refusals(pushes)).toEqual([]);
    expect(Math.abs((stampsAtHub()[0] as number) - wroteAt)).toBeLessThan(1_000);
    expect(Math.abs(a.engine.offsetMs + aheadMs)).toBeLessThan(100);
  });

  test('keeps the age of what it wrote long before it came online', async () => {
    const a = await Device.open(hub, { aheadMs });
    const b = await Device.open(hub);
    a.client.setOnline(false);
    a.put('k', { by: 'a, first' });
    await pass(hour);
    b.put('k', { by: 'b, then' });
    await until(() => isQuiet(b));
    a.client.setOnline(true);
    await until(() => isQuiet(a));
    await settle(b.client.flush());
    expect([a.get('k'), b.get('k')]).toEqual([{ by: 'b, then' }, { by: 'b, then' }]);
  });

  test('wins with a later write, and loses with an earlier one', async () => {
    const a = await Device.open(hub, { aheadMs });
    const b = await Device.open(hub);
    await until(() => isQuiet(a) && isQuiet(b));
    a.put('k', { by: 'a' });
    await pass(1_000);
    b.put('k', { by: 'b' });
    await pass(1_000);
    b.put('l', { by: 'b' });
    await pass(1_000);
    a.put('l', { by: 'a' });
    await until(() => isQuiet(a) && isQuiet(b));
    await settle(Promise.all([a.client.flush(), b.client.flush()]));
    for (const { get } of [a, b].map((device) => ({ get: device.get.bind(device) })))
      expect([get('k'), get('l')]).toEqual([{ by: 'b' }, { by: 'a' }]);
  });

  test('remembers so when it is started again', async () => {
    const a = await Device.open(hub, { aheadMs });
    await until(() => isQuiet(a));
    await a.client.close();
    await a.start();
    a.client.setOnline(false);
    await pass(10);
    a.put('k', { n: 1 });
    const [write] = (await a.store.readOutbox(1)).writes;
    expect(Math.abs(msOf(write?.columns.register as string) - Date.now())).toBeLessThan(1_000);
  });
});

describe('a clock that jumps ahead while it is in use', () => {
  test('is refused by the hub, then corrected, and what was written is sent', async () => {
    const a = await Device.open(hub);
    await until(() => isQuiet(a));
    const { node } = a.engine;
    const pushes = outcomes();
    a.aheadMs = 24 * hour;
    a.store.transaction(() => {
      a.put('k', { n: 1 });
      a.put('l', { n: 2 });
    });
    await until(() => isQuiet(a));
    expect(refusals(pushes)).toHaveLength(2);
    expect(Object.keys(hub.view())).toHaveLength(2);
    for (const ms of stampsAtHub()) expect(Math.abs(ms - Date.now())).toBeLessThan(60_000);
    expect(a.engine.node).not.toBe(node);
    expect(await a.client.deadLetters()).toEqual([]);
  });

  test('and back again does not leave the device ahead', async () => {
    const a = await Device.open(hub);
    await until(() => isQuiet(a));
    a.aheadMs = 8_766 * hour;
    a.put('k', { n: 1 });
    await until(() => isQuiet(a));
    a.aheadMs = 0;
    await settle(a.client.flush());
    const pushes = outcomes();
    a.put('k', { n: 2 });
    await until(() => isQuiet(a));
    expect(refusals(pushes)).toEqual([]);
    expect(Math.abs((stampsAtHub()[0] as number) - Date.now())).toBeLessThan(1_000);
  });

  test('keeps the order of its own writes', async () => {
    const a = await Device.open(hub);
    await until(() => isQuiet(a));
    a.aheadMs = 24 * hour;
    a.client.setOnline(false);
    for (let n = 0; n < 10; n++) {
      a.put('k', { n });
      a.put(n, { n });
    }
    a.client.setOnline(true);
    await until(() => isQuiet(a));
    expect(hub.view()).toMatchObject({ 'todos "k"': { n: 9 } });
    const stamps = Array.from({ length: 10 }, (_, n) => hub.records.get(`todos ${n}`)?.register);
    expect([...stamps].sort()).toEqual(stamps);
  });

  test.each([
    ['does not say up to where it takes stamps', () => undefined],
    ['says that it takes what it does not', () => 2 ** 47],
  ])('and a hub that %s takes all in the end, though its first answer was lost', async (_, say) => {
    const a = await Device.open(hub);
    await until(() => isQuiet(a));
    const push = hub.push.bind(hub);
    const lost = () => {
      a.client.setOnline(false);
      throw new TidemarkError('network');
    };
    let answered = lost;
    vi.spyOn(hub, 'push').mockImplementation((request) => {
      const reply = push(request);
      if (reply.results.some(({ outcome }) => outcome === 'clock')) answered();
      const results = reply.results.map((result): PushResult => {
        const saying = say();
        if (result.outcome !== 'clock') return result;
        return { outcome: 'clock', ...(saying !== undefined && { until: saying }) };
      });
      return { ...reply, results };
    });
    a.aheadMs = hour / 12;
    a.client.setOnline(false);
    a.put('k', { n: 1 });
    await pass(1_000);
    a.put('k', { n: 1, m: 2 });
    a.client.setOnline(true);
    await until(() => a.client.status.value.phase === 'offline');
    answered = () => undefined as never;
    await pass(hour / 6);
    a.client.setOnline(true);
    await until(() => isQuiet(a));
    expect(hub.view()).toEqual({ 'todos "k"': { n: 1, m: 2 } });
    expect(await a.client.deadLetters()).toEqual([]);
  });

  test('and a hub that goes on refusing: ever fewer requests, and a reason', async () => {
    const a = await Device.open(hub);
    await until(() => isQuiet(a));
    hub.refuse = () => ({ outcome: 'clock' });
    a.put('k', { n: 1 });
    const before = a.network.sent.length;
    await pass(600_000);
    expect(a.network.sent.length - before).toBeLessThan(60);
    expect(a.status).toMatchObject({
      phase: 'stalled',
      pending: 1,
      error: { code: 'clock_ahead' },
    });
    hub.refuse = () => null;
    await until(() => isQuiet(a));
    expect(hub.view()).toEqual({ 'todos "k"': { n: 1 } });
  });
});
