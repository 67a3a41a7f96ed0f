// The compiled core: found once, instantiated once, replaceable. Where its bytes come from differs
// by host; see entry files.
import { asTidemarkError } from './errors.js';

/** What bindings/engine_binding.cpp exports; private to core.ts and engine.ts. */
export interface RawModule {
  Engine: new (nodeHigh: number, nodeLow: number) => RawEngine;
}

/** Views are of the core's memory, and valid until the next call. */
export interface RawEngine extends Forwarded {
  scratch(words: number): Uint32Array;
  joined(): Uint32Array;
  hashes(count: number): Uint32Array;
  batchSelected(): Uint8Array;
  batchCells(): Uint32Array;
  poll(now: number): Float64Array;
  status(): Float64Array;
  delete(): void;
}

/** Calls that take and give numbers alone. */
interface Forwarded {
  /** Addresses; see bindings/stamp_texts.cpp. */
  readStamps(cells: number, count: number, texts: number): boolean | number;
  join(local: number, remote: number): number;
  restore(offsetMs: number): void;
  start(pending: number, now: number, reading: boolean): void;
  close(): void;
  pause(): void;
  resume(now: number): void;
  syncNow(now: number): void;
  reserve(count: number, now: number): number;
  restamp(count: number, now: number): number;
  accepted(): void;
  offsetMs(): number;
  node(): void;
  handleOnline(online: boolean, now: number): void;
  handleLive(connected: boolean, now: number): void;
  handleWrite(count: number, now: number): void;
  handlePoke(now: number): void;
  handleClock(offsetMs: number, restart: boolean): void;
  handleOutbox(
    ticket: number,
    writes: number,
    records: number,
    cells: number,
    rereads: number,
    pending: number,
    now: number,
    random: number,
  ): number;
  batchSplit(): boolean | number;
  handleReply(
    ticket: number,
    settled: number,
    kept: number,
    clockRefused: number,
    fineUntil: number,
    cloned: number,
    more: boolean,
    reset: boolean,
    sentAt: number,
    receivedAt: number,
    serverAt: number,
  ): void;
  handleFault(
    ticket: number,
    code: number,
    retryAfterMs: number,
    now: number,
    random: number,
  ): void;
  handleCommitted(
    ticket: number,
    pending: number,
    rereads: number,
    now: number,
    random: number,
  ): void;
  handleRestamped(ticket: number, now: number, random: number): void;
  handleStoreFault(ticket: number, now: number, random: number): void;
}

/** Bytes, a compiled module, a response (or a promise of one), or an address to fetch. */
export type WasmSource =
  | WebAssembly.Module
  | BufferSource
  | Response
  | URL
  | string
  | Promise<WebAssembly.Module | BufferSource | Response>;

let source: WasmSource | null = null;
let loading: Promise<RawModule> | null = null;

/**
 * Says where the core's bytes are. The last call before the first load wins; entry files call it
 * with a default.
 */
export function useWasm(wasm: WasmSource): void {
  if (loading === null) source = wasm;
}

/** The core, instantiated at the first call. A failed load is tried again at the next call. */
export function loadWasm(): Promise<RawModule> {
  loading ??= instantiate().catch((cause) => {
    loading = null;
    throw asTidemarkError(cause, 'engine_failed');
  });
  return loading;
}

async function instantiate(): Promise<RawModule> {
  const compiled = await compile(await source);
  // Views are made anew for each call: that the memory grew is no news.
  const env = { emscripten_notify_memory_growth() {} };
  const { exports } = await WebAssembly.instantiate(compiled, { env });
  (exports._initialize as () => void)();
  return { Engine: engineOver(exports) };
}

type Call = (...args: number[]) => number;
type ViewOf = new (memory: ArrayBuffer, at: number, length: number) => ArrayBufferView;

/** Calls that leave more than a number: how it is to be read. */
const views: Record<string, ViewOf> = {
  scratch: Uint32Array,
  joined: Uint32Array,
  hashes: Uint32Array,
  batchSelected: Uint8Array,
  batchCells: Uint32Array,
  poll: Float64Array,
  status: Float64Array,
};

/** A class with a method for each function: `tm_handle_poke` is `handlePoke`. */
function engineOver(exports: WebAssembly.Exports): RawModule['Engine'] {
  const call = (name: string) => exports[`tm_${name}`] as Call;
  const [make, free, size] = [call('make'), call('free'), call('size')];
  const memory = exports.memory as WebAssembly.Memory;
  class Engine {
    readonly at: number;
    constructor(nodeHigh: number, nodeLow: number) {
      this.at = make(nodeHigh, nodeLow);
    }
    delete(): void {
      free(this.at);
    }
  }
  for (const exported of Object.keys(exports)) {
    if (!exported.startsWith('tm_')) continue;
    const name = exported.slice(3).replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
    const method = exports[exported] as Call;
    const View = views[name];
    const value = function (this: Engine, ...args: number[]) {
      const result = method(this.at, ...args);
      if (View === undefined) return result;
      const length = name === 'scratch' ? (args[0] as number) : size(this.at);
      return new View(memory.buffer, result >>> 0, length);
    };
    Object.defineProperty(Engine.prototype, name, { value });
  }
  return Engine as unknown as RawModule['Engine'];
}

async function compile(wasm: Awaited<WasmSource> | null): Promise<WebAssembly.Module> {
  if (wasm === null) throw new Error('no wasm: call useWasm() first');
  if (wasm instanceof WebAssembly.Module) return wasm;
  if (typeof wasm === 'string' || wasm instanceof URL) return compile(await fetch(wasm));
  if (wasm instanceof Response) {
    if (!wasm.ok) throw new Error(`${wasm.url} answered ${wasm.status}`);
    return WebAssembly.compile(await wasm.arrayBuffer());
  }
  return WebAssembly.compile(wasm);
}
