// Leadership: of the contexts (tabs, workers) that share a database, one talks to the network. A
// Web Lock chooses it, and hands over when it closes or dies; a BroadcastChannel carries its status
// to the others, and their commands to it.
import { asTidemarkError, type ErrorBody, TidemarkError } from './errors.js';
import type { Status } from './types.js';
import type { StampText } from './wire.js';

export type Command = 'flush' | 'pause' | 'resume';

export interface ClockNews {
  offsetMs: number;
  accepted: StampText | null;
  restart: boolean;
}

export interface LeadershipHandlers {
  /** This context leads from now on; tried again if it rejects. */
  onLead(): Promise<void>;
  onLeadFailed(error: unknown): void;
  onStatus(status: Status): void;
  /** A command of another context; null if this one does not lead. */
  onCommand(command: Command): Promise<void> | null;
  onClock(news: ClockNews): void;
}

type Message =
  | { type: 'status'; status: Status }
  | { type: 'clock'; news: ClockNews }
  | { type: 'hello' }
  | { type: 'lead' }
  | { type: 'command'; id: string; command: Command }
  | { type: 'done'; id: string; error: ErrorBody | null };

const leadRetryMsBase = 500;
const leadRetryMsMax = 30_000;

interface Question {
  command: Command;
  resolve(): void;
  reject(error: Error): void;
}

export class Leadership {
  readonly #handlers: LeadershipHandlers;
  readonly #channel: BroadcastChannel | null;
  readonly #questions = new Map<string, Question>();
  readonly #end = new AbortController();
  #release: () => void = () => {};
  #status: Status | null = null;

  constructor(name: string, handlers: LeadershipHandlers) {
    this.#handlers = handlers;
    this.#channel = openChannel(`tidemark:${name}:lead`);
    if (this.#channel !== null) this.#channel.onmessage = ({ data }) => this.#receive(data);
    const locks = globalThis.navigator?.locks;
    if (locks === undefined) void this.#lead();
    else this.#queue(locks, `tidemark:${name}`);
    this.#send({ type: 'hello' });
  }

  /**
   * Asks the context that leads; if that ends before it answers, the next one: another, or this
   * one.
   */
  ask(command: Command): Promise<void> {
    return new Promise((resolve, reject) => {
      const id = crypto.randomUUID();
      this.#questions.set(id, { command, resolve, reject });
      this.#send({ type: 'command', id, command });
    });
  }

  #askAgain(): void {
    for (const [id, { command }] of this.#questions) this.#send({ type: 'command', id, command });
  }

  tellStatus(status: Status): void {
    this.#status = status;
    this.#send({ type: 'status', status });
  }

  tellClock(news: ClockNews): void {
    this.#send({ type: 'clock', news });
  }

  close(): void {
    this.#end.abort();
    this.#release();
    this.#channel?.close();
    for (const { reject } of this.#questions.values()) reject(new TidemarkError('closed'));
    this.#questions.clear();
  }

  #queue(locks: LockManager, name: string): void {
    const held = () =>
      new Promise<void>((resolve) => {
        this.#release = resolve;
        void this.#lead();
      });
    // Rejects only when it is given up by close().
    locks.request(name, { signal: this.#end.signal }, held).catch(() => {});
  }

  async #lead(): Promise<void> {
    for (let attempt = 0; !this.#end.signal.aborted; attempt++) {
      try {
        await this.#handlers.onLead();
        this.#send({ type: 'lead' });
        for (const [id, { command }] of this.#questions) void this.#answer(id, command);
        return;
      } catch (error) {
        this.#handlers.onLeadFailed(error);
        const delay = Math.min(leadRetryMsMax, leadRetryMsBase * 2 ** attempt);
        await new Promise((resolve) => setTimeout(resolve, delay));
      }
    }
  }

  #receive(message: Message): void {
    switch (message.type) {
      case 'status':
        return this.#handlers.onStatus(message.status);
      case 'clock':
        return this.#handlers.onClock(message.news);
      case 'hello':
        return this.#status === null ? undefined : this.tellStatus(this.#status);
      case 'lead':
        return this.#askAgain();
      case 'command':
        return void this.#answer(message.id, message.command);
      case 'done':
        return this.#settle(message.id, message.error);
    }
  }

  async #answer(id: string, command: Command): Promise<void> {
    const done = this.#handlers.onCommand(command);
    if (done === null) return;
    const error = await done.then(
      () => null,
      (cause) => asTidemarkError(cause, 'internal').toJSON(),
    );
    if (error?.code === 'closed') return; // this context is; the next to lead is asked again
    this.#settle(id, error);
    this.#send({ type: 'done', id, error });
  }

  #settle(id: string, error: ErrorBody | null): void {
    const question = this.#questions.get(id);
    if (question === undefined) return;
    this.#questions.delete(id);
    if (error === null) question.resolve();
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
