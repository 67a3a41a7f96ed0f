// The live connection against a real WebSocket server, by the fetch transport.
import { createServer, type IncomingMessage } from 'node:http';
import { WebSocket } from 'undici';
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { type ServerSocket, WebSocketServer } from 'ws';
import { FetchTransport } from '../../js/src/transports/fetch.js';
import { portOf } from './support/server.js';

const until = (check: () => void) => vi.waitFor(check, { timeout: 20_000 });

interface Connection {
  socket: ServerSocket;
  request: IncomingMessage;
}

async function serveLive(): Promise<{ url: string; connections: Connection[] }> {
  const server = createServer();
  const connections: Connection[] = [];
  const handleProtocols = (offered: Set<string>) => offered.has('tidemark.1') && 'tidemark.1';
  const sockets = new WebSocketServer({ server, handleProtocols });
  sockets.on('connection', (socket, request) => {
    connections.push({ socket, request });
    socket.send('{"cursor":"e:0"}');
    socket.on('message', (data) => {
      if (new TextDecoder().decode(data) === 'ping') socket.send('pong');
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  onTestFinished(() => {
    for (const { socket } of connections) socket.terminate();
    sockets.close();
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${portOf(server)}/sync`, connections };
}

const openTo = (transport: FetchTransport) => {
  const events: string[] = [];
  const stop = transport.live({
    onConnected: (connected) => events.push(connected ? 'up' : 'down'),
    onPoke: (cursor) => events.push(`poke ${cursor}`),
  });
  onTestFinished(() => stop?.());
  return events;
};

beforeEach(() => {
  vi.stubGlobal('WebSocket', WebSocket);
  vi.spyOn(Math, 'random').mockReturnValue(0);
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

test('a connection says who, and for which scope, and hears pokes', async () => {
  const { url, connections } = await serveLive();
  const events = openTo(new FetchTransport(url, () => 'secret', 'home 1'));
  await until(() => expect(events).toEqual(['up', 'poke e:0']));
  const [{ request, socket }] = connections as [Connection];
  expect(request.url).toBe('/sync/live?scope=home+1');
  expect(request.url).not.toContain('secret');
  expect(request.headers['sec-websocket-protocol']).toBe(`tidemark.1, bearer.${btoa('secret')}`);
  expect(socket.protocol).toBe('tidemark.1');
  socket.send('{"cursor":"e:1"}');
  await until(() => expect(events).toContain('poke e:1'));
});

test.each(['close', 'terminate'] as const)(
  'a connection that the hub ends by %s is opened again',
  async (end) => {
    const { url, connections } = await serveLive();
    const events = openTo(new FetchTransport(url));
    await until(() => expect(connections).toHaveLength(1));
    await until(() => expect(events).toContain('up'));
    connections[0]?.socket[end]();
    await until(() => expect(connections).toHaveLength(2));
    await until(() =>
      expect(events.filter((each) => each !== 'poke e:0')).toEqual(['up', 'down', 'up']),
    );
  },
);

test('the end of a connection is seen by the hub', async () => {
  const { url, connections } = await serveLive();
  const transport = new FetchTransport(url);
  const stop = transport.live({ onConnected: () => {}, onPoke: () => {} });
  await until(() => expect(connections).toHaveLength(1));
  const closed = new Promise<void>((resolve) => connections[0]?.socket.on('close', resolve));
  stop?.();
  await closed;
});

test('there is no connection where the endpoint or the host has none', async () => {
  const none = { onConnected: () => {}, onPoke: () => {} };
  const without = new FetchTransport('http://x', undefined, undefined, { paths: { live: null } });
  expect(without.live(none)).toBe(null);
  vi.stubGlobal('WebSocket', undefined);
  expect(new FetchTransport('http://x').live(none)).toBe(null);
});
