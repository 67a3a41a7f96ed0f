// Prefetch: while a page is written to the store, the next one is on its way. A transport around
// any other; what was fetched ahead counts only for exactly the request that is made then.
import type {
  DigestRequest,
  FullReply,
  FullRequest,
  LossesRequest,
  MetaRequest,
  PullReply,
  PullRequest,
} from '../wire.js';
import type { CallOptions, LiveHandlers, Traffic, Transport } from './transport.js';

interface Ahead {
  request: string;
  reply: Promise<{ reply: PullReply; at: number }>;
  traffic: Traffic;
  end: AbortController;
}

export class PrefetchTransport implements Transport {
  #ahead: Ahead | null = null;
  readonly losses?: Transport['losses'];
  readonly digest?: Transport['digest'];
  readonly meta?: Transport['meta'];

  constructor(readonly below: Transport) {
    const { losses, digest, meta } = below;
    if (losses)
      this.losses = (request: LossesRequest, options) => losses.call(below, request, options);
    if (digest)
      this.digest = (request: DigestRequest, options) => digest.call(below, request, options);
    if (meta) this.meta = (request: MetaRequest, options) => meta.call(below, request, options);
  }

  async pull(request: PullRequest, options: CallOptions): Promise<PullReply> {
    const reply = (await this.#take(request, options)) ?? (await this.below.pull(request, options));
    if (reply.more && !reply.reset && !options.signal.aborted)
      this.#fetch(request, reply, options.signal);
    return reply;
  }

  full(request: FullRequest, options: CallOptions): Promise<FullReply> {
    this.#drop();
    return this.below.full(request, options);
  }

  live(handlers: LiveHandlers): (() => void) | null {
    return this.below.live(handlers);
  }

  #drop(): void {
    this.#ahead?.end.abort();
    this.#ahead = null;
  }

  /** What was fetched ahead for this request; null: nothing, or it failed: then it is made anew. */
  async #take(request: PullRequest, options: CallOptions): Promise<PullReply | null> {
    const ahead = this.#ahead;
    if (ahead?.request !== nameOf(request) || options.refreshToken) {
      this.#drop();
      return null;
    }
    this.#ahead = null;
    const give = () => ahead.end.abort();
    options.signal.addEventListener('abort', give);
    try {
      const { reply, at } = await ahead.reply;
      if (options.traffic) {
        options.traffic.sent += ahead.traffic.sent;
        options.traffic.received += ahead.traffic.received;
      }
      // It is taken for the hub's time now: who reads it thinks that it has just been asked.
      return { ...reply, serverTime: reply.serverTime + Date.now() - at };
    } catch {
      return null;
    } finally {
      options.signal.removeEventListener('abort', give);
    }
  }

  #fetch({ known: _, ...request }: PullRequest, page: PullReply, signal: AbortSignal): void {
    const end = new AbortController();
    signal.addEventListener('abort', () => end.abort(), { once: true });
    const traffic = { sent: 0, received: 0 };
    const next = { ...request, cursor: page.cursor, ...(page.hub && { hub: page.hub }) };
    const options = { refreshToken: false, signal: end.signal, traffic };
    const reply = this.below.pull(next, options).then((got) => ({ reply: got, at: Date.now() }));
    reply.catch(() => {}); // whoever asks for it makes the request anew
    this.#ahead = { request: nameOf(next), reply, traffic, end };
  }
}

/** Equal for equal requests, whatever the order of their members. */
function nameOf(request: PullRequest): string {
  const members = Object.entries(request).filter(([, value]) => value !== undefined);
  return JSON.stringify(members.sort(([a], [b]) => (a < b ? -1 : 1)));
}
