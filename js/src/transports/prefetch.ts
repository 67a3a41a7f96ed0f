// Prefetch: while a page is written to the store, the next one is on its way. A transport around
// any other; what was fetched ahead counts only for exactly the request that is made then.
import { TidemarkError } from '../errors.js';
import type {
  DigestReply,
  DigestRequest,
  FullReply,
  FullRequest,
  LossesReply,
  LossesRequest,
  MetaReply,
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

  constructor(readonly below: Transport) {}

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

  losses(request: LossesRequest, options: CallOptions): Promise<LossesReply> {
    return this.below.losses?.(request, options) ?? lacking();
  }

  digest(request: DigestRequest, options: CallOptions): Promise<DigestReply> {
    return this.below.digest?.(request, options) ?? lacking();
  }

  meta(request: MetaRequest, options: CallOptions): Promise<MetaReply> {
    return this.below.meta?.(request, options) ?? lacking();
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

const lacking = () => Promise.reject(new TidemarkError('not_found'));

/** Equal for equal requests, whatever the order of their members. */
function nameOf(request: PullRequest): string {
  const members = Object.entries(request).filter(([, value]) => value !== undefined);
  return JSON.stringify(members.sort(([a], [b]) => (a < b ? -1 : 1)));
}
