// Live: the handshake, and who is poked when.
import { env, runInDurableObject, SELF } from 'cloudflare:test';
import { expect, test } from 'vitest';
import { routes } from '../../js/src/worker.js';
import { at, base, Device, whole } from './device.js';

const bearer = (token: string) =>
  `bearer.${btoa(token).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')}`;
const upgrade = { Upgrade: 'websocket' };

class Listener {
  readonly messages: string[] = [];
  #closed = false;
  constructor(readonly socket: WebSocket) {
    socket.addEventListener('message', ({ data }) => void this.messages.push(data as string));
    socket.addEventListener('close', () => {
      this.#closed = true;
    });
    socket.accept();
  }
  get closed() {
    return this.#closed;
  }
  async until(done: () => boolean) {
    for (let i = 0; i < 200 && !done(); i++) await new Promise((wake) => setTimeout(wake, 10));
  }
  async next(count: number) {
    await this.until(() => this.messages.length >= count);
    expect(this.messages).toHaveLength(count);
    return this.messages.at(-1) as string;
  }
}

async function listen(device: Device, headers: Record<string, string> = {}, query = '') {
  const protocols = `tidemark.1, ${bearer(device.scope)}`;
  const response = await SELF.fetch(`${base}/live${query}`, {
    headers: { ...upgrade, 'Sec-WebSocket-Protocol': protocols, ...headers },
  });
  expect(response.status).toBe(101);
  expect(response.headers.get('Sec-WebSocket-Protocol')).toBe('tidemark.1');
  return new Listener(response.webSocket as WebSocket);
}

test('the cursor on opening, and after each batch that changed something', async () => {
  const device = new Device();
  const { cursor } = await device.push(whole('a', at(1), {}));
  const [one, two] = [await listen(device), await listen(device)];
  expect(await one.next(1)).toBe(JSON.stringify({ cursor }));
  await two.next(1);
  const second = await device.push(whole('b', at(2), {}));
  for (const each of [one, two])
    expect(await each.next(2)).toBe(JSON.stringify({ cursor: second.cursor }));
  await device.push(whole('b', at(2), {}));
  await device.pull();
  const third = await device.full(second.cursor, [whole('c', at(3), {})]);
  for (const each of [one, two])
    expect(await each.next(3)).toBe(JSON.stringify({ cursor: third.push.cursor }));
  one.socket.close();
  two.socket.close();
});

test('ping is answered', async () => {
  const listener = await listen(new Device());
  await listener.next(1);
  listener.socket.send('ping');
  expect(await listener.next(2)).toBe('pong');
  listener.socket.send('something else');
  listener.socket.send('ping');
  expect(await listener.next(3)).toBe('pong');
  listener.socket.close();
});

test('pokes reach those that were connected before the object slept', async () => {
  const device = new Device();
  const listener = await listen(device);
  await listener.next(1);
  const stub = env.SYNC.get(env.SYNC.idFromName(device.scope));
  // The sockets belong to the state, not to the instance: nothing in memory names them.
  await runInDurableObject(stub, (instance, state) => {
    expect(state.getWebSockets()).toHaveLength(1);
    expect(state.getWebSocketAutoResponse()?.request).toBe('ping');
    expect(Object.values(instance).some((value) => value instanceof WebSocket)).toBe(false);
  });
  const { cursor } = await device.push(whole('a', at(1), {}));
  expect(await listener.next(2)).toBe(JSON.stringify({ cursor }));
  listener.socket.close();
});

test('a socket that is gone fails nothing', async () => {
  const device = new Device();
  const [gone, here] = [await listen(device), await listen(device)];
  await here.next(1);
  const stub = env.SYNC.get(env.SYNC.idFromName(device.scope));
  await runInDurableObject(stub, (_, state) => {
    for (const socket of state.getWebSockets().slice(0, 1))
      Object.defineProperty(socket, 'send', {
        value: () => {
          throw new TypeError('the socket is closed');
        },
      });
  });
  const reply = await device.push(whole('a', at(1), {}));
  expect(reply.results).toEqual([{ outcome: 'applied' }]);
  await here.until(() => here.messages.length + gone.messages.length >= 3);
  expect([here.messages.length, gone.messages.length].sort()).toEqual([1, 2]);
  gone.socket.close();
  here.socket.close();
});

test('a close is answered with a close', async () => {
  const listener = await listen(new Device());
  listener.socket.close(4_000, 'bye');
  await listener.until(() => listener.closed);
  expect(listener.closed).toBe(true);
});

test('scopes do not hear each other', async () => {
  const [one, two] = [new Device(), new Device()];
  const listener = await listen(one);
  await listener.next(1);
  await two.push(whole('a', at(1), {}));
  await one.push(whole('a', at(1), {}));
  await listener.next(2);
  listener.socket.close();
});

test('the scope may be in the query', async () => {
  const [one, two] = [new Device(), new Device()];
  const { cursor } = await two.push(whole('a', at(1), {}));
  const both = bearer(`${one.scope}+${two.scope}`);
  const headers = { 'Sec-WebSocket-Protocol': `tidemark.1, ${both}` };
  const listener = await listen(one, headers, `?scope=${two.scope}`);
  expect(await listener.next(1)).toBe(JSON.stringify({ cursor }));
  listener.socket.close();
  const foreign = await SELF.fetch(`${base}/live?scope=other`, {
    headers: { ...upgrade, ...headers },
  });
  expect(foreign.status).toBe(403);
});

test('the token may be in the header, and wins there', async () => {
  const device = new Device();
  const listener = await listen(device, {
    Authorization: `Bearer ${device.scope}`,
    'Sec-WebSocket-Protocol': `tidemark.1, ${bearer('throws')}`,
  });
  await listener.next(1);
  listener.socket.close();
});

test('a token of any text reaches the hook as it was', async () => {
  const token = 'a.b-c_d~e+f/g==';
  let seen: string | null = null;
  const app = routes<typeof env>({
    object: 'SYNC',
    auth: ({ headers }) => {
      seen = headers.get('Authorization');
      return null;
    },
  });
  const headers = { ...upgrade, 'Sec-WebSocket-Protocol': `tidemark.1, ${bearer(token)}` };
  await app.fetch(new Request(`${base}/live`, { headers }), env);
  expect(seen).toBe(`Bearer ${token}`);
});

test('handshakes that are refused', async () => {
  const { scope } = new Device();
  const authorization = { Authorization: `Bearer ${scope}` };
  const status = async (headers: Record<string, string>) => {
    const response = await SELF.fetch(`${base}/live`, { headers });
    await response.arrayBuffer();
    return response.status;
  };
  expect(await status(authorization)).toBe(400);
  const offering = (names: string) => ({ ...upgrade, 'Sec-WebSocket-Protocol': names });
  expect(await status({ ...authorization, ...offering('tidemark.2') })).toBe(426);
  expect(await status(offering('tidemark.1'))).toBe(401);
  expect(await status(offering('tidemark.1, bearer.***'))).toBe(401);
  expect(await status(offering(`tidemark.1, ${bearer('line\nbreak')}`))).toBe(401);
  const evil = { ...authorization, ...offering('tidemark.1'), Origin: 'https://evil.example' };
  expect(await status(evil)).toBe(403);
});

test('a page of the same host or of the list may listen; no subprotocol is no obstacle', async () => {
  const device = new Device();
  for (const origin of ['https://app.example', 'https://hub.example', 'http://hub.example']) {
    const listener = await listen(device, { Origin: origin });
    await listener.next(1);
    listener.socket.close();
  }
  const headers = { ...upgrade, Authorization: `Bearer ${device.scope}` };
  const response = await SELF.fetch(`${base}/live`, { headers });
  expect([response.status, response.headers.get('Sec-WebSocket-Protocol')]).toEqual([101, null]);
  new Listener(response.webSocket as WebSocket).socket.close();
});
