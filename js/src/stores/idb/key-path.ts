// Key paths: where in a row IndexedDB finds its key.

type KeyPath = string | string[];

const partsOf = (keyPath: string): string[] => (keyPath === '' ? [] : keyPath.split('.'));

/** Undefined, or an array that holds it: IndexedDB will refuse the row. */
export function keyAt(row: unknown, keyPath: KeyPath): unknown {
  if (Array.isArray(keyPath)) return keyPath.map((path) => keyAt(row, path));
  let value = row;
  for (const part of partsOf(keyPath)) value = (value as Record<string, unknown> | null)?.[part];
  return value;
}

/** Gives `row` its key. */
export function setKeyAt(row: object, keyPath: KeyPath, key: unknown): void {
  if (Array.isArray(keyPath)) {
    for (const [i, path] of keyPath.entries()) setKeyAt(row, path, (key as unknown[])[i]);
    return;
  }
  const parts = partsOf(keyPath);
  const last = parts.pop();
  let holder = row as Record<string, unknown>;
  for (const part of parts) {
    if (typeof holder[part] !== 'object' || holder[part] === null) holder[part] = {};
    holder = holder[part] as Record<string, unknown>;
  }
  if (last !== undefined) holder[last] = key;
}
