// Digest: sums of hashes of a table's records, by which a device and the hub find where they differ
// without showing each other what they hold.
import type { Hash } from '../core.js';
import { canonicalText } from '../values.js';
import type { DigestReply, DigestRequest } from '../wire.js';
import type { Context } from './context.js';
import { formatCursor } from './cursor.js';
import { digestRecordsMax } from './limits.js';

/** Rows that are held at once while they are hashed, at most. */
const hashedMax = 256;

export function readDigest(
  { store, hash }: Context,
  { table, prefix }: DigestRequest,
  serverTime: number,
): DigestReply {
  const digest = new Digest(hash, table, prefix);
  for (const { id, rowText } of store.shown(table)) digest.add(id, rowText);
  const head = store.head();
  return { cursor: formatCursor(head, head.seq), ...digest.finish(), serverTime };
}

interface Part {
  count: number;
  sum: bigint;
}

interface Waiting {
  id: string;
  key: string;
  rowText: string;
}

class Digest {
  readonly #hash: Hash;
  readonly #table: string;
  readonly #prefix: string;
  /** By the digit after the prefix; after a whole hash there is none, and all are in the first. */
  readonly #parts = Array.from({ length: 16 }, (): Part => ({ count: 0, sum: 0n }));
  /** As long as they are few enough to be listed. */
  readonly #records: { id: string; hash: string }[] = [];
  #waiting: Waiting[] = [];

  constructor(hash: Hash, table: string, prefix: string) {
    this.#hash = hash;
    this.#table = JSON.stringify(table);
    this.#prefix = prefix;
  }

  add(id: string, rowText: string): void {
    this.#waiting.push({ id, key: `${this.#table}\n${id}`, rowText });
    if (this.#waiting.length >= hashedMax) this.#take();
  }

  finish(): Pick<DigestReply, 'count' | 'hash' | 'children' | 'records'> {
    this.#take();
    const parts = this.#parts.map(({ count, sum }) => ({ count, hash: hexOf(sum) }));
    const count = parts.reduce((total, part) => total + part.count, 0);
    const hash = hexOf(this.#parts.reduce((total, { sum }) => total + sum, 0n));
    const isListed = count <= digestRecordsMax;
    return isListed ? { count, hash, records: this.#records } : { count, hash, children: parts };
  }

  #take(): void {
    const keyHashes = this.#hash(this.#waiting.map(({ key }) => key)).map(hexOf);
    const digits: number[] = [];
    const wanted = this.#waiting.filter((_, i) => {
      const keyHash = keyHashes[i] as string;
      const isWanted = keyHash.startsWith(this.#prefix);
      if (isWanted) digits.push(Number.parseInt(keyHash[this.#prefix.length] ?? '0', 16));
      return isWanted;
    });
    const hashes = this.#hash(wanted.map(textOf));
    for (const [i, { id }] of wanted.entries())
      this.#count(digits[i] as number, id, hashes[i] as bigint);
    this.#waiting = [];
  }

  #count(digit: number, id: string, hash: bigint): void {
    const part = this.#parts[digit] as Part;
    part.count++;
    part.sum += hash;
    if (this.#records.length <= digestRecordsMax) this.#records.push({ id, hash: hexOf(hash) });
  }
}

function textOf({ key, rowText }: Waiting): string {
  return `${key}\n${canonicalText(JSON.parse(rowText))}`;
}

/** The last 64 bits. */
function hexOf(sum: bigint): string {
  return BigInt.asUintN(64, sum).toString(16).padStart(16, '0');
}
