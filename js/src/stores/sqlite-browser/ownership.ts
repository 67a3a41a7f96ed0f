// Of the tabs that have a database open, one owns its file: a Web Lock chooses it, and hands over
// when it closes or dies; from one that is frozen and keeps the lock the others take it. The owner
// begins the worker that has the file.
import { TidemarkError } from '../../errors.js';
import {
  type Begin,
  type Call,
  type Hello,
  type News,
  nameOf,
  type WorkerNews,
} from './protocol.js';

/** How many questions a tab leaves unanswered before another takes over. */
const unansweredMax = 4;
/** How soon another worker is begun after one that cannot go on. */
const restartMs = 100;
/** How long the worker is waited for when the database is closed. */
const closeMsMax = 5_000;

export interface OwnershipOptions {
  name: string;
  /** How long the owner may be silent while it is waited for. */
  takeoverMs: number;
  worker: () => Worker;
  begin: Omit<Begin, 'type' | 'owner'>;
  tell(news: News): void;
  /** Whether something of this tab waits for the owner. */
  isWaiting(): boolean;
  onNews(news: WorkerNews, owner: string): void;
  onFailed(error: TidemarkError, owner: string): void;
  /** This tab's worker is gone, or about to begin. */
  onUnrouted(): void;
}

export class Ownership {
  #owner: string | null = null;
  #worker: Worker | null = null;
  #holds = false;
  #takes = false;
  #unanswered = 0;
  #hasFailed = false;
  #release: () => void = () => {};
  readonly #end = new AbortController();
  /** Ends the waiting for the lock. */
  #turn = new AbortController();
  readonly #watch: ReturnType<typeof setInterval>;

  constructor(readonly options: OwnershipOptions) {
    void this.#queue();
    const everyMs = options.takeoverMs / (unansweredMax + 1);
    this.#watch = setInterval(() => this.#look(everyMs), everyMs);
  }

  /** The name of this tab's worker; null: another tab has it. */
  get owner(): string | null {
    return this.#owner;
  }

  post(message: Hello | Call): void {
    this.#worker?.postMessage(message);
  }

  /** Begins again after a failure. */
  retry(): void {
    if (this.#holds && this.#hasFailed) this.#begin();
  }

  hear(news: News): void {
    if (['pong', 'owner', 'wrote', 'changed', 'unopened'].includes(news.type)) this.#unanswered = 0;
  }

  async #queue(): Promise<void> {
    const name = nameOf(this.options.name);
    while (!this.#end.signal.aborted) {
      this.#turn = new AbortController();
      const how = this.#takes ? { steal: true } : { signal: this.#turn.signal };
      this.#takes = false;
      // Rejects when the waiting is given up, or the lock taken.
      await navigator.locks.request(name, how, () => this.#hold()).catch(() => {});
      if (this.#holds) this.#lost();
    }
  }

  #hold(): Promise<void> {
    return new Promise((resolve) => {
      this.#release = resolve;
      this.#holds = true;
      this.options.tell({ type: 'pong' });
      this.#begin();
    });
  }

  #lost(): void {
    this.#holds = false;
    const owner = this.#owner;
    this.#stop();
    this.options.onUnrouted();
    if (owner !== null && !this.#end.signal.aborted) this.options.tell({ type: 'over', owner });
  }

  #begin(): void {
    this.#stop();
    this.options.onUnrouted();
    this.#hasFailed = false;
    const owner = crypto.randomUUID();
    this.#owner = owner;
    try {
      const worker = this.options.worker();
      this.#worker = worker;
      worker.onmessage = ({ data }: MessageEvent<WorkerNews>) => {
        if (this.#worker !== worker) return;
        if (data.type !== 'lost') return this.options.onNews(data, owner);
        // Where the lock was taken, that is heard first.
        setTimeout(() => this.#worker === worker && this.#begin(), restartMs);
      };
      worker.onerror = (event) => {
        event.preventDefault();
        if (this.#worker === worker) this.#failed(event.message ?? 'it cannot be loaded');
      };
      worker.postMessage({ type: 'begin', owner, ...this.options.begin } satisfies Begin);
    } catch (error) {
      this.#failed(error instanceof Error ? error.message : String(error));
    }
  }

  #failed(why: string): void {
    this.#hasFailed = true;
    const error = new TidemarkError('storage_unavailable', `the worker: ${why}`);
    this.options.onFailed(error, this.#owner ?? '');
  }

  #stop(): void {
    this.#worker?.terminate();
    this.#worker = null;
    this.#owner = null;
  }

  // The worker answers: it may be frozen although its tab is not.
  #look(everyMs: number): void {
    if (this.#holds || !this.options.isWaiting()) {
      this.#unanswered = 0;
      return;
    }
    if (this.#unanswered >= unansweredMax) {
      // Not all at once: the first tells the others.
      setTimeout(() => this.#take(), Math.random() * everyMs);
      return;
    }
    this.#unanswered += 1;
    this.options.tell({ type: 'ping' });
  }

  #take(): void {
    if (this.#holds || this.#unanswered < unansweredMax) return;
    this.#takes = true;
    this.#turn.abort();
  }

  /** `finish` asks the worker to end, if there is one. */
  async close(finish: () => Promise<unknown>): Promise<void> {
    clearInterval(this.#watch);
    this.#end.abort();
    if (this.#worker !== null) {
      const late = new Promise((resolve) => setTimeout(resolve, closeMsMax));
      await Promise.race([finish().catch(() => {}), late]);
    }
    this.#holds = false;
    this.#stop();
    this.#turn.abort();
    this.#release();
  }
}
