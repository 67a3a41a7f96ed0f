// The client's phases: no token, no network, paused, closed; and what flush() says in each.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { TidemarkError } from '../../js/src/errors.js';
import { Device, isQuiet, pass, settle, until } from './support/device.js';
import { rejectionOf } from './support/errors.js';
import { ModelHub } from './support/model-hub.js';

let hub: ModelHub;
let unseen: unknown[];
const see = (error: unknown) => unseen.push(error);

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
  hub = new ModelHub();
  unseen = [];
  processEvents.on('unhandledRejection', see);
});
afterEach(async () => {
  vi.useRealTimers();
  await new Promise((resolve) => setTimeout(resolve, 5));
  processEvents.off('unhandledRejection', see);
  expect(unseen).toEqual([]);
});

interface Emitter {
  on(event: string, listener: (error: unknown) => void): void;
  off(event: string, listener: (error: unknown) => void): void;
}
const processEvents = (globalThis as unknown as { process: Emitter }).process;

async function quietDevice(): Promise<Device> {
  const device = await Device.open(hub);
  await until(() => isQuiet(device));
  return device;
}
const codeOf = async (promise: Promise<unknown>) => (await settle(rejectionOf(promise))).code;
const held = (device: Device) => {
  let release = () => {};
  const gate = new Promise<void>((resolve) => (release = resolve));
  device.network.hold = () => gate;
  return () => {
    device.network.hold = () => Promise.resolve();
    release();
  };
};

describe('a token that is refused', () => {
  test('is asked for once more, and the same request goes again', async () => {
    const a = await quietDevice();
    const first = a.network.sent.length;
    a.network.fault = (_, i) => (i === first ? new TidemarkError('unauthorized') : null);
    a.put('k', { n: 1 });
    await until(() => isQuiet(a));
    const [refused, again] = a.network.sent.slice(first);
    expect([refused?.options.refreshToken, again?.options.refreshToken]).toEqual([false, true]);
    expect(again?.request).toEqual(refused?.request);
    expect(a.statuses.map(({ phase }) => phase)).not.toContain('needs-auth');
  });

  test('twice ends in needs-auth, with nothing dropped and nothing sent, until the app syncs', async () => {
    const a = await quietDevice();
    a.network.fault = () => new TidemarkError('unauthorized');
    a.put('k', { n: 1 });
    await until(() => a.phase === 'needs-auth');
    const count = a.network.sent.length;
    a.put('l', { n: 2 });
    await pass(600_000);
    expect(a.network.sent).toHaveLength(count);
    expect(a.status).toMatchObject({ pending: 2, error: { code: 'unauthorized' } });
    a.network.fault = () => null;
    await settle(a.client.flush());
    expect(Object.keys(hub.view())).toHaveLength(2);
    expect(a.status).toMatchObject({ phase: 'idle', error: null });
    expect(a.network.sent[count]?.options.refreshToken).toBe(false);
  });

  test('is a reason for resume() as well', async () => {
    const a = await quietDevice();
    a.network.fault = () => new TidemarkError('unauthorized');
    a.put('k', { n: 1 });
    await until(() => a.phase === 'needs-auth');
    a.network.fault = () => null;
    a.client.resume();
    await until(() => isQuiet(a));
  });
});

describe('without network', () => {
  test('nothing is sent, everything is kept, and goes when it is back', async () => {
    const a = await quietDevice();
    a.client.setOnline(false);
    const count = a.network.sent.length;
    a.put('k', { n: 1 });
    await pass(600_000);
    expect(a.status).toMatchObject({ phase: 'offline', online: false, pending: 1 });
    expect(a.network.sent).toHaveLength(count);
    a.client.setOnline(true);
    await pass(100);
    expect([isQuiet(a), hub.view()]).toEqual([true, { 'todos "k"': { n: 1 } }]);
  });

  test('the live connection is closed, and opened with the network', async () => {
    const a = await quietDevice();
    expect(a.network.pokes).not.toBe(null);
    a.client.setOnline(false);
    expect(a.network.pokes).toBe(null);
    a.client.setOnline(true);
    expect(a.network.pokes).not.toBe(null);
  });

  test('that comes back, a wait is over', async () => {
    const a = await quietDevice();
    a.network.fault = () => 'lost';
    a.put('k', { n: 1 });
    await pass(300_000);
    expect(a.phase).toBe('waiting');
    a.network.fault = () => null;
    a.client.setOnline(false);
    a.client.setOnline(true);
    await pass(100);
    expect(isQuiet(a)).toBe(true);
  });
});

describe('pause', () => {
  test('ends what is under way and sends nothing; resume goes on', async () => {
    const a = await quietDevice();
    const release = held(a);
    a.put('k', { n: 1 });
    await until(() => a.phase === 'syncing');
    await pass(50);
    a.client.pause();
    expect(a.phase).toBe('paused');
    expect(a.network.sent.at(-1)?.options.signal.aborted).toBe(true);
    release();
    const count = a.network.sent.length;
    a.put('l', { n: 2 });
    await pass(600_000);
    expect([a.network.sent.length, a.status.pending, a.phase]).toEqual([count, 2, 'paused']);
    a.client.resume();
    await until(() => isQuiet(a));
    expect(Object.keys(hub.view())).toHaveLength(2);
  });

  test('and resume at once is one exchange, whatever the aborted one answers', async () => {
    const a = await quietDevice();
    a.network.hearsAborts = false;
    const release = held(a);
    a.put('k', { n: 1 });
    await pass(100);
    a.client.pause();
    a.client.resume();
    a.put('l', { n: 2 });
    release();
    await until(() => isQuiet(a));
    expect(Object.keys(hub.view())).toHaveLength(2);
    expect((await a.store.readOutbox(10)).writes).toEqual([]);
  });

  test('while the outbox is read, and resume, loses nothing', async () => {
    const a = await quietDevice();
    for (let i = 0; i < 20; i++) {
      a.put(i, { n: i });
      if (i % 3 === 0) await pass(i);
      a.client.pause();
      a.client.resume();
    }
    await until(() => isQuiet(a));
    expect(Object.keys(hub.view())).toHaveLength(20);
  });
});

describe('an answer', () => {
  test('that comes after its request was given up changes nothing', async () => {
    const a = await quietDevice();
    a.network.hearsAborts = false;
    const release = held(a);
    a.put('k', { n: 1 });
    await pass(100);
    a.client.pause();
    release();
    await pass(1_000);
    expect(hub.view()).toEqual({ 'todos "k"': { n: 1 } });
    expect([a.phase, a.status.pending]).toEqual(['paused', 1]);
    a.client.resume();
    await until(() => isQuiet(a));
    expect(hub.view()).toEqual({ 'todos "k"': { n: 1 } });
  });

  test('to one ticket counts once', async () => {
    const a = await quietDevice();
    a.put('k', { n: 1 });
    const replies: (() => void)[] = [];
    const { handleReply } = a.engine;
    vi.spyOn(a.engine, 'handleReply').mockImplementation((ticket, reply) => {
      handleReply.call(a.engine, ticket, reply);
      replies.push(() => handleReply.call(a.engine, ticket, reply));
      handleReply.call(a.engine, ticket, reply);
    });
    await until(() => isQuiet(a));
    const before = { ...a.status };
    for (const again of replies) again();
    await pass(10);
    expect(a.engine.status).toEqual(before);
    a.put('k', { n: 2 });
    await until(() => isQuiet(a));
    expect(hub.view()).toEqual({ 'todos "k"': { n: 2 } });
  });
});

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

  test('reads as well, and resolves with nothing to send', async () => {
    const [a, b] = [await quietDevice(), await quietDevice()];
    a.put('k', { n: 1 });
    await settle(a.client.flush());
    await settle(b.client.flush());
    expect(b.get('k')).toEqual({ n: 1 });
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
    held(a);
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
    held(a);
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
