// Leadership: of the contexts (tabs, workers) that share a database, one talks to the network. A
// Web Lock chooses it, and hands over when it closes or dies; from one that is frozen and keeps the
// lock the others take it. A BroadcastChannel carries its status to the others, and their commands
// to it.
import { asTidemarkError, type ErrorBody, TidemarkError } from './errors.js';
import type { Metrics, Status, SyncEvents } from './types.js';
import type { StampText } from './wire.js';

/** `refresh`: what the app dealt with changed counts, and what is to be read. */
export type Command = 'flush' | 'pause' | 'resume' | 'refresh' | 'verify' | 'adopt' | 'switch';

/** One of `SyncEvents`. */
export interface EventNews {
  event: keyof SyncEvents;
  detail: SyncEvents[keyof SyncEvents];
}

export interface ClockNews {
  offsetMs: number;
  /** The greatest stamp that the hub has accepted, or that is pending under it: new ones follow. */
  ground: StampText | null;
  restart: boolean;
}

export interface LeadershipHandlers {
  /** This context leads from now on; tried again if it rejects. */
  onLead(): Promise<void>;
  onLeadFailed(error: unknown): void;
  /** Another context took the lead from this one. */
  onLost(): Promise<void>;
  onStatus(status: Status, metrics?: Metrics): void;
  /** A command of another context; null if this one does not lead. */
  onCommand(command: Command, argument?: unknown): Promise<unknown> | null;
  onEvent?(news: EventNews): void;
  onClock(news: ClockNews): void;
}

type Message =
  | { type: 'status'; status: Status; metrics?: Metrics | undefined }
  | { type: 'event'; news: EventNews }
  | { type: 'clock'; news: ClockNews }
  | { type: 'hello' | 'lead' | 'ping' | 'pong' }
  | { type: 'command'; id: string; command: Command; argument?: unknown }
  | { type: 'done'; id: string; error: ErrorBody | null; result?: unknown };

const leadRetryMsBase = 500;
const leadRetryMsMax = 30_000;
/** How long a leader may be silent, for example frozen by the browser, before another leads. */
const takeoverMsDefault = 30_000;
/** How many questions it leaves unanswered meanwhile, each in a fifth of that time. */
const unansweredMax = 3;

interface Question {
  command: Command;
  argument: unknown;
  resolve(result: unknown): void;
  reject(error: Error): void;
}

export class Leadership {
  readonly #handlers: LeadershipHandlers;
  readonly #channel: BroadcastChannel | null;
  readonly #questions = new Map<string, Question>();
  /** Of questions that are being answered: one is asked again when a leader is announced late. */
  readonly #answering = new Set<string>();
  readonly #end = new AbortController();
  /** Ends the waiting for the lock. */
  #turn = new AbortController();
  #takes = false;
  #holds = false;
  /** Questions whether there is a leader, since the last answer. */
  #unanswered = 0;
  #watch: ReturnType<typeof setInterval> | undefined;
  #release: () => void = () => {};
  #status: Status | null = null;
  #metrics: Metrics | undefined;

  constructor(name: string, handlers: LeadershipHandlers, takeoverMs = takeoverMsDefault) {
    this.#handlers = handlers;
    this.#channel = openChannel(`tidemark:${name}:lead`);
    if (this.#channel !== null) this.#channel.onmessage = ({ data }) => this.#receive(data);
    const locks = globalThis.navigator?.locks;
    if (locks === undefined) {
      this.#holds = true;
      void this.#lead();
    } else {
      void this.#queue(locks, `tidemark:${name}`);
      if (this.#channel !== null) this.#watchLeader(takeoverMs / 5);
    }
    this.#send({ type: 'hello' });
  }

  /** Whether the lead is this context's, to have or to be taken. */
  get holds(): boolean {
    return this.#holds;
  }

  /**
   * Asks the context that leads; if that ends before it answers, the next one: another, or this
   * one.
   */
  ask(command: Command, argument?: unknown): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const id = crypto.randomUUID();
      this.#questions.set(id, { command, argument, resolve, reject });
      this.#send({ type: 'command', id, command, argument });
    });
  }

  /**
   * Leads anew, after this context that leads had stopped for a while: what was asked meanwhile, or
   * was not answered for that, is answered then.
   */
  leadAgain(): Promise<void> {
    return this.#lead();
  }

  #askAgain(): void {
    for (const [id, { command, argument }] of this.#questions)
      this.#send({ type: 'command', id, command, argument });
  }

  tellStatus(status: Status, metrics?: Metrics): void {
    this.#status = status;
    this.#metrics = metrics;
    this.#send({ type: 'status', status, metrics });
  }

  tellEvent(news: EventNews): void {
    this.#send({ type: 'event', news });
  }

  tellClock(news: ClockNews): void {
    this.#send({ type: 'clock', news });
  }

  close(): void {
    this.#end.abort();
    this.#turn.abort();
    this.#release();
    clearInterval(this.#watch);
    this.#channel?.close();
    for (const { reject } of this.#questions.values()) reject(new TidemarkError('closed'));
    this.#questions.clear();
  }

  async #queue(locks: LockManager, name: string): Promise<void> {
    while (!this.#end.signal.aborted) {
      this.#turn = new AbortController();
      const how = this.#takes ? { steal: true } : { signal: this.#turn.signal };
      this.#takes = false;
      // Rejects when the waiting is given up, or the lock taken.
      await locks.request(name, how, () => this.#hold()).catch(() => {});
      if (this.#holds) await this.#lost();
    }
  }

  #hold(): Promise<void> {
    return new Promise((resolve) => {
      this.#release = resolve;
      this.#holds = true;
      this.#send({ type: 'pong' });
      void this.#lead();
    });
  }

  async #lost(): Promise<void> {
    this.#holds = false;
    this.#status = null;
    if (this.#end.signal.aborted) return;
    await this.#handlers.onLost();
    this.#send({ type: 'hello' });
  }

  // A frozen context answers nothing; one in the background does, although its timers are slow.
  #watchLeader(everyMs: number): void {
    const take = () => {
      if (this.#holds || this.#unanswered < unansweredMax) return;
      this.#takes = true;
      this.#turn.abort();
    };
    const look = () => {
      if (this.#holds) return;
      // Not all at once: the first tells the others.
      if (this.#unanswered === unansweredMax) setTimeout(take, Math.random() * everyMs);
      else this.#unanswered += 1;
      this.#send({ type: 'ping' });
    };
    this.#watch = setInterval(look, everyMs);
    (this.#watch as { unref?: () => void }).unref?.();
  }

  async #lead(): Promise<void> {
    for (let attempt = 0; this.#holds && !this.#end.signal.aborted; attempt++) {
      try {
        await this.#handlers.onLead();
        if (!this.#holds) return;
        this.#send({ type: 'lead' });
        for (const [id, { command, argument }] of this.#questions)
          void this.#answer(id, command, argument);
        return;
      } catch (error) {
        if (this.#end.signal.aborted || !this.#holds) return;
        this.#handlers.onLeadFailed(error);
        const delay = Math.min(leadRetryMsMax, leadRetryMsBase * 2 ** attempt);
        await new Promise((resolve) => setTimeout(resolve, delay));
      }
    }
  }

  #receive(message: Message): void {
    switch (message.type) {
      case 'status':
        return this.#handlers.onStatus(message.status, message.metrics);
      case 'event':
        return this.#handlers.onEvent?.(message.news);
      case 'clock':
        return this.#handlers.onClock(message.news);
      case 'hello':
        return this.#status === null ? undefined : this.tellStatus(this.#status, this.#metrics);
      case 'lead':
        return this.#askAgain();
      case 'pong':
        this.#unanswered = 0;
        return;
      case 'ping':
        // A frozen context may hear what is sent, but no time passes in it.
        return void setTimeout(() => this.#holds && this.#send({ type: 'pong' }));
      case 'command':
        return void this.#answer(message.id, message.command, message.argument);
      case 'done':
        return this.#settle(message.id, message.error, message.result);
    }
  }

  async #answer(id: string, command: Command, argument: unknown): Promise<void> {
    if (this.#answering.has(id)) return;
    const done = this.#handlers.onCommand(command, argument);
    if (done === null) return;
    this.#answering.add(id);
    let result: unknown;
    const error = await done.then(
      (given) => {
        result = given;
        return null;
      },
      (cause) => asTidemarkError(cause, 'internal').toJSON(),
    );
    this.#answering.delete(id);
    // This context is, or starts anew: whoever leads next is asked again.
    if (error?.code === 'closed') return;
    this.#settle(id, error, result);
    this.#send({ type: 'done', id, error, result });
  }

  #settle(id: string, error: ErrorBody | null, result?: unknown): void {
    const question = this.#questions.get(id);
    if (question === undefined) return;
    this.#questions.delete(id);
    if (error === null) question.resolve(result);
    else question.reject(TidemarkError.of(error));
  }

  #send(message: Message): void {
    if (!this.#end.signal.aborted) this.#channel?.postMessage(message);
  }
}

function openChannel(name: string): BroadcastChannel | null {
  if (typeof BroadcastChannel === 'undefined') return null;
  const channel = new BroadcastChannel(name);
  // In Node an open channel would keep the process alive.
  (channel as { unref?: () => void }).unref?.();
  return channel;
}
