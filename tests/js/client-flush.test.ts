// flush() and close(): what they promise, in every phase.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { TidemarkError } from '../../js/src/errors.js';
import type { MemoryStore } from '../../js/src/stores/memory.js';
import type { Store } from '../../js/src/stores/store.js';
import { Device, hold, isQuiet, openQuiet, pass, settle, until } from './support/device.js';
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
const quietDevice = () => openQuiet(hub);
const codeOf = async (promise: Promise<unknown>) => (await settle(rejectionOf(promise))).code;

describe('flush()', () => {
  test('resolves when what was written is acknowledged', async () => {
    const a = await quietDevice();
    a.put('k', { n: 1 });
    await settle(a.client.flush());
    expect(hub.view()).toEqual({ 'todos "k"': { n: 1 } });
  });

  test('covers a write that was made while an exchange was under way', async () => {
    const a = await quietDevice();
    a.put('k', { n: 1 });
    await pass(25);
    expect(a.phase).toBe('syncing');
    a.put('l', { n: 2 });
    await settle(a.client.flush());
    expect(Object.keys(hub.view())).toHaveLength(2);
  });

  test('is not answered by the failure of an exchange that was under way before', async () => {
    const a = await quietDevice();
    const first = a.network.sent.length;
    a.network.fault = (_, i) => (i === first ? 'lost' : null);
    a.put('k', { n: 1 });
    await until(() => a.network.sent.length > first);
    await settle(a.client.flush());
    expect(hub.view()).toEqual({ 'todos "k"': { n: 1 } });
  });

  test('reads as well, and resolves with nothing to send', async () => {
    const [a, b] = [await quietDevice(), await quietDevice()];
    a.put('k', { n: 1 });
    await settle(a.client.flush());
    await settle(b.client.flush());
    expect(b.get('k')).toEqual({ n: 1 });
  });

  test('resolves when the hub is found to hold what was written: the answer was lost', async () => {
    const a = await quietDevice();
    const first = a.network.sent.length;
    a.network.fault = (_, i) => (i < first ? null : 'unanswered');
    a.put('k', { n: 1 });
    await until(() => Object.keys(hub.view()).length === 1 && a.phase === 'waiting');
    await a.client.close();
    // Under a new node it is shown what the old one wrote.
    await a.start();
    const again = a.network.sent.length;
    a.network.fault = () => null;
    await settle(a.client.flush());
    expect([a.status.pending, await a.store.recordState('todos', '"k"')]).toEqual([0, 'synced']);
    const sent = a.network.sent.slice(again).flatMap(({ request }) => {
      return 'changes' in request ? request.changes : [];
    });
    expect([sent, hub.view()]).toEqual([[], { 'todos "k"': { n: 1 } }]);
  });

  test('before the first exchange waits for it', async () => {
    const a = await Device.open(hub);
    a.put('k', { n: 1 });
    await settle(a.client.flush());
    expect(hub.view()).toEqual({ 'todos "k"': { n: 1 } });
  });

  test('many times is answered as many times', async () => {
    const a = await quietDevice();
    a.put('k', { n: 1 });
    await settle(Promise.all([a.client.flush(), a.client.flush(), a.client.flush()]));
    expect(isQuiet(a)).toBe(true);
  });

  test.each(['network', 'timeout', 'bad_reply', 'internal', 'forbidden'] as const)(
    'rejects with %s if that is what came of it, and nothing is lost',
    async (code) => {
      const a = await quietDevice();
      a.network.fault = () => new TidemarkError(code, 'for a reason');
      a.put('k', { n: 1 });
      const error = await settle(rejectionOf(a.client.flush()));
      expect([error.code, error.message]).toEqual([code, expect.stringContaining('for a reason')]);
      expect(a.status).toMatchObject({ phase: 'waiting', pending: 1, error: { code } });
      a.network.fault = () => null;
      await settle(a.client.flush());
      expect(hub.view()).toEqual({ 'todos "k"': { n: 1 } });
    },
  );

  test('rejects in every phase that cannot sync, with its name', async () => {
    const a = await quietDevice();
    a.client.setOnline(false);
    expect(await codeOf(a.client.flush())).toBe('offline');
    a.client.setOnline(true);
    a.client.pause();
    expect(await codeOf(a.client.flush())).toBe('paused');
    a.client.resume();
    a.network.fault = () => new TidemarkError('unauthorized');
    expect(await codeOf(a.client.flush())).toBe('unauthorized');
    await a.client.close();
    expect(await codeOf(a.client.flush())).toBe('closed');
  });

  test('rejects when the app pauses, loses its network or closes meanwhile', async () => {
    const a = await quietDevice();
    hold(a);
    const [paused] = [codeOf(a.client.flush()), await pass(50)];
    a.client.pause();
    expect(await paused).toBe('paused');
    a.client.resume();
    const [closed] = [codeOf(a.client.flush()), await pass(50)];
    await a.client.close();
    expect(await closed).toBe('closed');
  });
});

describe('close()', () => {
  test('in the middle of a request ends it, and keeps what is pending', async () => {
    const a = await quietDevice();
    hold(a);
    a.put('k', { n: 1 });
    await pass(100);
    await a.client.close();
    expect(a.network.sent.at(-1)?.options.signal.aborted).toBe(true);
    expect([a.phase, (await a.store.load()).pending]).toEqual(['closed', 1]);
    a.network.hold = () => Promise.resolve();
    await a.start();
    await until(() => isQuiet(a));
    expect(hub.view()).toEqual({ 'todos "k"': { n: 1 } });
  });

  test.each([
    ['', false],
    [', though the app paused and went on meanwhile', true],
  ])('in the middle of a commit waits for it%s, then closes the store', async (_, pauses) => {
    const steps: string[] = [];
    const wrap = (store: MemoryStore): Store => {
      const { commit, close } = store;
      store.commit = async (...given) => {
        await new Promise((resolve) => setTimeout(resolve, 500));
        const result = await commit.apply(store, given);
        steps.push('committed');
        return result;
      };
      store.close = () => {
        steps.push('closed');
        close.call(store);
      };
      return store;
    };
    const a = await Device.open(hub, { wrap });
    await until(() => isQuiet(a));
    a.put('k', { n: 1 });
    await until(() => Object.keys(hub.view()).length === 1);
    await pass(100);
    if (pauses) {
      a.client.pause();
      a.client.resume();
      await pass(10);
    }
    steps.length = 0;
    await settle(a.client.close());
    expect(steps).toEqual(['committed', 'closed']);
    expect((await a.store.load()).pending).toBe(0);
  });

  test('sends nothing more, opens nothing more, and may be called again', async () => {
    const a = await quietDevice();
    await a.client.close();
    await a.client.close();
    const count = a.network.sent.length;
    a.put('k', { n: 1 });
    a.client.pause();
    a.client.resume();
    a.client.setOnline(false);
    a.client.setOnline(true);
    await pass(600_000);
    expect([a.network.sent.length, a.network.pokes, a.phase]).toEqual([count, null, 'closed']);
  });

  test('at once after the start does nothing', async () => {
    const a = await Device.open(hub);
    await a.client.close();
    await pass(60_000);
    expect([a.network.sent, a.phase]).toEqual([[], 'closed']);
  });
});
