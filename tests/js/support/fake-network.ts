// A transport to a model hub whose every request a test can let fail, hang or answer twice.
// Replies go through JSON and the real checks, so that neither side shares an object with the
// other.
import { TidemarkError } from '../../../js/src/errors.js';
import {
  checkDigestReply,
  checkFullReply,
  checkLossesReply,
  checkPullReply,
} from '../../../js/src/transports/replies.js';
import type { CallOptions, LiveHandlers, Transport } from '../../../js/src/transports/transport.js';
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
} from '../../../js/src/wire.js';
import type { ModelHub } from './model-hub.js';

/** `lost`: never reached the hub. `unanswered`: the hub did it. `half`: half of the reply came. */
export type Fault = 'lost' | 'unanswered' | 'half' | TidemarkError;

export interface Sent {
  call: 'pull' | 'full' | 'losses' | 'digest' | 'meta';
  request: PullRequest | FullRequest | LossesRequest | DigestRequest | MetaRequest;
  options: CallOptions;
}

export class FakeNetwork implements Transport {
  readonly sent: Sent[] = [];
  latencyMs = 20;
  /** What happens to the request of this number, from 0. */
  fault: (sent: Sent, index: number) => Fault | null = () => null;
  /** Resolves when a request may go on; a test that returns another promise holds it. */
  hold: (index: number) => Promise<void> = () => Promise.resolve();
  /** Whether an abort ends a request: a transport that does not listen is still one. */
  hearsAborts = true;
  pokes: LiveHandlers | null = null;
  readonly #hub: ModelHub;

  constructor(hub: ModelHub) {
    this.#hub = hub;
  }

  pull(request: PullRequest, options: CallOptions): Promise<PullReply> {
    const answer = () => this.#hub.pull(request);
    return this.#send({ call: 'pull', request, options }, answer, checkPullReply);
  }

  full(request: FullRequest, options: CallOptions): Promise<FullReply> {
    const answer = (): FullReply => {
      const push = this.#hub.push(request);
      const { cursor, node, records } = request;
      const reply: FullReply = {
        push,
        pull: this.#hub.pull({ cursor, ...(!request.pull.own && { node }), ...request.pull }),
        serverTime: push.serverTime,
      };
      if (records) reply.records = this.#hub.answersTo(records);
      return reply;
    };
    const check = (body: unknown) => checkFullReply(body, request.changes.length);
    return this.#send({ call: 'full', request, options }, answer, check);
  }

  losses(request: LossesRequest, options: CallOptions): Promise<LossesReply> {
    const answer = () => ({
      losses: this.#hub.losses.filter(({ n }) => n > request.after).slice(0, 1),
      more: this.#hub.losses.some(({ n }) => n > request.after + 1),
    });
    return this.#send({ call: 'losses', request, options }, answer, checkLossesReply);
  }

  digest(request: DigestRequest, options: CallOptions): Promise<DigestReply> {
    const answer = () => this.#hub.digest(request);
    return this.#send({ call: 'digest', request, options }, answer, checkDigestReply);
  }

  meta(request: MetaRequest, options: CallOptions): Promise<MetaReply> {
    const answer = () => this.#hub.meta();
    return this.#send({ call: 'meta', request, options }, answer, (body) => body as MetaReply);
  }

  live(handlers: LiveHandlers): () => void {
    this.pokes = handlers;
    return () => {
      this.pokes = null;
    };
  }

  async #send<T>(
    sent: Sent,
    answer: () => T | Promise<T>,
    check: (body: unknown) => T,
  ): Promise<T> {
    const index = this.sent.push(structuredClone({ ...sent, options: null }) as never) - 1;
    (this.sent[index] as Sent).options = sent.options;
    const { signal } = sent.options;
    let end = () => {};
    const ended = new Promise<never>((_, reject) => {
      end = () => reject(new TidemarkError('network', 'aborted'));
    });
    if (this.hearsAborts) signal.addEventListener('abort', end);
    if (this.hearsAborts && signal.aborted) end();
    const answered = this.#answer(sent, index, answer, check);
    answered.catch(() => {});
    return Promise.race([ended, answered]).finally(() => signal.removeEventListener('abort', end));
  }

  async #answer<T>(
    sent: Sent,
    index: number,
    answer: () => T | Promise<T>,
    check: (body: unknown) => T,
  ): Promise<T> {
    const fault = this.fault(sent, index);
    await this.#delay();
    await this.hold(index);
    if (fault instanceof TidemarkError) throw fault;
    if (fault === 'lost') throw new TidemarkError('network', 'lost');
    const text = JSON.stringify(await answer());
    await this.#delay();
    if (fault === 'unanswered') throw new TidemarkError('network', 'unanswered');
    if (fault === 'half') throw halfOf(text);
    return check(JSON.parse(text));
  }

  #delay(): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, this.latencyMs));
  }
}

function halfOf(text: string): TidemarkError {
  try {
    JSON.parse(text.slice(0, text.length / 2));
  } catch {
    return new TidemarkError('bad_reply', 'not JSON, or not all of it');
  }
  throw new Error('half a reply was JSON');
}
