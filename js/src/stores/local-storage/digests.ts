// Digests: what an item last was, by field, so that a write of code that knows nothing of Tidemark
// is seen later, and of which fields.
import type { Hash } from '../../core.js';
import { canonicalText } from '../../values.js';
import type { WireRow } from '../../wire.js';
import { rowOf, type TextFormat } from './formats.js';

/** A hash of each field's value; null: there is no such record. */
export type Digest = ReadonlyMap<string, string> | null;

export class Digests {
  readonly #hash: Hash;
  /** By key, of the text that was looked at last. */
  readonly #known = new Map<string, { text: string; digest: Digest }>();

  constructor(hash: Hash) {
    this.#hash = hash;
  }

  ofRow(row: WireRow): Digest {
    const names = Object.keys(row);
    const hashes = this.#hash(names.map((name) => canonicalText(row[name])));
    return new Map(names.map((name, i) => [name, (hashes[i] as bigint).toString(36)]));
  }

  /** Of the item `key` with this text. A text that is the same again is not hashed again. */
  ofText(key: string, text: string | null, format: TextFormat): Digest {
    if (text === null) return null;
    const known = this.#known.get(key);
    if (known?.text === text) return known.digest;
    const digest = this.ofRow(rowOf(text, format));
    this.#known.set(key, { text, digest });
    return digest;
  }
}

/** The fields in which `now` is none of `others`. */
export function fieldsUnlike(now: Digest, ...others: Digest[]): string[] {
  const names = new Set(now?.keys());
  for (const other of others) for (const name of other?.keys() ?? []) names.add(name);
  const isUnlike = (name: string) => others.every((other) => other?.get(name) !== now?.get(name));
  return [...names].filter(isUnlike);
}

/** Null and empty are not the same: one is no record, the other a record without fields. */
export function isSameDigest(a: Digest, b: Digest): boolean {
  return (a === null) === (b === null) && fieldsUnlike(a, b).length === 0;
}
