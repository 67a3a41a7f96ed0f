// SyncObject: the Durable Object of one scope. It gives the hub its database, its time and its
// listeners. It trusts whoever can reach it: who may, routes.ts decides.
import { DurableObject } from 'cloudflare:workers';
import { Hono } from 'hono';
import { hubHash, hubJoin } from '../entry/workerd.js';
import { TidemarkError } from '../errors.js';
import { parseBody, readBody } from './body.js';
import { defaultOptions } from './context.js';
import { Hub } from './hub.js';
import { liveProtocol } from './live.js';
import { ObjectStore } from './object-store.js';
import { errorReply, reply } from './replies.js';
import { parseDigest, parseFull, parseLosses, parseMeta, parsePull, parsePush } from './schema.js';

export class SyncObject<Env = unknown> extends DurableObject<Env> {
  /** The least schema version of an app that may read or write; one that names none has 1. */
  schemaMin = defaultOptions.schemaMin;
  /** How many days a backup of the storage is kept, at most. */
  backupDays = defaultOptions.backupDays;
  /** How many days a delete is remembered, at least. */
  tombstoneDays = defaultOptions.tombstoneDays;
  /** How many days a value that lost is kept. */
  lossDays = defaultOptions.lossDays;
  readonly #store: ObjectStore;
  readonly #app: Hono;
  #made: Hub | null = null;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    // Pings are answered without waking the object.
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair('ping', 'pong'));
    this.#store = new ObjectStore(ctx.storage);
    this.#app = this.#calls();
  }

  override fetch(request: Request): Response | Promise<Response> {
    return this.#app.fetch(request);
  }

  /**
   * To be called by whoever restored the storage from a backup: devices then offer again what they
   * know and it lacks.
   */
  restored(): void {
    this.#poking(() => this.#hub.restored(Date.now()));
  }

  // Made at the first call: until then, the properties of an app's own class are not set.
  get #hub(): Hub {
    const { schemaMin, backupDays, tombstoneDays, lossDays } = this;
    const options = { schemaMin, backupDays, tombstoneDays, lossDays };
    this.#made ??= new Hub(this.#store, hubJoin, hubHash, options);
    return this.#made;
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
      const request = parsePull(queryOf(req.url));
      // A reader may be the first to tell that the storage was restored.
      return reply(this.#poking(() => this.#hub.pull(request, Date.now())));
    });
    app.post('/digest', async ({ req }) => {
      const request = parseDigest(parseBody(await readBody(req.raw)));
      return reply(this.#hub.digest(request, Date.now()));
    });
    app.get('/losses', ({ req }) => reply(this.#hub.losses(parseLosses(queryOf(req.url)))));
    app.get('/meta', ({ req }) => {
      return reply(this.#hub.meta(parseMeta(queryOf(req.url)), Date.now()));
    });
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

function queryOf(url: string): URLSearchParams {
  return new URL(url).searchParams;
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
