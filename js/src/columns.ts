// Columns: the stamps of a record or of a change to it, without the values: what the core merges.
// And their way into the core and back: cells in a flat array, six words each, records and fields
// as numbers (sdk/include/tidemark/change.h).
import type { Change, StampText } from './wire.js';

export interface Columns {
  /** The stamp of every field that `fields` does not name; null in a patch. */
  base: StampText | null;
  fields: ReadonlyMap<string, StampText>;
  /** When the register `deleted` was last written, and with what. */
  register: StampText;
  deleted: boolean;
}

export type Side = 'local' | 'remote' | 'tie';

/** A joined state: whose base, whose register, and whose of the fields above the base. */
export interface JoinedColumns {
  base: Side | null;
  register: Side;
  fields: Map<string, Side>;
}

export const cellWords = 6;
export const joinedWords = 7;
const everyField = 0;
const alive = 1;
const deleted = 2;
const firstField = 3;
const sides: readonly (Side | undefined)[] = [undefined, 'local', 'remote', 'tie'];

const noFields: ReadonlyMap<string, StampText> = new Map();

export function columnsOfChange(change: Change): Columns {
  const { stamp } = change;
  if (change.deleted) return { base: null, fields: noFields, register: stamp, deleted: true };
  const own = change.fields ?? {};
  const names = change.patch ? Object.keys(change.row ?? {}) : Object.keys(own);
  if (names.length === 0 && !change.patch)
    return { base: stamp, fields: noFields, register: stamp, deleted: false };
  const fields = new Map<string, StampText>();
  let register = stamp;
  for (const name of names) {
    const at = Object.hasOwn(own, name) ? (own[name] as StampText) : stamp;
    fields.set(name, at);
    if (at > register) register = at;
  }
  return { base: change.patch ? null : stamp, fields, register, deleted: false };
}

/** The number that stands for each field name of one batch. */
export class FieldNumbers {
  readonly #numbers = new Map<string, number>();
  readonly #names: string[] = [];

  number(name: string): number {
    const known = this.#numbers.get(name);
    if (known !== undefined) return known;
    const number = firstField + this.#names.length;
    this.#numbers.set(name, number);
    this.#names.push(name);
    return number;
  }

  name(number: number): string {
    return this.#names[number - firstField] as string;
  }
}

/** Appends the cells of `columns`, sorted by field, to `words`. */
export function pushCells(
  words: number[],
  record: number,
  columns: Columns,
  numbers: FieldNumbers,
): void {
  if (columns.base !== null) pushCell(words, record, everyField, columns.base);
  pushCell(words, record, columns.deleted ? deleted : alive, columns.register);
  if (columns.fields.size === 0) return;
  const fields = [...columns.fields].map(([name, stamp]) => [numbers.number(name), stamp] as const);
  fields.sort(([a], [b]) => a - b);
  for (const [field, stamp] of fields) pushCell(words, record, field, stamp);
}

function pushCell(words: number[], record: number, field: number, stamp: StampText): void {
  words.push(
    Number.parseInt(stamp.slice(0, 8), 16),
    Number.parseInt(stamp.slice(8, 12) + stamp.slice(13, 17), 16),
    Number.parseInt(stamp.slice(18, 26), 16),
    Number.parseInt(stamp.slice(26, 34), 16),
    record,
    field,
  );
}

/** The joined states in `words`, the core's answer for `count` records numbered from 0. */
export function readJoined(
  words: Uint32Array,
  count: number,
  numbers: FieldNumbers,
): JoinedColumns[] {
  const joined = Array.from(
    { length: count },
    (): JoinedColumns => ({ base: null, register: 'local', fields: new Map() }),
  );
  for (let i = 0; i < words.length; i += joinedWords) {
    const record = joined[words[i + 4] as number] as JoinedColumns;
    const field = words[i + 5] as number;
    const side = sides[words[i + 6] as number] as Side;
    if (field === everyField) record.base = side;
    else if (field < firstField) record.register = side;
    else record.fields.set(numbers.name(field), side);
  }
  return joined;
}
