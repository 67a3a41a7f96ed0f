// The pump: asks the engine what to do next, does it, and tells it how it went. It awaits and
// forwards; all policy is in the core.
import { buildBatch, numberOutbox } from './batch.js';
import type { Engine, EngineOutput } from './engine.js';
import { asTidemarkError } from './errors.js';
import { Exchange } from './exchange.js';
import type { Host } from './host.js';
import type { Store } from './stores/store.js';
import type { Transport } from './transports/transport.js';
import type { Cursor } from './wire.js';

type Step<K extends EngineOutput['kind']> = Extract<EngineOutput, { kind: K }>;

export interface PumpOptions {
  engine: Engine;
  store: Store;
  transport: Transport;
  host: Host;
  /** What the hub is told of this device. */
  device: string;
  schema: number;
  tables: string[];
  cursor: Cursor;
  /** The term that `store.lead()` gave. */
  term: number;
  onStatus(): void;
  /**
   * The clock was learned or, `restart`, found to run ahead: other contexts of the device need to
   * know.
   */
  onClock(restart: boolean): void;
  /** Called when nothing is left to do for now. */
  onSettled(): void;
}

export class Pump {
  /** Exchanges begun so far. */
  begun = 0;
  /** Why the last step failed, in detail; the engine knows the code. */
  lastError: Error | null = null;
  readonly #options: PumpOptions;
  #cursor: Cursor;
  #tables: string[];
  #exchange: Exchange;
  #abort = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #closeLive: (() => void) | null = null;
  #running = false;
  #storing: Promise<unknown> = Promise.resolve();

  constructor(options: PumpOptions) {
    this.#options = options;
    this.#cursor = options.cursor;
    this.#tables = options.tables;
    this.#exchange = new Exchange(options.cursor);
  }

  /** Does all that the engine asks for now. To be called after every command and arrival. */
  run(): void {
    // A step that ends at once would otherwise enter the engine from within.
    if (this.#running) return;
    this.#running = true;
    clearTimeout(this.#timer);
    try {
      for (
        let step = this.#options.engine.poll();
        step !== null;
        step = this.#options.engine.poll()
      ) {
        if (step.kind === 'wake') {
          this.#wakeAt(step.at);
          break;
        }
        this.#perform(step);
      }
    } finally {
      this.#running = false;
    }
    this.#options.onSettled();
  }

  /** Drops the request under way; the engine was told to ignore its answer. */
  abort(): void {
    this.#abort.abort();
    this.#abort = new AbortController();
  }

  /** Ends everything; resolves when the store is no longer written to. */
  async stop(): Promise<void> {
    clearTimeout(this.#timer);
    this.abort();
    this.#closeLive?.();
    this.#closeLive = null;
    await this.#storing;
  }

  #perform(step: Exclude<EngineOutput, { kind: 'wake' }>): void {
    switch (step.kind) {
      case 'loadOutbox':
        this.begun += 1;
        return void this.#storeStep(step.ticket, () => this.#load(step));
      case 'send':
        return void this.#send(step);
      case 'commit':
        return void this.#storeStep(step.ticket, () => this.#commit(step));
      case 'restamp':
        return void this.#storeStep(step.ticket, () => this.#restamp(step));
      case 'live':
        return this.#live(step.open);
      case 'status':
        return this.#options.onStatus();
    }
  }

  async #storeStep(ticket: number, work: () => Promise<void>): Promise<void> {
    const done = work().catch((error) => {
      this.lastError = asTidemarkError(error, 'store_failed');
      this.#options.engine.handleStoreFault(ticket);
    });
    // After a pause an earlier step may still be under way.
    this.#storing = Promise.all([this.#storing, done]);
    await done;
    this.run();
  }

  async #load({ ticket, writesMax }: Step<'loadOutbox'>): Promise<void> {
    const exchange = new Exchange(this.#cursor);
    const numbered = numberOutbox(await this.#options.store.readOutbox(writesMax));
    const planned = this.#options.engine.handleOutbox(ticket, numbered);
    if (planned === null) return; // paused meanwhile: another exchange may be under way by now
    exchange.batch = buildBatch(numbered, planned);
    this.#exchange = exchange;
  }

  async #send(step: Step<'send'>): Promise<void> {
    const { engine, host } = this.#options;
    const exchange = this.#exchange;
    const sentAt = host.now();
    try {
      const serverAt = await this.#call(exchange, step);
      this.lastError = null;
      engine.handleReply(step.ticket, exchange.summary(sentAt, host.now(), serverAt));
    } catch (error) {
      const fault = asTidemarkError(error, 'network');
      this.lastError = fault;
      engine.handleFault(step.ticket, fault.code, fault.retryAfterMs);
    }
    this.run();
  }

  async #call(exchange: Exchange, { call, limit, refreshToken }: Step<'send'>): Promise<number> {
    const { transport, engine, device, schema } = this.#options;
    const tables = this.#tables;
    const options = { refreshToken, signal: this.#abort.signal };
    const { cursor } = exchange;
    const { node } = engine;
    if (call === 'pull') {
      const pull = await transport.pull({ cursor, limit, tables, node }, options);
      exchange.receive(null, pull);
      return pull.serverTime;
    }
    const { changes } = exchange.batch;
    const request = { device, node, schema, cursor, changes, pull: { limit, tables } };
    const { push, pull, serverTime } = await transport.full(request, options);
    exchange.receive(push, pull);
    return serverTime;
  }

  async #commit({ ticket, page, refused, giveUp }: Step<'commit'>): Promise<void> {
    const { engine, store, term } = this.#options;
    const brought = this.#exchange.commit(page, refused, giveUp);
    const commit = { ...brought, clock: engine.accepted, offsetMs: engine.offsetMs };
    const stored = await store.commit(commit, engine.join, term);
    this.#cursor = stored.cursor;
    this.#tables = stored.tables;
    engine.handleCommitted(ticket, stored.pending);
    // Not where this page led to: there is more to read than it said.
    if (brought.cursor !== undefined && stored.cursor !== brought.cursor) engine.handlePoke();
    this.#options.onClock(false);
  }

  async #restamp({ ticket, refused }: Step<'restamp'>): Promise<void> {
    const { engine, store } = this.#options;
    await store.restamp((first, count) => engine.restamp(first, count));
    engine.handleRestamped(ticket);
    this.#options.onClock(refused);
  }

  #live(open: boolean): void {
    this.#closeLive?.();
    this.#closeLive = null;
    if (!open) return;
    const { engine, transport } = this.#options;
    this.#closeLive = transport.live({
      onConnected: (connected) => {
        engine.handleLive(connected);
        this.run();
      },
      onPoke: (cursor) => {
        if (cursor === this.#cursor) return;
        engine.handlePoke();
        this.run();
      },
    });
  }

  #wakeAt(at: number): void {
    const delay = Math.max(0, at - this.#options.host.now());
    this.#timer = setTimeout(() => this.run(), Math.min(delay, 0x7fffffff));
  }
}
