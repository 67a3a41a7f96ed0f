// The rows that need a Node with node:sqlite. usage: node main.mjs tidemark.wasm hub-process.mjs
// FOLDER NAME… ; the last line is JSON: the pairs of each row.
import { readFile } from 'node:fs/promises';
import { useWasm } from '../../../js/src/wasm.js';
import { bootstrap } from './bootstrap.js';
import { flat } from './flat.js';
import { inserts } from './inserts.js';
import type { Measured } from './runs.js';

const [wasm = '', hub = '', folder = '', ...names] = process.argv.slice(2);
useWasm(await readFile(wasm));

const rows: Record<string, () => Promise<Measured>> = {
  'sqlite-insert': () => inserts('sqlite-insert', folder, 31),
  'sqlite-insert-select': () => inserts('sqlite-insert-select', folder, 21),
  'bootstrap-node': () => bootstrap(folder, 9, hub),
  'changes-flat-node': () => flat(folder, 41, hub, [100_000, 1_000]),
};

const measured: Record<string, Measured> = {};
for (const name of names) measured[name] = await (rows[name] as () => Promise<Measured>)();
console.log(JSON.stringify(measured));
