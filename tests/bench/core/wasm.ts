// The join through WebAssembly, the crossing included, against a JavaScript Map that does the same.
import { readFile } from 'node:fs/promises';
import {
  type Columns,
  cellWords,
  FieldNumbers,
  type JoinedColumns,
  pushCells,
  readJoined,
  type Side,
} from '../../../js/src/columns.js';
import { joinWith } from '../../../js/src/core.js';
import { loadWasm, type RawEngine, useWasm } from '../../../js/src/wasm.js';

const records = 100_000;
const pairs = 15;
const warmUps = 3;

interface Sample {
  wasm: number[];
  map: number[];
  /** The crossing alone: cells that are words already go in, and the answer's words are read. */
  words: number[];
  /** Of the crossing, step by step. */
  steps: Record<'encode' | 'copy' | 'join' | 'decode', number[]>;
}

/** A hybrid logical time as text, `n` ticks after a moment in 2023. */
function stampText(n: number, node: number): string {
  const time = ((1_700_000_000_000n << 16n) + BigInt(n)).toString(16).padStart(16, '0');
  return `${time.slice(0, 12)}-${time.slice(12)}-${node.toString(16).padStart(16, '0')}`;
}

const patch = (field: string, stamp: string): Columns => ({
  base: null,
  fields: new Map([[field, stamp]]),
  register: stamp,
  deleted: false,
});

/** Each record is patched on both sides, half of them in the same field; who wins takes turns. */
function sides(): { local: Columns[]; remote: Columns[] } {
  const numbers = Array.from({ length: records }, (_, n) => n);
  return {
    local: numbers.map((n) => patch('title', stampText(2 * n, 1))),
    remote: numbers.map((n) =>
      patch(n % 2 === 0 ? 'title' : 'done', stampText(2 * n + (n % 4 < 2 ? 1 : 0), 2)),
    ),
  };
}

const greater = (mine: string, theirs: string): Side =>
  mine === theirs ? 'tie' : mine > theirs ? 'local' : 'remote';

/** Of two patches or whole states: what the core's join answers. */
function joinColumns(mine: Columns, theirs: Columns): JoinedColumns {
  const base =
    mine.base === null
      ? theirs.base === null
        ? null
        : 'remote'
      : theirs.base === null
        ? 'local'
        : greater(mine.base, theirs.base);
  const floor = base === null ? '' : ((base === 'remote' ? theirs.base : mine.base) as string);
  const fields = new Map<string, Side>();
  for (const [name, stamp] of mine.fields) {
    const other = theirs.fields.get(name);
    const side = other === undefined ? 'local' : greater(stamp, other);
    if ((side === 'remote' ? (other as string) : stamp) > floor) fields.set(name, side);
  }
  for (const [name, stamp] of theirs.fields)
    if (!mine.fields.has(name) && stamp > floor) fields.set(name, 'remote');
  return { base, register: greater(mine.register, theirs.register), fields };
}

function joinInMap(table: Map<string, Columns>, page: [string, Columns][]): JoinedColumns[] {
  return page.map(([id, theirs]) => joinColumns(table.get(id) as Columns, theirs));
}

function encode(local: Columns[], remote: Columns[]) {
  const numbers = new FieldNumbers();
  const words: number[] = [];
  for (const [i, columns] of local.entries()) pushCells(words, i, columns, numbers);
  const localCells = words.length / cellWords;
  for (const [i, columns] of remote.entries()) pushCells(words, i, columns, numbers);
  return { words, localCells, numbers };
}

/** What joinWith does, with a look at the clock between its steps. */
function timeSteps(raw: RawEngine, local: Columns[], remote: Columns[], steps: Sample['steps']) {
  const start = performance.now();
  const { words, localCells, numbers } = encode(local, remote);
  const encoded = performance.now();
  raw.scratch(words.length).set(words);
  const copied = performance.now();
  raw.join(localCells, words.length / cellWords - localCells);
  const joined = performance.now();
  readJoined(raw.joined(), local.length, numbers);
  steps.encode.push(encoded - start);
  steps.copy.push(copied - encoded);
  steps.join.push(joined - copied);
  steps.decode.push(performance.now() - joined);
}

/** The core's answer to cells that are words already, every word of it read. */
function crossWords(raw: RawEngine, cells: Uint32Array, localCells: number): number {
  const start = performance.now();
  raw.scratch(cells.length).set(cells);
  const count = raw.join(localCells, cells.length / cellWords - localCells);
  let sum = 0;
  const joined = raw.joined();
  for (let i = 0; i < joined.length; i++) sum = (sum + (joined[i] as number)) | 0;
  const took = performance.now() - start;
  if (count !== records * 2.5 || sum === 0) throw new Error('joined otherwise');
  return took;
}

function timed(work: () => JoinedColumns[]): number {
  const start = performance.now();
  const joined = work();
  const took = performance.now() - start;
  const fields = joined.reduce((sum, each) => sum + each.fields.size, 0);
  if (joined.length !== records || fields !== records * 1.5) throw new Error('joined otherwise');
  return took;
}

/** Milliseconds for all records, pair by pair. `wasm`: the path of the core's bytes. */
export async function run(wasm: string): Promise<Sample & { records: number }> {
  useWasm(await readFile(wasm));
  const { Engine } = await loadWasm();
  const raw = new Engine(0, 0);
  const { local, remote } = sides();
  const table = new Map(local.map((columns, n) => [`todo-${n}`, columns]));
  const page = remote.map((columns, n): [string, Columns] => [`todo-${n}`, columns]);
  const works = { wasm: () => joinWith(raw, local, remote), map: () => joinInMap(table, page) };
  const [one, other] = [works.wasm(), works.map()];
  if (!one.every((joined, i) => same(joined, other[i] as JoinedColumns)))
    throw new Error('the Map joins otherwise than the core');
  const sample: Sample = {
    wasm: [],
    map: [],
    words: [],
    steps: { encode: [], copy: [], join: [], decode: [] },
  };
  const { words, localCells } = encode(local, remote);
  const packed = Uint32Array.from(words);
  for (let i = -warmUps; i < pairs; i++) {
    const order = i % 2 === 0 ? (['wasm', 'map'] as const) : (['map', 'wasm'] as const);
    for (const name of order) {
      const took = timed(works[name]);
      if (i >= 0) sample[name].push(took);
    }
    timeSteps(raw, local, remote, sample.steps);
    sample.words.push(crossWords(raw, packed, localCells));
  }
  return { ...sample, records };
}

const same = (a: JoinedColumns, b: JoinedColumns) =>
  a.base === b.base &&
  a.register === b.register &&
  a.fields.size === b.fields.size &&
  [...a.fields].every(([name, side]) => b.fields.get(name) === side);
