// The compiled core: found once, instantiated once, replaceable. Where its bytes come from differs
// by host; see entry files.
import createModule from '#core';
import { asTidemarkError } from './errors.js';

/** What embind gives (bindings/engine_binding.cpp); private to core.ts and engine.ts. */
export interface RawModule {
  Engine: new (nodeHigh: number, nodeLow: number) => RawEngine;
}

export interface RawEngine {
  scratch(words: number): Uint32Array;
  join(local: number, remote: number): number;
  joined(): Uint32Array;
  hashes(count: number): Uint32Array;
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
  batchSelected(): Uint8Array;
  batchCells(): Uint32Array;
  batchSplit(): boolean;
  handleReply(
    ticket: number,
    settled: number,
    kept: number,
    clockRefused: number,
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
  poll(now: number): Float64Array;
  status(): Float64Array;
  delete(): void;
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

type Instantiated = (instance: WebAssembly.Instance) => void;

async function instantiate(): Promise<RawModule> {
  const compiled = await compile(await source);
  return new Promise((resolve, reject) => {
    const instantiateWasm = (imports: WebAssembly.Imports, done: Instantiated) => {
      WebAssembly.instantiate(compiled, imports).then(done).catch(reject);
      return {};
    };
    (createModule({ instantiateWasm }) as Promise<RawModule>).then(resolve, reject);
  });
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
