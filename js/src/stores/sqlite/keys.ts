// Keys of records as SQLite has them, as the log has them, and as ids. A key of one column is in
// the log as it is; one of several columns is a JSON array there.
import { TidemarkError } from '../../errors.js';
import { decodeKey, encodeKey } from '../../values.js';
import type { IdText } from '../../wire.js';
import type { SqlValue } from './database.js';

/** A blob in an id: no key of JSON is one. */
const blobMark = '$tm:bytes';

/** The id of a key of the log; throws `key_unsupported`. */
export function idOf(key: SqlValue, columns: number): IdText {
  if (columns === 1) return encodeKey(partOf(key));
  const parts = JSON.parse(key as string) as unknown[];
  return encodeKey(parts.map((part) => (isBlob(part) ? [blobMark, part.blob] : part)));
}

function partOf(part: SqlValue): unknown {
  if (part instanceof Uint8Array) return [blobMark, toHex(part)];
  if (typeof part === 'bigint')
    throw new TidemarkError('key_unsupported', `${part} is past the safe integers`);
  return part;
}

const isBlob = (part: unknown): part is { blob: string } =>
  typeof part === 'object' && part !== null && 'blob' in part;

/** The values of the key's columns; throws `key_unsupported` for an id of another shape. */
export function partsOf(id: IdText, columns: number): SqlValue[] {
  const key = decodeKey(id);
  if (columns === 1 && typeof key === 'string') return [key];
  const parts = columns === 1 ? [key] : key;
  if (!Array.isArray(parts) || parts.length !== columns)
    throw new TidemarkError('key_unsupported', `${id} is not a key of ${columns} columns`);
  return parts.map((part) => {
    if (!Array.isArray(part)) return part as SqlValue;
    const [mark, hex] = part as unknown[];
    const bytes = typeof hex === 'string' ? fromHex(hex) : new Uint8Array();
    // One blob has one id.
    if (mark !== blobMark || part.length !== 2 || toHex(bytes) !== hex)
      throw new TidemarkError('key_unsupported', `${id} has an array in it`);
    return bytes;
  });
}

/** The key of the log for the values of the key's columns. */
export function keyOf(parts: readonly SqlValue[]): SqlValue {
  if (parts.length === 1) return parts[0] as SqlValue;
  return JSON.stringify(
    parts.map((part) => (part instanceof Uint8Array ? { blob: toHex(part) } : part)),
  );
}

function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0'))
    .join('')
    .toUpperCase();
}

function fromHex(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}
