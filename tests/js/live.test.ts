// The live connection's own decisions, with time and sockets in the test's hands.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { openLive } from '../../js/src/transports/live.js';
import { FakeSocket } from './support/fake-socket.js';

const url = new URL('wss://example.com/sync/live');
let events: string[];
let stop: () => void;

async function open(token: () => Promise<string | null> = async () => null): Promise<FakeSocket> {
  stop = openLive(url, token, {
    onConnected: (connected) => events.push(connected ? 'up' : 'down'),
    onPoke: (cursor) => events.push(`poke ${cursor}`),
  });
  await pass(0);
  return FakeSocket.last;
}

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

beforeEach(() => {
  events = [];
  stop = () => {};
  FakeSocket.all = [];
  FakeSocket.refuses = false;
  vi.useFakeTimers();
  vi.stubGlobal('WebSocket', FakeSocket);
  vi.spyOn(Math, 'random').mockReturnValue(0.999_999);
});

afterEach(() => {
  stop();
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

describe('a live connection', () => {
  test('offers the protocol, and the token in the only place a browser has for it', async () => {
    const token = 'a+/b~é';
    const { url: at, protocols } = await open(async () => token);
    expect(String(at)).toBe('wss://example.com/sync/live');
    expect(protocols[0]).toBe('tidemark.1');
    const bearer = /^bearer\.([\w-]+)$/.exec(protocols[1] as string)?.[1] as string;
    const utf8 = atob(bearer.replaceAll('-', '+').replaceAll('_', '/'));
    const bytes = Uint8Array.from(utf8, (c) => c.charCodeAt(0));
    expect(new TextDecoder().decode(bytes)).toBe(token);
  });

  test.each([
    ['there is none', async () => null],
    ['the app cannot get one', () => Promise.reject(new Error('no'))],
  ])('offers no token where %s', async (_, token) => {
    expect((await open(token)).protocols).toEqual(['tidemark.1']);
  });

  test('tells of pokes, and of nothing else that comes', async () => {
    const socket = await open();
    socket.onopen?.();
    const others = [
      'pong',
      '',
      '{',
      '{"cursor":7}',
      '[]',
      '{}',
      'null',
      new ArrayBuffer(2),
      undefined,
    ];
    for (const data of others) socket.onmessage?.({ data });
    expect(events).toEqual(['up']);
    socket.onmessage?.({ data: '{"cursor":"e:7","more":1}' });
    expect(events).toEqual(['up', 'poke e:7']);
  });

  test('pings after a silence, and stays while it is answered', async () => {
    const socket = await open();
    socket.onopen?.();
    await pass(24_000);
    expect(socket.sent).toEqual([]);
    await pass(1_000);
    for (let i = 1; i <= 5; i++) {
      expect(socket.sent).toHaveLength(i);
      await pass(5_000);
      socket.onmessage?.({ data: 'pong' });
      await pass(25_000);
    }
    expect(new Set(socket.sent)).toEqual(new Set(['ping']));
    expect([events, FakeSocket.all.length]).toEqual([['up'], 1]);
  });

  test('counts a poke as a sign of life', async () => {
    const socket = await open();
    socket.onopen?.();
    for (let i = 0; i < 5; i++) {
      await pass(20_000);
      socket.onmessage?.({ data: '{"cursor":"e:1"}' });
    }
    expect(socket.sent).toEqual([]);
  });

  test('without a pong is opened again, though it never says that it closed', async () => {
    const socket = await open();
    socket.onopen?.();
    await pass(25_000 + 10_000);
    expect([events, socket.closed]).toEqual([['up', 'down'], true]);
    await pass(500);
    expect(FakeSocket.all).toHaveLength(2);
    FakeSocket.last.onopen?.();
    expect(events).toEqual(['up', 'down', 'up']);
  });

  test('that does not open in time is tried again', async () => {
    await open();
    await pass(10_500);
    expect(FakeSocket.all).toHaveLength(2);
    expect(events).not.toContain('up');
  });

  test('is tried again ever more seldom, every 30 seconds at last, with a new token', async () => {
    let tokens = 0;
    await open(async () => `t${tokens++}`);
    const waits: number[] = [];
    for (let i = 0; i < 9; i++) {
      const count = FakeSocket.all.length;
      const before = Date.now();
      FakeSocket.last.onclose?.();
      while (FakeSocket.all.length === count) await pass(100);
      waits.push(Math.round((Date.now() - before) / 100) * 100);
    }
    expect(waits).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
    expect(tokens).toBe(10);
    // One that is accepted and dropped at once was none; one that lasted is followed by the next at
    // once.
    FakeSocket.last.onopen?.();
    FakeSocket.last.onclose?.();
    await pass(500);
    expect(FakeSocket.all).toHaveLength(10);
    await pass(29_600);
    expect(FakeSocket.all).toHaveLength(11);
    FakeSocket.last.onopen?.();
    await pass(6_000);
    FakeSocket.last.onclose?.();
    await pass(500);
    expect(FakeSocket.all).toHaveLength(12);
  });

  test('is tried again at random times, so that a hub is not hit by all at once', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0);
    await open();
    FakeSocket.last.onclose?.();
    await pass(0);
    expect(FakeSocket.all).toHaveLength(2);
  });

  test('that a page may not open is tried again, and throws nothing', async () => {
    FakeSocket.refuses = true;
    await open();
    await pass(60_000);
    expect(FakeSocket.all).toEqual([]);
    FakeSocket.refuses = false;
    while (FakeSocket.all.length === 0) await pass(1_000);
    FakeSocket.last.onopen?.();
    expect(events).toEqual(['up']);
  });

  test('hears nothing from a socket that it dropped', async () => {
    const dropped = await open();
    dropped.onerror?.();
    await pass(500);
    FakeSocket.last.onopen?.();
    events = [];
    dropped.onopen?.();
    dropped.onmessage?.({ data: '{"cursor":"e:9"}' });
    dropped.onerror?.();
    dropped.onclose?.();
    await pass(1_000);
    expect([events, FakeSocket.all.length]).toEqual([[], 2]);
  });
});

describe('the end of a live connection', () => {
  test('closes the socket, and opens no other', async () => {
    const socket = await open();
    socket.onopen?.();
    stop();
    expect([socket.closed, events]).toEqual([true, ['up', 'down']]);
    await pass(600_000);
    expect([FakeSocket.all.length, socket.sent]).toEqual([1, []]);
  });

  test('between two attempts is the end of attempts', async () => {
    await open();
    FakeSocket.last.onclose?.();
    stop();
    await pass(600_000);
    expect(FakeSocket.all).toHaveLength(1);
  });

  test('while the app gets a token opens nothing', async () => {
    let give: (token: string) => void = () => {};
    stop = openLive(url, () => new Promise((resolve) => (give = resolve)), {
      onConnected: () => events.push('?'),
      onPoke: () => events.push('?'),
    });
    await pass(0);
    stop();
    give('late');
    await pass(60_000);
    expect([FakeSocket.all, events]).toEqual([[], []]);
  });
});
