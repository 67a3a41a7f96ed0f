// Values: what JSON cannot say, said in JSON by tagged objects, and back. Grammar: protocol.md,
// "Key, field, value". A value that needs no tag is passed through as it is, not copied: that is
// nearly every value there is.
import { TidemarkError } from './errors.js';
import type { IdText, WireRow } from './wire.js';

/** Levels of arrays and objects in a value, at most. */
export const valueDepthMax = 64;
/** UTF-8 bytes of an id's text, at most. */
export const idBytesMax = 1024;

/** A field of a patch that the write removed. */
export const absentField = Object.freeze({ '$tm:absent': 0 });

const tagPrefix = '$tm:';
const taggedNumbers = new Set<unknown>(['NaN', 'Infinity', '-Infinity', '-0']);

/** Adds an own property, even where its name is `__proto__`. */
export function setOwn(target: object, name: string, value: unknown): void {
  if (name === '__proto__')
    Object.defineProperty(target, name, {
      value,
      writable: true,
      enumerable: true,
      configurable: true,
    });
  else (target as Record<string, unknown>)[name] = value;
}

/**
 * The tagged form of `value`; throws `value_unsupported` naming `path` for what cannot be synced.
 */
export function encodeValue(value: unknown, path = ''): unknown {
  return encode(value, path, 0);
}

function encode(value: unknown, path: string, depth: number): unknown {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      return encodeNumber(value);
    case 'undefined':
      return { '$tm:undefined': 0 };
    case 'bigint':
      return { '$tm:bigint': value.toString() };
    case 'object':
      return value === null ? null : encodeObject(value, path, depth);
    default:
      throw new TidemarkError('value_unsupported', `${path} is a ${typeof value}`);
  }
}

function encodeNumber(value: number): unknown {
  if (Number.isFinite(value) && !Object.is(value, -0)) return value;
  return { '$tm:number': Object.is(value, -0) ? '-0' : String(value) };
}

function encodeObject(value: object, path: string, depth: number): unknown {
  if (depth >= valueDepthMax)
    throw new TidemarkError('value_unsupported', `${path} is nested over ${valueDepthMax} levels`);
  if (Array.isArray(value)) return encodeArray(value, path, depth);
  if (value instanceof Date) {
    const ms = value.getTime();
    return { '$tm:date': Number.isNaN(ms) ? null : ms };
  }
  if (value instanceof Uint8Array) return { '$tm:bytes': toBase64(value) };
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null)
    throw new TidemarkError('value_unsupported', `${path} is a ${prototype.constructor?.name}`);
  return encodePlain(value, path, depth);
}

function encodeArray(value: unknown[], path: string, depth: number): unknown[] {
  let copy: unknown[] | null = null;
  for (let i = 0; i < value.length; i++) {
    const item = encode(value[i], `${path}[${i}]`, depth + 1);
    if (copy === null && item !== value[i]) copy = value.slice(0, i);
    copy?.push(item);
  }
  return copy ?? value;
}

function encodePlain(value: object, path: string, depth: number): object {
  const names = Object.keys(value);
  let copy: object | null = null;
  for (const [i, name] of names.entries()) {
    const plain = (value as Record<string, unknown>)[name];
    const item = encode(plain, path === '' ? name : `${path}.${name}`, depth + 1);
    if (copy === null && item !== plain) copy = copyOf(value, names.slice(0, i));
    if (copy !== null) setOwn(copy, name, item);
  }
  const encoded = copy ?? value;
  return isTagged(names) ? { '$tm:object': encoded } : encoded;
}

function copyOf(value: object, names: readonly string[]): object {
  const copy = {};
  for (const name of names) setOwn(copy, name, (value as Record<string, unknown>)[name]);
  return copy;
}

function isTagged(names: readonly string[]): boolean {
  return names.length === 1 && (names[0] as string).startsWith(tagPrefix);
}

/** The value of a tagged form; throws `bad_reply` for a tag that is not in the grammar. */
export function decodeValue(value: unknown): unknown {
  return decode(value, 0);
}

function decode(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= 2 * valueDepthMax)
    throw new TidemarkError('bad_reply', 'a value is nested too deep');
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) value[i] = decode(value[i], depth + 1);
    return value;
  }
  const names = Object.keys(value);
  if (isTagged(names)) return decodeTagged(names[0] as string, value, depth);
  for (const name of names) {
    const item = (value as Record<string, unknown>)[name];
    if (typeof item === 'object' && item !== null) setOwn(value, name, decode(item, depth + 1));
  }
  return value;
}

function decodeTagged(tag: string, tagged: object, depth: number): unknown {
  const content = (tagged as Record<string, unknown>)[tag];
  switch (tag) {
    case '$tm:undefined':
      return undefined;
    case '$tm:number':
      if (taggedNumbers.has(content)) return Number(content);
      break;
    case '$tm:date':
      if (content === null) return new Date(Number.NaN);
      if (typeof content === 'number') return new Date(content);
      break;
    case '$tm:bigint':
      if (typeof content === 'string' && /^-?\d+$/.test(content)) return BigInt(content);
      break;
    case '$tm:bytes':
      if (typeof content === 'string') return fromBase64(content);
      break;
    case '$tm:object':
      return decodeUntagged(content, depth);
  }
  throw new TidemarkError('bad_reply', `a value is tagged ${tag}`);
}

// An app's own object that looks tagged: its one entry is decoded, it itself is not.
function decodeUntagged(content: unknown, depth: number): unknown {
  if (typeof content !== 'object' || content === null || Object.keys(content).length !== 1)
    throw new TidemarkError('bad_reply', 'a value is tagged $tm:object and has not one key');
  for (const [name, item] of Object.entries(content))
    setOwn(content, name, decode(item, depth + 1));
  return content;
}

/** Throws `bad_reply` for a tagged form outside the grammar; changes nothing. */
export function checkValue(value: unknown): void {
  if (isNested(value)) decodeValue(structuredClone(value));
}

function isNested(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

/** Whether a field of a patch says that the field was removed. */
export function isAbsent(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.hasOwn(value, '$tm:absent') &&
    Object.keys(value).length === 1
  );
}

/** The tagged form of a row: its own enumerable properties. */
export function encodeRow(row: object, path = ''): WireRow {
  const names = Object.keys(row);
  const encoded = {};
  for (const name of names) {
    const value = (row as Record<string, unknown>)[name];
    setOwn(encoded, name, encode(value, path === '' ? name : `${path}.${name}`, 1));
  }
  return encoded;
}

/** Decodes the fields of `row` in place, except absent ones, and returns it. */
export function decodeRow(row: WireRow): WireRow {
  for (const name of Object.keys(row)) {
    const value = row[name];
    if (typeof value === 'object' && value !== null && !isAbsent(value))
      setOwn(row, name, decode(value, 1));
  }
  return row;
}

/**
 * Canonical text of a value's tagged form: equal values have equal texts, whatever the order of
 * their keys.
 */
export function canonicalText(encoded: unknown): string {
  return JSON.stringify(encoded, (_name, value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    return copyOf(value, Object.keys(value).sort());
  });
}

/** The id of a key; throws `key_unsupported`. */
export function encodeKey(key: unknown): IdText {
  if (!isKey(key, 0)) throw new TidemarkError('key_unsupported', describe(key));
  const text = JSON.stringify(key);
  // Three bytes a UTF-16 unit at most: the exact length is only counted where it may matter.
  if (text.length * 3 > idBytesMax && new TextEncoder().encode(text).length > idBytesMax)
    throw new TidemarkError('key_unsupported', `an id is over ${idBytesMax} bytes`);
  return text;
}

/** What JSON says otherwise in a string than it is, but for quotes and backslashes. */
const escaped = /[^ -\ud7ff\ue000-\uffff]/;

/** Of a string that JSON says as it is, which nearly every id is of. */
function isPlain(id: IdText): boolean {
  const last = id.length - 1;
  if (last < 1 || id[0] !== '"' || id.indexOf('"', 1) !== last) return false;
  return !id.includes('\\') && !escaped.test(id);
}

/** The key of an id; throws `bad_reply` for a text that is not canonical. */
export function decodeKey(id: IdText): unknown {
  if (isPlain(id)) return id.slice(1, -1);
  try {
    const key: unknown = JSON.parse(id);
    if (isKey(key, 0) && JSON.stringify(key) === id) return key;
  } catch {
    // The same answer as for any other text that is no id.
  }
  throw new TidemarkError('bad_reply', `not an id: ${id.slice(0, 80)}`);
}

function isKey(key: unknown, depth: number): boolean {
  if (typeof key === 'string') return true;
  if (typeof key === 'number') return Number.isSafeInteger(key) && !Object.is(key, -0);
  return (
    Array.isArray(key) &&
    key.length > 0 &&
    depth < 8 &&
    Array.from(key).every((part) => isKey(part, depth + 1)) // every() alone would skip holes
  );
}

function describe(key: unknown): string {
  if (typeof key === 'number') return String(key);
  return key === null ? 'null' : (key?.constructor?.name ?? typeof key);
}

const base64Chunk = 0x8000; // String.fromCharCode takes its arguments from the stack

function toBase64(bytes: Uint8Array): string {
  let binary = '';
  for (let i = 0; i < bytes.length; i += base64Chunk)
    binary += String.fromCharCode(...bytes.subarray(i, i + base64Chunk));
  return btoa(binary);
}

function fromBase64(text: string): Uint8Array {
  let binary: string;
  try {
    binary = atob(text);
  } catch (cause) {
    throw new TidemarkError('bad_reply', 'bytes are not base64', { cause });
  }
  return Uint8Array.from(binary, (c) => c.charCodeAt(0));
}
