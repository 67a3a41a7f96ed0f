// The pump: asks the engine what to do next, does it, and tells it how it went. It awaits and
// forwards; all policy is in the core.
import { buildBatch, numberOutbox } from './batch.js';
import { Creations } from './creations.js';
import type { EngineOutput } from './engine.js';
import { asTidemarkError, type TidemarkError } from './errors.js';
import { type Brought, Exchange } from './exchange.js';
import type { PumpOptions } from './pump-options.js';
import { callHub } from './requests.js';
import { type CommitResult, type NewWrites, stampAfter } from './stores/store.js';
import { Wanted } from './wanted.js';
import type { Cursor, RecordKey } from './wire.js';

type Step<K extends EngineOutput['kind']> = Extract<EngineOutput, { kind: K }>;
type StoreStep = Step<'loadOutbox' | 'commit' | 'restamp' | 'startOver'>;

export class Pump {
  /** Exchanges begun so far. */
  begun = 0;
  /** The last of them that ended. */
  ended = 0;
  /** Why the last step failed, in detail; the engine knows the code. */
  lastError: Error | null = null;
  readonly #options: PumpOptions;
  #cursor: Cursor;
  #known: Cursor;
  #hub: string | null;
  #tables: string[];
  /** Records that are asked for besides those that the store wants. */
  readonly #wanted = new Wanted();
  readonly #creations = new Creations();
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
    this.#known = options.known;
    this.#hub = options.hub;
    this.#exchange = new Exchange(options.cursor);
  }

  /** How far the hub was read, and whose data it is. */
  get place(): { cursor: Cursor; hub: string | null } {
    return { cursor: this.#cursor, hub: this.#hub };
  }

  /**
   * Reads records again, with an exchange as it comes. What is here and unknown to the hub is
   * offered to it as a new write.
   */
  readAgain(records: readonly RecordKey[]): Promise<unknown> {
    queueMicrotask(() => this.poke());
    return this.#wanted.ask(records);
  }

  /** The hub may have news, or something is to be asked for. */
  poke(): void {
    this.#options.engine.handlePoke();
    this.run();
  }

  /** The app wrote. */
  wrote(writes: readonly NewWrites[]): void {
    const { engine, told } = this.#options;
    engine.handleWrite(told.add(writes));
    this.run();
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
    this.#wanted.close();
    await this.#storing;
  }

  #perform(step: Exclude<EngineOutput, { kind: 'wake' }>): void {
    switch (step.kind) {
      case 'send':
        return void this.#send(step);
      case 'live':
        return this.#live(step.open);
      case 'status':
        return this.#options.onStatus();
      case 'verify':
        return this.#options.onVerify();
      default:
        return void this.#storeStep(step);
    }
  }

  #store(step: StoreStep): Promise<void> {
    switch (step.kind) {
      case 'loadOutbox':
        this.begun += 1;
        return this.#load(step);
      case 'commit':
        return this.#commit(step);
      case 'restamp':
        return this.#restamp(step);
      case 'startOver':
        return this.#startOver(step.ticket);
    }
  }

  async #storeStep(step: StoreStep): Promise<void> {
    const done = this.#store(step).catch((error) => {
      this.#failed(step.ticket, error);
    });
    // After a pause an earlier step may still be under way.
    this.#storing = Promise.all([this.#storing, done]);
    await done;
    this.run();
  }

  async #load({ ticket, writesMax }: Step<'loadOutbox'>): Promise<void> {
    const exchange = new Exchange(this.#cursor, this.#hub, this.#known);
    const { store, told, onEvent } = this.#options;
    const outbox = this.#wanted.addTo(await store.readOutbox(writesMax));
    // What was written meanwhile is not in it, and is pending all the same.
    outbox.pending += told.after(outbox.counted);
    if (outbox.refused) onEvent('refused', { count: outbox.refused });
    this.#creations.restore(outbox.writes);
    const numbered = numberOutbox(outbox);
    const planned = this.#options.engine.handleOutbox(ticket, numbered);
    if (planned === null) return; // paused meanwhile: another exchange may be under way by now
    exchange.batch = buildBatch(numbered, planned);
    exchange.rereads = outbox.rereads;
    this.#exchange = exchange;
  }

  async #send(step: Step<'send'>): Promise<void> {
    const { engine, host, transport, device, schema, onEvent } = this.#options;
    const { signal } = this.#abort;
    const exchange = this.#exchange;
    if (step.call === 'full' && !(await this.#announce(step.ticket, exchange))) return this.run();
    if (signal.aborted) return this.run();
    exchange.sentAt = host.now();
    try {
      const asker = { device, node: engine.node, schema, tables: this.#tables };
      const serverAt = await callHub(transport, exchange, step, asker, signal);
      this.lastError = null;
      engine.handleReply(step.ticket, exchange.summary(exchange.sentAt, host.now(), serverAt));
    } catch (error) {
      const fault = asTidemarkError(error, 'network');
      this.lastError = fault;
      if (!signal.aborted) this.#ended(exchange, fault);
      this.#creations.failed(exchange.batch.writes.flat(), fault.code);
      engine.handleFault(step.ticket, fault.code, fault.retryAfterMs);
      if (fault.code === 'account_mismatch') onEvent('account', {});
    }
    this.run();
  }

  /** A creation says so once: the answer to it may be lost. */
  async #announce(ticket: number, { batch }: Exchange): Promise<boolean> {
    try {
      const writes = batch.writes.flat();
      this.#creations.sending(writes);
      if (writes.length > 0) await this.#options.store.sending(writes);
      return true;
    } catch (error) {
      this.#failed(ticket, error);
      return false;
    }
  }

  #failed(ticket: number, error: unknown): void {
    this.ended = this.begun;
    const fault = asTidemarkError(error, 'store_failed');
    this.lastError = fault;
    this.#options.engine.handleStoreFault(ticket);
    if (fault.code === 'closed') this.#options.onSuperseded();
  }

  async #commit({ ticket, refused, giveUp }: Step<'commit'>): Promise<void> {
    const { engine, store } = this.#options;
    const exchange = this.#exchange;
    const brought = exchange.commit(refused, giveUp);
    const answers = brought.records;
    // What is here and not the hub's is offered to it, and not removed.
    const unknown = this.#wanted.unknownOf(answers);
    if (answers) brought.records = answers.filter((each) => !unknown.includes(each));
    const stored = await this.#put(brought);
    if (unknown.length > 0) await store.writeAgain(unknown);
    if (brought.hub !== undefined) this.#hub ??= brought.hub;
    this.#wanted.answered(answers);
    const more = brought.cursor !== undefined && !brought.complete;
    if (refused === null) this.#ended(exchange, null, stored.pending, more);
    if (brought.cursor !== undefined && !brought.reset)
      this.#options.onPage(brought.changes.length, exchange.cursor === null, more);
    engine.handleCommitted(ticket, stored.pending, stored.rereads + this.#wanted.count);
    // Not where this page led to: there is more to read than it said.
    if (brought.cursor !== undefined && stored.cursor !== brought.cursor) engine.handlePoke();
    this.#options.onClock(false, engine.accepted);
  }

  async #startOver(ticket: number): Promise<void> {
    const reset = { offer: null, adopt: false, cursor: this.#cursor };
    const { pending, rereads } = await this.#put({ acknowledged: [], changes: [], reset });
    this.#options.engine.handleCommitted(ticket, pending, rereads);
  }

  async #put(brought: Brought): Promise<CommitResult> {
    const { engine, store, told, term, onEvent } = this.#options;
    const commit = { ...brought, clock: engine.accepted, offsetMs: engine.offsetMs };
    const stored = await store.commit(commit, engine.join, term);
    stored.pending += told.after(stored.counted);
    const { cursor, known, tables, losses, refused } = stored;
    this.#cursor = cursor;
    this.#known = known;
    this.#tables = tables;
    if (losses > 0) onEvent('loss', { count: losses });
    if (refused > 0) onEvent('refused', { count: refused });
    return stored;
  }

  #ended(exchange: Exchange, fault: TidemarkError | null, pending?: number, more = false): void {
    const { engine, host, onExchange, onEvent } = this.#options;
    this.ended = this.begun;
    const { sent, cloned } = exchange.moved;
    if (cloned > 0) onEvent('cloned', { changes: cloned });
    if (sent > 0 && exchange.batch.split) onEvent('split', { changes: sent });
    onExchange(exchange.entry(host.now(), fault, pending ?? engine.status.pending), more);
  }

  async #restamp({ ticket, refused }: Step<'restamp'>): Promise<void> {
    const { engine, store } = this.#options;
    let ground = engine.accepted;
    await store.restamp((first, count) => {
      const again = engine.restamp(first, count);
      const last = stampAfter(again, count - 1);
      if (ground === null || last > ground) ground = last;
      return again;
    });
    engine.handleRestamped(ticket);
    this.#options.onClock(refused, ground);
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
        if (cursor !== this.#cursor) this.poke();
      },
    });
  }

  #wakeAt(at: number): void {
    const delay = Math.max(0, at - this.#options.host.now());
    this.#timer = setTimeout(() => this.run(), Math.min(delay, 0x7fffffff));
  }
}
