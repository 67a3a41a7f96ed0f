// SyncClient: one sync connection of one context. It wires the pump to the browser's events and to
// the app's commands, and, where several contexts share a database, to the one of them that leads:
// only that one talks to the network.
import { createEngine, type Engine } from './engine.js';
import { asTidemarkError, type ErrorBody, TidemarkError } from './errors.js';
import { type Host, systemHost } from './host.js';
import { newId } from './ids.js';
import { Leadership } from './leadership.js';
import { watchNetwork } from './network.js';
import { ObservableValue } from './observable.js';
import { Pump } from './pump.js';
import type { DeadLetter, Store } from './stores/store.js';
import { FetchTransport } from './transports/fetch.js';
import type { Transport } from './transports/transport.js';
import type { Status, Sync, SyncOptions } from './types.js';

interface Waiter {
  begun: number;
  resolve(): void;
  reject(error: Error): void;
}

export interface ClientOptions extends Pick<SyncOptions, 'schema'> {
  store: Store;
  engine: Engine;
  transport: Transport;
  host?: Host;
  /** Contexts of one origin with the same name share the store, and elect a leader. */
  name: string;
}

/** UTF-8 bytes of a device's label, at most. */
const deviceBytesMax = 256;

/** Starts to sync `store`. The engine is the one that stamps its writes. */
export async function startSync(
  store: Store,
  engine: Engine,
  name: string,
  { url, token, scope, transport, schema, device }: SyncOptions,
): Promise<Sync> {
  // Said here, where the app can hear it: the endpoint could only refuse every request.
  if (schema !== undefined && !(Number.isSafeInteger(schema) && schema >= 0))
    throw new TidemarkError('bad_input', 'schema is not a count');
  if (device !== undefined && new TextEncoder().encode(device).length > deviceBytesMax)
    throw new TidemarkError('bad_input', `device is over ${deviceBytesMax} bytes`);
  const http = new FetchTransport(url, token, scope, transport);
  const options: ClientOptions = { store, engine, name, transport: http };
  if (schema !== undefined) options.schema = schema;
  return SyncClient.start(options);
}

export { createEngine };

export class SyncClient implements Sync {
  readonly #status = new ObservableValue<Status>({
    phase: 'following',
    pending: 0,
    lastSyncedAt: null,
    error: null,
    online: true,
  });
  readonly #options: ClientOptions;
  readonly #leadership: Leadership;
  readonly #waiters = new Set<Waiter>();
  readonly #undo: (() => void)[] = [];
  readonly #device: string;
  #pump: Pump | null = null;
  #onlineOverride = false;
  #closed = false;

  static async start(options: ClientOptions): Promise<SyncClient> {
    const { device, pending } = await options.store.load();
    return new SyncClient(options, device, pending);
  }

  private constructor(options: ClientOptions, device: string, pending: number) {
    this.#options = options;
    this.#device = device;
    this.#status.set({ ...this.#status.value, pending });
    this.#leadership = new Leadership(options.name, {
      onLead: () => this.#lead(),
      onLeadFailed: (cause) => {
        const error = asTidemarkError(cause, 'store_failed').toJSON();
        this.#status.set({ ...this.#status.value, phase: 'waiting', error });
      },
      onStatus: (status) => this.#follow(status),
      onCommand: (command) => this.#command(command),
      onClock: ({ offsetMs, accepted, restart }) =>
        options.engine.handleClock(offsetMs, accepted, restart),
    });
  }

  get status(): ObservableValue<Status> {
    return this.#status;
  }

  newId(): string {
    return newId(this.#device);
  }

  deadLetters(): Promise<DeadLetter[]> {
    return this.#options.store.deadLetters();
  }

  flush(): Promise<void> {
    return this.#command('flush') ?? this.#leadership.ask('flush');
  }

  pause(): void {
    this.#tell('pause');
  }

  resume(): void {
    this.#tell('resume');
  }

  setOnline(online: boolean): void {
    this.#onlineOverride = true;
    this.#online(online);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    for (const undo of this.#undo.splice(0)) undo();
    if (this.#pump !== null) {
      this.#options.engine.close();
      this.#settle();
      await this.#pump.stop();
      this.#pump = null;
    }
    this.#leadership.close();
    this.#options.store.close();
    this.#status.set({ ...this.#status.value, phase: 'closed' });
  }

  // Nobody waits for these: that sync is closed is said by the status.
  #tell(command: 'pause' | 'resume'): void {
    (this.#command(command) ?? this.#leadership.ask(command)).catch(() => {});
  }

  // A command of the app, here or in another context. Null if this context does not lead.
  #command(command: 'flush' | 'pause' | 'resume'): Promise<void> | null {
    if (this.#closed) return Promise.reject(new TidemarkError('closed'));
    if (this.#pump === null) return null;
    const { engine } = this.#options;
    if (command === 'flush') return this.#flush(this.#pump);
    if (command === 'pause') {
      engine.pause();
      this.#pump.abort();
    } else engine.resume();
    this.#pump.run();
    return Promise.resolve();
  }

  #flush(pump: Pump): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiters.add({ begun: pump.begun, resolve, reject });
      this.#options.engine.syncNow();
      pump.run();
    });
  }

  async #lead(): Promise<void> {
    const { store, engine, transport, schema, host = systemHost } = this.#options;
    const term = await store.lead();
    const state = await store.load();
    if (this.#closed) return;
    engine.restore(state.clock, state.newest, state.offsetMs ?? 0);
    const pump = new Pump({
      engine,
      store,
      transport,
      host,
      device: state.device,
      schema: schema ?? 1,
      tables: Object.keys(state.tables),
      cursor: state.cursor,
      term,
      onStatus: () => this.#publish(),
      onSettled: () => this.#settle(),
      onClock: (restart) =>
        this.#leadership.tellClock({
          offsetMs: engine.offsetMs,
          accepted: engine.accepted,
          restart,
        }),
    });
    this.#pump = pump;
    const arrived = (handle: () => void) => {
      handle();
      pump.run();
    };
    this.#undo.push(
      store.onWrite((count) => arrived(() => engine.handleWrite(count))),
      watchNetwork({
        onOnline: (online) => {
          if (!this.#onlineOverride) this.#online(online);
        },
        onVisible: () => arrived(() => engine.handlePoke()),
      }),
    );
    engine.start(state.pending);
    // The app's pause outlives the context that led when it was given.
    if (this.#status.value.phase === 'paused') engine.pause();
    pump.run();
  }

  #online(online: boolean): void {
    this.#options.engine.handleOnline(online);
    this.#pump?.run();
  }

  #publish(): void {
    if (this.#closed) return; // the others follow whoever leads next
    const status = this.#options.engine.status;
    const detail = this.#pump?.lastError;
    const error: ErrorBody | null =
      status.error !== null && detail instanceof TidemarkError && detail.code === status.error.code
        ? detail.toJSON()
        : status.error;
    this.#status.set({ ...status, error });
    this.#leadership.tellStatus(this.#status.value);
  }

  #follow(status: Status): void {
    if (this.#pump === null && !this.#closed) this.#status.set(status);
  }

  // Ends the waiting of those whose exchange is over, one way or the other.
  #settle(): void {
    const { phase, pending, error } = this.#options.engine.status;
    if (phase === 'syncing' || this.#pump === null) return;
    for (const waiter of this.#waiters) {
      const failure = failureOf(phase, error, this.#pump.lastError);
      const over = this.#pump.begun > waiter.begun;
      if (failure !== null && (over || phase !== 'waiting')) waiter.reject(failure);
      else if (phase === 'idle' && over && pending === 0) waiter.resolve();
      else continue;
      this.#waiters.delete(waiter);
    }
  }
}

function failureOf(
  phase: Status['phase'],
  error: ErrorBody | null,
  detail: Error | null,
): Error | null {
  switch (phase) {
    case 'waiting':
    case 'needs-auth':
      return detail ?? new TidemarkError(error?.code ?? 'unauthorized');
    case 'offline':
    case 'paused':
    case 'closed':
      return new TidemarkError(phase);
    default:
      return null;
  }
}
