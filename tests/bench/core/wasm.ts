// The join through WebAssembly, the crossing included, against a JavaScript Map that does the same.
import { readFile } from 'node:fs/promises';
import {
  CellWriter,
  cellWords,
  countCells,
  FieldNumbers,
  readJoined,
} from '../../../js/src/cells.js';
import type { Columns, JoinedColumns, Side } from '../../../js/src/columns.js';
import { joinWith } from '../../../js/src/core.js';
import { loadWasm, type RawEngine, useWasm } from '../../../js/src/wasm.js';

const records = 100_000;
const pageSize = 1_000;

/** What can be measured. Each call returns milliseconds of CPU time for all records. */
export interface Works {
  records: number;
  /** The package's way: texts in, joined columns out. */
  decide(): number;
  /** The same in JavaScript, where a record's stamps are a Map. */
  map(): number;
  /** The crossing alone: cells that are words already go in, and the answer's words are read. */
  cross(): number;
  /** What `decide` is made of. */
  steps(): Steps;
}

type Steps = Record<'encode' | 'join' | 'decode', number>;

/** A hybrid logical time as text, `n` ticks after a moment in 2023. */
function stampText(n: number, node: number): string {
  const time = ((1_700_000_000_000n << 16n) + BigInt(n)).toString(16).padStart(16, '0');
  const text = `${time.slice(0, 12)}-${time.slice(12)}-${node.toString(16).padStart(16, '0')}`;
  // One piece, as in a reply: not the pieces that it is made of.
  return JSON.parse(`"${text}"`);
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

interface Page {
  local: Columns[];
  remote: Columns[];
}

/** As many at a time as a pull brings. */
function pagesOf(local: Columns[], remote: Columns[]): Page[] {
  const starts = Array.from({ length: records / pageSize }, (_, n) => n * pageSize);
  return starts.map((start) => ({
    local: local.slice(start, start + pageSize),
    remote: remote.slice(start, start + pageSize),
  }));
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

const joinInMap = ({ local, remote }: Page): JoinedColumns[] =>
  remote.map((theirs, i) => joinColumns(local[i] as Columns, theirs));

function encode(raw: RawEngine, local: Columns[], remote: Columns[]) {
  const numbers = new FieldNumbers();
  const [localCells, remoteCells] = [countCells(local), countCells(remote)];
  const cells = new CellWriter(raw, 0, localCells + remoteCells, numbers);
  for (const [i, columns] of local.entries()) cells.add(i, columns);
  for (const [i, columns] of remote.entries()) cells.add(i, columns);
  cells.end();
  return { words: cells.words, localCells, remoteCells, numbers };
}

/** What joinWith does, with a look at the clock between its steps. */
function timeSteps(raw: RawEngine, pages: Page[]): Steps {
  const sums = { encode: 0, join: 0, decode: 0 };
  for (const { local, remote } of pages) {
    const start = cpuMs();
    const { localCells, remoteCells, numbers } = encode(raw, local, remote);
    const encoded = cpuMs();
    raw.join(localCells, remoteCells);
    const joined = cpuMs();
    readJoined(raw.joined(), local.length, numbers);
    sums.encode += encoded - start;
    sums.join += joined - encoded;
    sums.decode += cpuMs() - joined;
  }
  return sums;
}

/** The core's answer to cells that are words already, every word of it read. */
function crossWords(raw: RawEngine, cells: Uint32Array, localCells: number): number {
  const start = cpuMs();
  raw.scratch(cells.length).set(cells);
  const count = raw.join(localCells, cells.length / cellWords - localCells);
  let sum = 0;
  const joined = raw.joined();
  for (let i = 0; i < joined.length; i++) sum = (sum + (joined[i] as number)) | 0;
  const took = cpuMs() - start;
  if (count !== records * 2.5 || sum === 0) throw new Error('joined otherwise');
  return took;
}

// Of this process: other programs on the machine do not count.
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

// Page by page, each forgotten before the next: what one side leaves behind would be for the other
// to clear away.
function timed(pages: Page[], join: (page: Page) => JoinedColumns[]): number {
  const start = cpuMs();
  let fields = 0;
  for (const page of pages) for (const joined of join(page)) fields += joined.fields.size;
  const took = cpuMs() - start;
  if (fields !== records * 1.5) throw new Error('joined otherwise');
  return took;
}

const same = (a: JoinedColumns, b: JoinedColumns) =>
  a.base === b.base &&
  a.register === b.register &&
  a.fields.size === b.fields.size &&
  [...a.fields].every(([name, side]) => b.fields.get(name) === side);

/** `wasm`: the path of the core's bytes. */
export async function open(wasm: string): Promise<Works> {
  useWasm(await readFile(wasm));
  const { Engine } = await loadWasm();
  const raw = new Engine(0, 0);
  const { local, remote } = sides();
  const pages = pagesOf(local, remote);
  const joinInCore = (page: Page) => joinWith(raw, page.local, page.remote);
  for (const page of pages) {
    const other = joinInMap(page);
    if (!joinInCore(page).every((joined, i) => same(joined, other[i] as JoinedColumns)))
      throw new Error('the Map joins otherwise than the core');
  }
  const { words, localCells, remoteCells } = encode(raw, local, remote);
  const packed = words.slice(0, (localCells + remoteCells) * cellWords);
  return {
    records,
    decide: () => timed(pages, joinInCore),
    map: () => timed(pages, joinInMap),
    cross: () => crossWords(raw, packed, localCells),
    steps: () => timeSteps(raw, pages),
  };
}
