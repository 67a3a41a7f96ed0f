// The client's phases: no token, no network, an endpoint that fails, paused.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { TidemarkError } from '../../js/src/errors.js';
import { hold, isQuiet, openQuiet, pass, settle, until } from './support/device.js';
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

  test('twice ends in needs-auth: nothing dropped, nothing sent, until the app syncs', async () => {
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
    await pass(60_000);
    expect(a.phase).toBe('waiting');
    await pass(240_000);
    expect(a.phase).toBe('stalled');
    a.network.fault = () => null;
    a.client.setOnline(false);
    a.client.setOnline(true);
    await pass(100);
    expect(isQuiet(a)).toBe(true);
  });
});

describe('an endpoint that fails', () => {
  test('is asked ever more seldom, by a busy writer too', async () => {
    const a = await quietDevice();
    a.network.fault = () => 'lost';
    const before = a.network.sent.length;
    for (let i = 0; i < 600; i++) {
      a.put(i, { n: i });
      await pass(1_000);
    }
    expect(a.network.sent.length - before).toBeLessThan(60);
    expect(a.status).toMatchObject({ phase: 'stalled', pending: 600, error: { code: 'network' } });
    a.network.fault = () => null;
    await settle(a.client.flush());
    expect(Object.keys(hub.view())).toHaveLength(600);
  });

  test('is not asked before the time that it names, unless the app asks', async () => {
    const a = await quietDevice();
    const slowly = Object.assign(new TidemarkError('rate_limited'), { retryAfterMs: 90_000 });
    a.network.fault = () => slowly;
    a.put('k', { n: 1 });
    await pass(1_000);
    const count = a.network.sent.length;
    await pass(85_000);
    expect(a.network.sent).toHaveLength(count);
    await pass(20_000);
    expect(a.network.sent).toHaveLength(count + 1);
    a.network.fault = () => null;
    await settle(a.client.flush());
    expect(isQuiet(a)).toBe(true);
  });

  test('forgets what it said after the first answer that is good', async () => {
    const a = await quietDevice();
    a.network.fault = () => 'half';
    await pass(60_000);
    expect(a.status.error).toMatchObject({ code: 'bad_reply' });
    a.network.fault = () => null;
    await until(() => isQuiet(a));
    expect(a.status.error).toBe(null);
  });
});

describe('pause', () => {
  test('ends what is under way and sends nothing; resume goes on', async () => {
    const a = await quietDevice();
    const release = hold(a);
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
    const release = hold(a);
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
    const release = hold(a);
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
    const before = a.engine.status;
    for (const again of replies) again();
    await pass(10);
    expect(a.engine.status).toEqual(before);
    a.put('k', { n: 2 });
    await until(() => isQuiet(a));
    expect(hub.view()).toEqual({ 'todos "k"': { n: 2 } });
  });
});
