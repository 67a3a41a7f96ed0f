// The real core in Node: its bytes from the build tree, instantiated once per test file.
import { readFile } from 'node:fs/promises';
import { loadJoin, loadPure } from '../../../js/src/core.js';
import { createEngine, type Engine } from '../../../js/src/engine.js';
import type { Host } from '../../../js/src/host.js';
import type { Join } from '../../../js/src/merge.js';
import { useWasm } from '../../../js/src/wasm.js';

const bytes = readFile(new URL('../../../build/wasm/tidemark.wasm', import.meta.url));

export function realJoin(): Promise<Join> {
  useWasm(bytes);
  return loadJoin();
}

/** The half of the core that a hub works with. */
export function realPure(): ReturnType<typeof loadPure> {
  useWasm(bytes);
  return loadPure();
}

export function realEngine(host: Host): Promise<Engine> {
  useWasm(bytes);
  return createEngine(host);
}
