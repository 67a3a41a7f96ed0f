// The page of the rows in Chromium. `window.result` has the milliseconds of each pair, by row.
import { useWasm } from '../../../js/src/wasm.js';
import { bootstraps } from './bootstrap.js';
import { flats } from './flat.js';
import { inserting } from './inserts.js';

declare global {
  var result: unknown;
}

useWasm('/tidemark.wasm');
const rows: Record<string, () => Promise<unknown>> = { ...bootstraps, ...flats, ...inserting };
const wanted = new URLSearchParams(location.search).get('names')?.split(',') ?? [];
const pairs: Record<string, unknown> = {};
for (const name of wanted) pairs[name] = await (rows[name] as () => Promise<unknown>)();
globalThis.result = pairs;
