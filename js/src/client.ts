// SyncClient: one sync connection of one context. It wires the pump to the browser's events and to
// the app's commands, and, where several contexts share a database, to the one of them that leads:
// only that one talks to the network.
import { chosen } from './account.js';
import type { ClientOptions } from './client-options.js';
import { Commands } from './commands.js';
import { asTidemarkError, TidemarkError } from './errors.js';
import { Events } from './events.js';
import { type Host, systemHost } from './host.js';
import { newId } from './ids.js';
import { type Command, Leadership, type LeadershipHandlers } from './leadership.js';
import { watchNetwork } from './network.js';
import { ObservableValue } from './observable.js';
import { persistence } from './persistence.js';
import { Progress } from './progress.js';
import { Pump } from './pump.js';
import { Retakes } from './retakes.js';
import { countsOf, noStatus, publicStatus } from './status.js';
import type { LoadedState, NewWrites } from './stores/store.js';
import { Told } from './told.js';
import type { Metrics, Status, Sync, SyncEvents, VerifyReport } from './types.js';
import { verify } from './verify.js';
import { isRepeatable, Waiters } from './waiting.js';

export type { ClientOptions } from './client-options.js';

export class SyncClient extends Commands implements Sync {
  readonly #status = new ObservableValue<Status>(noStatus);
  readonly #options: ClientOptions;
  readonly #leadership: Leadership;
  readonly #retakes: Retakes;
  readonly #events = new Events();
  readonly #waiters = new Waiters();
  readonly #undo: (() => void)[] = [];
  readonly #device: string;
  /** Null: this context does not lead, or starts anew. */
  #pump: Pump | null = null;
  #stopped: Promise<void> = Promise.resolve();
  #verifying: Promise<VerifyReport> | null = null;
  #onlineOverride = false;
  #closed = false;

  static async start(options: ClientOptions): Promise<SyncClient> {
    const { device, pending } = await options.store.load();
    const client = new SyncClient(options, device);
    client.#set({ pending, ...(await countsOf(options.store)) });
    void persistence(options.persist !== false).then((persisted) => client.#set({ persisted }));
    return client;
  }

  private constructor(options: ClientOptions, device: string) {
    super(options.store, options.transport, options.schema ?? 1);
    this.#options = options;
    this.#device = device;
    this.#retakes = new Retakes(() => this.#restart(), options.host ?? systemHost);
    const handlers: LeadershipHandlers = {
      onLead: () => this.#lead(),
      onLeadFailed: (cause) =>
        this.#set({ phase: 'waiting', error: asTidemarkError(cause, 'store_failed').toJSON() }),
      onLost: () => this.#unlead(),
      onStatus: (status, metrics) => this.#follow(status, metrics),
      onCommand: (command, argument) => this.#command(command, argument),
      onEvent: ({ event, detail }) => this.#events.tell(event, detail),
      onClock: ({ offsetMs, ground, restart }) =>
        options.engine.handleClock(offsetMs, ground, restart),
    };
    this.#leadership = new Leadership(options.name, handlers, options.takeoverMs);
  }

  get status(): ObservableValue<Status> {
    return this.#status;
  }

  get metrics(): ObservableValue<Metrics> {
    return this.exchanges.metrics;
  }

  newId(): string {
    return newId(this.#device);
  }

  on<K extends keyof SyncEvents>(event: K, listener: (detail: SyncEvents[K]) => void): () => void {
    return this.#events.on(event, listener);
  }

  setOnline(online: boolean): void {
    this.#onlineOverride = true;
    this.#online(online);
  }

  /** `outdated`: why it cannot go on here, where that is not the app's wish. */
  async close(outdated?: TidemarkError): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#retakes.stop();
    await this.#unlead();
    this.#leadership.close();
    this.#options.store.close();
    if (outdated) this.#set({ phase: 'outdated', error: outdated.toJSON() });
    else this.#set({ phase: 'closed' });
  }

  protected ask(command: Command, argument?: unknown): Promise<unknown> {
    this.#retakes.now();
    const pump = this.#pump;
    const done = this.#command(command, argument) ?? this.#leadership.ask(command, argument);
    return done.catch((error) => {
      // What only a new start ended is begun anew.
      if (this.#closed || this.#pump === pump || !isRepeatable(command, error)) throw error;
      return this.ask(command, argument);
    });
  }

  // A command of the app, here or in another context. Null if this context does not lead.
  #command(command: Command, argument?: unknown): Promise<unknown> | null {
    if (this.#closed) return Promise.reject(new TidemarkError('closed'));
    const pump = this.#pump;
    if (pump === null) return null;
    const { engine } = this.#options;
    switch (command) {
      case 'flush':
        return this.#flush(pump);
      case 'verify':
        return this.#verify(pump, (leading) => this.#flush(leading));
      case 'refresh':
        return this.#refresh(pump);
      case 'adopt':
        return this.#adopt(pump, argument as 'merge');
      case 'switch':
        return this.#restart(() => this.store.clear({ pending: argument as 'refuse' }));
      case 'pause':
        engine.pause();
        pump.abort();
        break;
      case 'resume':
        // Nothing is sent before the app chose.
        if (this.#status.value.firstLogin === null) engine.resume();
    }
    pump.run();
    return Promise.resolve();
  }

  #flush(pump: Pump): Promise<void> {
    const done = this.#waiters.add(pump.begun);
    this.#options.engine.syncNow();
    pump.run();
    return done;
  }

  async #refresh(pump: Pump): Promise<void> {
    this.#set(await countsOf(this.store));
    pump.poke();
    this.#publish();
  }

  async #adopt(pump: Pump, choice: 'merge' | 'keep-remote'): Promise<void> {
    if (this.#status.value.firstLogin === null) return;
    await this.store.adoption(choice);
    this.#set({ firstLogin: null });
    this.#options.engine.resume();
    if (choice === 'merge') return pump.run();
    // Everything is read from the beginning.
    this.#publish();
    await this.#restart();
  }

  /** Stops, does `work`, and starts anew whatever became of it. */
  async #restart(work: () => Promise<void> = async () => {}): Promise<void> {
    await this.#unlead();
    try {
      await work();
    } finally {
      await this.#leadership.leadAgain();
    }
  }

  // What the store no longer takes is of an earlier term, or of a database that is gone.
  async #superseded(pump: Pump): Promise<void> {
    if (this.#pump !== pump || this.#closed) return;
    await this.#unlead();
    if (!this.#closed) this.#set(this.#retakes.later(), true);
  }

  // One at a time: whoever asks meanwhile gets the same report.
  #verify(pump: Pump, flush: (pump: Pump) => Promise<void>): Promise<VerifyReport> {
    this.#verifying ??= verify(
      {
        ...{ store: this.store, transport: this.transport, hash: this.#options.engine.hash },
        ...{ schema: this.schema, flush, pump: () => (this.#pump === pump ? pump : null) },
      },
      (report) => this.#tellEvent('diverged', report),
    ).finally(() => {
      this.#verifying = null;
    });
    return this.#verifying;
  }

  async #lead(): Promise<void> {
    const { store, engine, transport, host = systemHost, firstLogin } = this.#options;
    const term = await store.lead();
    const meeting = await chosen(store, transport, firstLogin);
    const counts = await countsOf(store);
    const told = new Told();
    let wrote = (writes: readonly NewWrites[]): void => void told.add(writes);
    const undo = store.onWrite((writes) => wrote(writes));
    const state = await store.load();
    if (this.#closed || !this.#leadership.holds) return undo();
    const wasPaused = this.#status.value.phase === 'paused';
    this.#set({ ...counts, firstLogin: meeting });
    // What this engine stamped itself is moved with its clock; of others it must stay ahead.
    const newest = state.newest?.endsWith(engine.node) ? null : state.newest;
    engine.restore(state.clock, newest, state.offsetMs ?? 0);
    const pump = this.#pumpOf(state, told, term, host);
    this.#pump = pump;
    const onOnline = (online: boolean) => this.#onlineOverride || this.#online(online);
    this.#undo.push(undo, watchNetwork({ onOnline, onVisible: () => pump.poke() }));
    wrote = (writes) => pump.wrote(writes);
    const pending = state.pending + told.after(state.counted);
    engine.start(pending, state.cursor === null || state.sweeping);
    // The app's pause outlives the context that led when it was given.
    if (wasPaused || meeting !== null) engine.pause();
    pump.run();
  }

  async #unlead(): Promise<void> {
    for (const undo of this.#undo.splice(0)) undo();
    const pump = this.#pump;
    if (pump !== null) {
      this.#options.engine.close();
      this.#settle();
      this.#pump = null;
      this.#stopped = pump.stop().then(() => this.exchanges.save());
    }
    await this.#stopped;
  }

  #pumpOf(state: LoadedState, told: Told, term: number, host: Host): Pump {
    const { device, tables, cursor, known, hub } = state;
    const { store, engine, transport } = this.#options;
    const names = Object.keys(tables);
    const progress = new Progress(transport, (now) => this.#set({ progress: now }, true));
    const pump: Pump = new Pump({
      ...{ engine, store, transport, host, told, term, schema: this.schema },
      ...{ device, cursor, known, hub },
      tables: names,
      onStatus: () => this.#publish(),
      onSettled: () => this.#settle(),
      onClock: (restart, ground) =>
        this.#leadership.tellClock({ offsetMs: engine.offsetMs, ground, restart }),
      onExchange: (entry, more) => this.exchanges.add(entry, more),
      onPage: (...page) => progress.page(...page, names),
      onSuperseded: () => void this.#superseded(pump),
      onEvent: (event, detail) => this.#happened(event, detail),
      // As far as it was read: what hinders a flush may be what is to be found.
      onVerify: () => void this.#verify(pump, async () => {}).catch(() => {}),
    });
    return pump;
  }

  #happened<K extends keyof SyncEvents>(event: K, detail: SyncEvents[K]): void {
    const { losses, deadLetters } = this.#status.value;
    const { count = 0 } = detail as { count?: number };
    if (event === 'loss') this.#set({ losses: losses + count });
    if (event === 'refused') this.#set({ deadLetters: deadLetters + count });
    this.#tellEvent(event, detail);
  }

  #tellEvent<K extends keyof SyncEvents>(event: K, detail: SyncEvents[K]): void {
    this.#events.tell(event, detail);
    this.#leadership.tellEvent({ event, detail });
  }

  #online(online: boolean): void {
    this.#options.engine.handleOnline(online);
    this.#pump?.run();
  }

  #set(members: Partial<Status>, isNews = false): void {
    this.#status.set({ ...this.#status.value, ...members });
    if (isNews) this.#leadership.tellStatus(this.#status.value, this.metrics.value);
  }

  #publish(): void {
    if (this.#closed || this.#pump === null) return; // the others follow whoever leads next
    const { status } = this.#options.engine;
    this.#set(publicStatus(status, this.#pump.lastError, this.#status.value), true);
  }

  #follow(status: Status, metrics?: Metrics): void {
    if (this.#pump !== null || this.#closed) return;
    if (metrics) this.metrics.set(metrics);
    this.#status.set(status);
  }

  #settle(): void {
    if (this.#pump === null) return;
    this.#waiters.settle(this.#options.engine.status, this.#pump);
  }
}
