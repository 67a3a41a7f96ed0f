// The compiled core: found once, instantiated once, replaceable. Where its bytes come from differs by host; see entry files.
import createModule from '#core';
import { asTidemarkError } from './errors.js';

/** What embind gives; private to core.ts. */
export interface RawModule {
  Engine: new () => RawEngine;
}

export interface RawEngine {
  scratch(words: number): Uint32Array;
  join(local: number, remote: number): number;
  result(): Uint32Array;
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

/** Says where the core's bytes are. The last call before the first load wins; entry files call it with a default. */
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
  return createModule({
    instantiateWasm(imports: WebAssembly.Imports, done: (instance: WebAssembly.Instance) => void) {
      WebAssembly.instantiate(compiled, imports).then(done);
      return {};
    },
  }) as Promise<RawModule>;
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
