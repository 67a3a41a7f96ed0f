// Which fields a write changed, whether its values can be synced at all, and what a patch makes of
// a row.
import { TidemarkError } from '../errors.js';
import { encodeRow, encodeValue, isAbsent, setOwn, valueDepthMax } from '../values.js';

/**
 * Throws `value_unsupported` naming the path, for a row that cannot be synced. Allocates nothing
 * for one that can.
 */
export function checkRow(row: unknown, table: string): void {
  if (typeof row !== 'object' || row === null)
    throw new TidemarkError('value_unsupported', `${table} is given a row that is no object`);
  for (const name of Object.keys(row))
    if (!isEncodable((row as Record<string, unknown>)[name], 1)) encodeRow(row, table);
}

/** The same for the fields that an update sets. */
export function checkFields(row: object, names: readonly string[], table: string): void {
  for (const name of names) {
    const value = (row as Record<string, unknown>)[name];
    if (!isEncodable(value, 1)) encodeValue(value, `${table}.${name}`);
  }
}

function isEncodable(value: unknown, depth: number): boolean {
  if (typeof value !== 'object') return typeof value !== 'function' && typeof value !== 'symbol';
  if (value === null) return true;
  if (depth >= valueDepthMax) return false;
  if (Array.isArray(value)) return value.every((item) => isEncodable(item, depth + 1));
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && !isPlainElsewhere(value, prototype))
    return value instanceof Date || value instanceof Uint8Array;
  for (const name of Object.keys(value))
    if (!isEncodable((value as Record<string, unknown>)[name], depth + 1)) return false;
  return true;
}

// A plain object of another realm, or without a prototype.
function isPlainElsewhere(value: object, prototype: object | null): boolean {
  if (value instanceof Date || value instanceof Uint8Array) return false;
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** The fields in which `after` differs from `before`, those it lacks included. */
export function changedFields(before: object, after: object): string[] {
  const changed: string[] = [];
  for (const name of Object.keys(after))
    if (!Object.hasOwn(before, name) || !isSame(valueOf(before, name), valueOf(after, name)))
      changed.push(name);
  for (const name of Object.keys(before)) if (!Object.hasOwn(after, name)) changed.push(name);
  return changed;
}

function valueOf(row: object, name: string): unknown {
  return (row as Record<string, unknown>)[name];
}

function isSame(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a)) return Array.isArray(b) && isSameArray(a, b);
  if (a instanceof Date) return b instanceof Date && Object.is(a.getTime(), b.getTime());
  if (a instanceof Uint8Array) return b instanceof Uint8Array && isSameArray(a, b);
  if (Array.isArray(b) || b instanceof Date || b instanceof Uint8Array) return false;
  return isSameObject(a, b);
}

function isSameArray(a: ArrayLike<unknown>, b: ArrayLike<unknown>): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (!isSame(a[i], b[i])) return false;
  return true;
}

function isSameObject(a: object, b: object): boolean {
  const names = Object.keys(a);
  if (names.length !== Object.keys(b).length) return false;
  return names.every(
    (name) => Object.hasOwn(b, name) && isSame(valueOf(a, name), valueOf(b, name)),
  );
}

/** `before` with the fields of a patch, in tagged form or not; absent ones are removed. */
export function patchedRow(before: object, fields: object = {}): Record<string, unknown> {
  const row = { ...before } as Record<string, unknown>;
  for (const name of Object.keys(fields))
    if (isAbsent(valueOf(fields, name))) delete row[name];
    else setOwn(row, name, valueOf(fields, name));
  return row;
}
