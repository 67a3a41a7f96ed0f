// Fail at every step: the k-th call of a store fails, for every k, before it did anything, or
// after it did everything.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { MemoryStore } from '../../js/src/stores/memory.js';
import type { Store } from '../../js/src/stores/store.js';
import { Device, isQuiet, until } from './support/device.js';
import { ModelHub } from './support/model-hub.js';
import { expectEnding, play } from './support/scenario.js';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
});
afterEach(() => {
  vi.useRealTimers();
});

type Step = 'readOutbox' | 'commit' | 'restamp' | 'lead';
type Call = (...given: unknown[]) => Promise<unknown>;

/** Stores that share a count of their calls of `step`; those whose number `fails` names reject. */
function failing(step: Step, after: boolean, fails: (index: number) => boolean) {
  const counter = { count: 0 };
  const wrap = (store: MemoryStore): Store =>
    new Proxy(store, {
      get(target, name) {
        const value = Reflect.get(target, name, target) as unknown;
        if (typeof value !== 'function') return value;
        const call = value.bind(target) as Call;
        return name === step ? spoiled(call) : call;
      },
    });
  const spoiled =
    (call: Call): Call =>
    async (...given) => {
      const bad = fails(counter.count++);
      if (bad && !after) throw new Error('the disk is full');
      const done = await call(...given);
      if (bad) throw new Error('the disk is slow');
      return done;
    };
  return { wrap, counter };
}

describe.each([
  ['before it did anything', false],
  ['after it did everything', true],
])('a store that fails %s', (_, after) => {
  test.each(['readOutbox', 'commit', 'lead'] as const)(
    'in %s, whenever, loses nothing',
    async (step) => {
      const { wrap, counter } = failing(step, after, () => false);
      await expectEnding(await play({ wrap }, () => {}));
      const { count } = counter;
      expect(count).toBeGreaterThan(step === 'lead' ? 1 : 12);
      for (let k = 0; k < count; k++)
        await expectEnding(
          await play({ wrap: failing(step, after, (i) => i === k).wrap }, () => {}),
        );
    },
  );

  test.each(['readOutbox', 'commit'] as const)(
    'in %s, again and again, loses nothing',
    async (step) => {
      const { wrap } = failing(step, after, (i) => i % 3 !== 0);
      await expectEnding(await play({ wrap }, () => {}));
    },
  );

  test('in restamp loses nothing, and stamps again', async () => {
    for (const k of [0, 1]) {
      const hub = new ModelHub();
      const { wrap, counter } = failing('restamp', after, (i) => i <= k);
      const device = await Device.open(hub, { wrap });
      await until(() => isQuiet(device));
      device.aheadMs = 3_600_000;
      device.put('k', { n: 1 });
      device.put('l', { n: 2 });
      await until(() => isQuiet(device));
      // What was done although it said that it failed need not be done again.
      expect(counter.count).toBeGreaterThan(after ? 0 : k + 1);
      expect(hub.view()).toEqual({ 'todos "k"': { n: 1 }, 'todos "l"': { n: 2 } });
    }
  });
});

test('a failing store is said by the status, with what it said itself', async () => {
  const { wrap } = failing('commit', false, () => true);
  const device = await Device.open(new ModelHub(), { wrap });
  await until(() => device.phase === 'waiting');
  expect(device.status.error).toMatchObject({
    code: 'store_failed',
    message: expect.stringContaining('the disk is full'),
    retryable: true,
  });
});
