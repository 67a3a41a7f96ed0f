// What a column of SQLite holds for a value, and what value that is again. SQLite has five kinds of
// values, and a column bends some of them to its affinity: where the way back would not give the
// same value, the store keeps it beside the row (tidemark_extras).
import { decodeValue, encodeValue } from '../../values.js';
import type { SqlValue } from './database.js';

/** https://sqlite.org/datatype3.html, 3.1; `none`: BLOB. */
export type Affinity = 'integer' | 'text' | 'none' | 'real' | 'numeric';

const int64 = { min: -(2n ** 63n), max: 2n ** 63n - 1n };
const numeric = /^\s*[+-]?(\d|\.\d|inf|0x)/i;

/** What to store for a value in tagged form, and whether that alone says which value it was. */
export interface Stored {
  value: SqlValue;
  exact: boolean;
}

const nothing: Stored = { value: null, exact: false };

export function toColumn(tagged: unknown, affinity: Affinity): Stored {
  switch (typeof tagged) {
    case 'string':
      return { value: tagged, exact: isExactText(tagged, affinity) };
    case 'number':
      return { value: tagged, exact: isExactNumber(tagged, affinity) };
    case 'boolean':
      return { value: Number(tagged), exact: false };
    default:
      return ofObject(decodeValue(structuredClone(tagged)), affinity);
  }
}

/** Whether a column holds a value, in tagged form, as it is. */
export function isExactValue(tagged: unknown, affinity: Affinity): boolean {
  if (typeof tagged === 'string') return isExactText(tagged, affinity);
  return typeof tagged === 'number' && isExactNumber(tagged, affinity);
}

function ofObject(value: unknown, affinity: Affinity): Stored {
  if (typeof value === 'bigint') return ofBigint(value, affinity);
  if (typeof value === 'number') return ofSpecial(value, affinity);
  if (value === undefined) return nothing;
  if (value instanceof Uint8Array) return { value, exact: true };
  if (!(value instanceof Date)) return { value: JSON.stringify(encodeValue(value)), exact: false };
  const isText = affinity === 'text' || affinity === 'none' || affinity === 'numeric';
  if (Number.isNaN(value.getTime())) return nothing;
  return { value: isText ? value.toISOString() : value.getTime(), exact: false };
}

/** Whether some library gives another text back: it has a NUL, or half of a surrogate pair. */
export function isBroken(text: string): boolean {
  return text.includes('\0') || !isWellFormed(text);
}

function isExactText(text: string, affinity: Affinity): boolean {
  if (isBroken(text)) return false;
  return affinity === 'text' || affinity === 'none' || !numeric.test(text);
}

/** Newer engines know it of most texts without a look at them. */
const { isWellFormed: native } = String.prototype as { isWellFormed?: () => boolean };
const isWellFormed = (text: string) => native?.call(text) ?? !/\p{Surrogate}/u.test(text);

function isExactNumber(value: number, affinity: Affinity): boolean {
  if (affinity === 'text') return false;
  // A column of whole numbers makes one of what fits, and a large one comes back as a bigint.
  return !Number.isInteger(value) || Number.isSafeInteger(value) || affinity === 'real';
}

function ofBigint(value: bigint, affinity: Affinity): Stored {
  if (value < int64.min || value > int64.max) return { value: value.toString(), exact: false };
  const isLarge = !Number.isSafeInteger(Number(value));
  return { value, exact: isLarge && affinity !== 'text' && affinity !== 'real' };
}

/** NaN, the infinities, and the zero below zero. */
function ofSpecial(value: number, affinity: Affinity): Stored {
  if (Number.isNaN(value)) return nothing;
  return { value, exact: value !== 0 && affinity !== 'text' };
}

/** The tagged form of what a column holds. */
export function fromColumn(value: SqlValue): unknown {
  return encodeValue(value);
}

/** Whether a column holds what was stored. */
export function isSameStored(column: SqlValue, stored: SqlValue): boolean {
  if (column instanceof Uint8Array && stored instanceof Uint8Array)
    return column.length === stored.length && column.every((byte, i) => byte === stored[i]);
  // A large number is bound as an integer, a real or a text, by the library.
  const isLarge = typeof column === 'number' && !Number.isSafeInteger(column);
  if (isLarge && typeof stored === 'bigint') return stored === toBigint(column);
  return Object.is(column, stored) || (isLarge && String(column) === stored);
}

const toBigint = (value: number) => (Number.isInteger(value) ? BigInt(value) : null);
