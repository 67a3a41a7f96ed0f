// A device: memory store, real engine, client, and a network; with its own clock, and everything
// in virtual time.
import { onTestFinished, vi } from 'vitest';
import { SyncClient } from '../../../js/src/client.js';
import type { Engine } from '../../../js/src/engine.js';
import type { Host } from '../../../js/src/host.js';
import { MemoryStore } from '../../../js/src/stores/memory.js';
import type { MergeMode, Store } from '../../../js/src/stores/store.js';
import type { Status } from '../../../js/src/types.js';
import { realEngine } from './core.js';
import { FakeNetwork } from './fake-network.js';
import type { ModelHub } from './model-hub.js';

export interface DeviceOptions {
  tables?: Record<string, MergeMode>;
  /** By how much the device's clock is ahead. */
  aheadMs?: number;
  /** Stands between the client and the memory store. */
  wrap?: (store: MemoryStore) => Store;
  name?: string;
  firstLogin?: 'merge' | 'keep-remote' | 'ask';
}

let seed = 1;

export class Device {
  readonly store: MemoryStore;
  readonly network: FakeNetwork;
  readonly statuses: Status[] = [];
  engine!: Engine;
  client!: SyncClient;
  aheadMs: number;
  readonly #options: DeviceOptions;

  static async open(hub: ModelHub, options: DeviceOptions = {}): Promise<Device> {
    const device = new Device(hub, options);
    await device.start();
    onTestFinished(() => device.client.close());
    return device;
  }

  private constructor(hub: ModelHub, options: DeviceOptions) {
    this.#options = options;
    this.aheadMs = options.aheadMs ?? 0;
    this.network = new FakeNetwork(hub);
    const stamper = { reserve: (count: number) => this.engine.reserve(count) };
    this.store = new MemoryStore({ tables: options.tables ?? { todos: 'field' }, stamper });
  }

  /** A new engine and client over the store as it is. */
  async start(): Promise<void> {
    const { wrap = (store) => store, name = crypto.randomUUID(), firstLogin } = this.#options;
    const store = wrap(this.store);
    this.engine = await realEngine(this.#host());
    const { engine, network: transport } = this;
    const host = this.#host();
    const options = { store, engine, transport, host, name, ...(firstLogin && { firstLogin }) };
    this.client = await SyncClient.start(options);
    this.client.status.subscribe((status) => this.statuses.push(status));
  }

  get status(): Status {
    return this.client.status.value;
  }

  get phase(): string {
    return this.status.phase;
  }

  get(key: unknown): unknown {
    return this.store.get('todos', key);
  }

  put(key: unknown, row: Record<string, unknown>): void {
    this.store.put('todos', key, row);
  }

  update(key: unknown, changes: Record<string, unknown>): void {
    this.store.update('todos', key, changes);
  }

  delete(key: unknown): void {
    this.store.delete('todos', key);
  }

  #host(): Host {
    let state = seed++;
    const random32 = () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state;
    };
    return { now: () => Date.now() + this.aheadMs, random32 };
  }
}

/** Lets virtual time pass. */
export const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

/** Lets time pass until `check` holds, in small steps; fails after ten minutes of virtual time. */
export async function until(check: () => boolean, stepMs = 10): Promise<void> {
  for (let ms = 0; !check(); ms += stepMs) {
    if (ms > 600_000) throw new Error(`not within ten minutes: ${check}`);
    await pass(stepMs);
  }
}

export const isQuiet = ({ status }: Device) => status.phase === 'idle' && status.pending === 0;

/** What `promise` comes to, while virtual time passes. */
export async function settle<T>(promise: Promise<T>): Promise<T> {
  let settled = false;
  const end = () => {
    settled = true;
  };
  promise.then(end, end);
  await until(() => settled);
  return promise;
}

export const milk = { title: 'Milk', done: 0 };

/** A device that has nothing to do. */
export async function openQuiet(hub: ModelHub): Promise<Device> {
  const device = await Device.open(hub);
  await until(() => isQuiet(device));
  return device;
}

/** Two devices that have both read one record. */
export async function openPair(hub: ModelHub): Promise<[Device, Device]> {
  const a = await Device.open(hub);
  const b = await Device.open(hub);
  a.put('k', milk);
  await until(() => isQuiet(a) && b.get('k') !== undefined && isQuiet(b));
  return [a, b];
}

/** Lets the device's requests hang until the returned function is called. */
export function hold({ network }: Device): () => void {
  let release = () => {};
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  network.hold = () => gate;
  return () => {
    network.hold = () => Promise.resolve();
    release();
  };
}
