// The way of columns into the core and back: cells in a flat array, six words each, records and
// fields as numbers (sdk/include/tidemark/change.h). Nothing is made for each record.
import type { Columns, JoinedColumns, Side } from './columns.js';
import { TidemarkError } from './errors.js';
import { zeroStamp } from './stamp-words.js';
import type { RawEngine } from './wasm.js';
import type { StampText } from './wire.js';

export const cellWords = 6;
const joinedWords = 7;
const everyField = 0;
const alive = 1;
const deleted = 2;
const firstField = 3;
const sides: readonly (Side | undefined)[] = [undefined, 'local', 'remote', 'tie'];
/** How many stamps are read together: the text of more does not stay in the processor's cache. */
const textsMax = 256;

/** The number that stands for each field name of one batch. */
export class FieldNumbers {
  readonly #numbers = new Map<string, number>();
  readonly #names: string[] = [];
  // Often asked for next as well.
  #name = '';
  #number = 0;

  number(name: string): number {
    if (name === this.#name && this.#number !== 0) return this.#number;
    let number = this.#numbers.get(name);
    if (number === undefined) {
      number = this.end;
      this.#numbers.set(name, number);
      this.#names.push(name);
    }
    this.#name = name;
    this.#number = number;
    return number;
  }

  /** Above every number. */
  get end(): number {
    return firstField + this.#names.length;
  }

  name(number: number): string {
    return this.#names[number - firstField] as string;
  }
}

/** How many cells the columns have. */
export function countCells(all: readonly Columns[]): number {
  let cells = 0;
  for (const { base, fields } of all) cells += (base === null ? 1 : 2) + fields.size;
  return cells;
}

/** Writes the cells of one record after another into the core's memory. */
export class CellWriter {
  /** The scratch: what is before the cells is the caller's. */
  readonly words: Uint32Array;
  readonly #raw: RawEngine;
  readonly #numbers: FieldNumbers;
  /** Stamps that are not read yet, and the room for them behind the cells. */
  #texts = '';
  #count = 0;
  readonly #room: Uint8Array;
  /** The last of them: of the record that is being added. */
  #stamp: StampText = '';
  /** From here to `#at`, a cell's first word is the place of its stamp. */
  #unread: number;
  #at: number;

  /** For `count` cells from the word `at` on. The core must not be called before the end. */
  constructor(raw: RawEngine, at: number, count: number, numbers: FieldNumbers) {
    const texts = at + count * cellWords;
    const bytes = Math.min(count, textsMax) * zeroStamp.length;
    this.words = raw.scratch(texts + Math.ceil(bytes / 4));
    this.#room = new Uint8Array(this.words.buffer, this.words.byteOffset + texts * 4, bytes);
    this.#raw = raw;
    this.#numbers = numbers;
    this.#at = this.#unread = at;
  }

  /** Adds the cells of `columns`, sorted by field. */
  add(record: number, { base, fields, register, deleted: isDeleted }: Columns): void {
    this.#next(base ?? register);
    if (base !== null) this.#add(record, everyField, base);
    this.#add(record, isDeleted ? deleted : alive, register);
    if (this.#areSorted(fields))
      for (const [name, stamp] of fields) this.#add(record, this.#numbers.number(name), stamp);
    else {
      const numbered = [...fields].map(([name, at]) => [this.#numbers.number(name), at] as const);
      for (const [field, stamp] of numbered.sort(([a], [b]) => a - b))
        this.#add(record, field, stamp);
    }
  }

  /** Has the core read the stamps that are left. */
  end(): void {
    const { byteOffset } = this.#room;
    const { written } = utf8.encodeInto(this.#texts, this.#room);
    const length = this.#count * zeroStamp.length;
    const cells = (this.#at - this.#unread) / cellWords;
    const first = this.words.byteOffset + this.#unread * 4;
    if (
      written !== length ||
      this.#texts.length !== length ||
      !this.#raw.readStamps(first, cells, byteOffset)
    )
      throw new TidemarkError('bad_stamp');
    this.#texts = '';
    this.#count = 0;
    this.#unread = this.#at;
  }

  #next(stamp: StampText): void {
    if (this.#count === textsMax) this.end();
    this.#texts += stamp;
    this.#count++;
    this.#stamp = stamp;
  }

  #add(record: number, field: number, stamp: StampText): void {
    // Most cells of a record are of one write.
    if (stamp !== this.#stamp) this.#next(stamp);
    const { words } = this;
    const at = this.#at;
    words[at] = this.#count - 1;
    words[at + 4] = record;
    words[at + 5] = field;
    this.#at = at + cellWords;
  }

  #areSorted(fields: Columns['fields']): boolean {
    if (fields.size < 2) return true;
    let last = 0;
    for (const name of fields.keys()) {
      const field = this.#numbers.number(name);
      if (field < last) return false;
      last = field;
    }
    return true;
  }
}

const utf8 = new TextEncoder();

/** The joined states in `words`, the core's answer for `count` records numbered from 0. */
export function readJoined(
  words: Uint32Array,
  count: number,
  numbers: FieldNumbers,
): JoinedColumns[] {
  const joined = new Array<JoinedColumns>(count);
  // By what was read of a record so far and its next cell: what was read then, as a number.
  const next = new Map<number, number>();
  const states: (JoinedColumns | undefined)[] = [undefined];
  for (let i = 0; i < words.length; ) {
    const start = i;
    const record = words[i + 4] as number;
    let read = 0;
    for (; words[i + 4] === record; i += joinedWords) {
      const key = read * numbers.end * 4 + (words[i + 5] as number) * 4 + (words[i + 6] as number);
      let then = next.get(key);
      if (then === undefined) {
        then = states.push(undefined) - 1;
        next.set(key, then);
      }
      read = then;
    }
    joined[record] = states[read] ??= stateOf(words.subarray(start, i), numbers);
  }
  return joined;
}

function stateOf(words: Uint32Array, numbers: FieldNumbers): JoinedColumns {
  let base: Side | null = null;
  let register: Side = 'local';
  const fields = new Map<string, Side>();
  for (let i = 0; i < words.length; i += joinedWords) {
    const field = words[i + 5] as number;
    const side = sides[words[i + 6] as number] as Side;
    if (field === everyField) base = side;
    else if (field < firstField) register = side;
    else fields.set(numbers.name(field), side);
  }
  return { base, register, fields };
}
