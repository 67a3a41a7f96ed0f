// SyncObject: the Durable Object of one scope. It gives the hub its database, its time and its
// listeners. It trusts whoever can reach it: who may, routes.ts decides.
import { DurableObject } from 'cloudflare:workers';
import { Hono } from 'hono';
import { hubJoin } from '../entry/workerd.js';
import { TidemarkError } from '../errors.js';
import { parseBody, readBody } from './body.js';
import { Hub } from './hub.js';
import { liveProtocol } from './live.js';
import { ObjectStore } from './object-store.js';
import { errorReply, reply } from './replies.js';
import { parseFull, parsePull, parsePush } from './schema.js';

export class SyncObject<Env = unknown> extends DurableObject<Env> {
  readonly #hub: Hub;
  readonly #app: Hono;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    // Pings are answered without waking the object.
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair('ping', 'pong'));
    this.#hub = new Hub(new ObjectStore(ctx.storage), hubJoin);
    this.#app = this.#calls();
  }

  override fetch(request: Request): Response | Promise<Response> {
    return this.#app.fetch(request);
  }

  #calls(): Hono {
    const app = new Hono();
    app.post('/push', async ({ req }) => {
      const request = parsePush(parseBody(await readBody(req.raw)));
      return reply(this.#poking(() => this.#hub.push(request, Date.now())));
    });
    app.post('/full', async ({ req }) => {
      const request = parseFull(parseBody(await readBody(req.raw)));
      return reply(this.#poking(() => this.#hub.full(request, Date.now())));
    });
    app.get('/pull', ({ req }) => {
      return reply(this.#hub.pull(parsePull(new URL(req.url).searchParams), Date.now()));
    });
    app.get('/meta', () => reply(this.#hub.meta(Date.now())));
    app.get('/live', ({ req }) => this.#accept(req.raw));
    app.notFound(() => errorReply(new TidemarkError('not_found')));
    app.onError(errorReply);
    return app;
  }

  #poking<T>(call: () => T): T {
    const before = this.#hub.cursor;
    const result = call();
    const { cursor } = this.#hub;
    if (cursor !== before) for (const socket of this.ctx.getWebSockets()) poke(socket, cursor);
    return result;
  }

  #accept(request: Request): Response {
    const protocol = liveProtocol(request.headers);
    const { 0: client, 1: server } = new WebSocketPair();
    this.ctx.acceptWebSocket(server);
    poke(server, this.#hub.cursor);
    const headers = protocol === null ? {} : { 'Sec-WebSocket-Protocol': protocol };
    return new Response(null, { status: 101, webSocket: client, headers });
  }

  // A listener has nothing to say but `ping`.
  override webSocketMessage(): void {}

  override webSocketClose(socket: WebSocket, code: number): void {
    close(socket, code);
  }

  override webSocketError(socket: WebSocket): void {
    close(socket, abnormal);
  }
}

const abnormal = 1011;
/** Codes that say that none was received; they may not be sent. */
const unsendable = [1005, 1006, 1015];

// The peer may be gone: that must fail nothing.
function poke(socket: WebSocket, cursor: string): void {
  try {
    socket.send(JSON.stringify({ cursor }));
  } catch {
    close(socket, abnormal);
  }
}

function close(socket: WebSocket, code: number): void {
  try {
    socket.close(unsendable.includes(code) ? 1000 : code);
  } catch {
    // It is closed.
  }
}
