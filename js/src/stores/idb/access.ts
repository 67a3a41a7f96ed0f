// Reads and writes by IndexedDB's own requests, in one transaction that nobody records.
import { Access, anyKey, type KeysBetween } from '../indexeddb/access.js';
import { setKeyAt } from './key-path.js';
import { resultOf } from './requests.js';

const rangeOf = (range: KeysBetween): IDBKeyRange | null => {
  const { lower, lowerOpen = false, upper } = range;
  if (range === anyKey) return null;
  return upper === undefined
    ? IDBKeyRange.lowerBound(lower, lowerOpen)
    : IDBKeyRange.bound(lower, upper, lowerOpen);
};

export class NativeAccess extends Access {
  /** The stores that it wrote to. */
  readonly written = new Set<string>();

  constructor(readonly native: IDBTransaction) {
    super();
  }

  #store(name: string): IDBObjectStore {
    return this.native.objectStore(name);
  }

  #written(name: string): IDBObjectStore {
    this.written.add(name);
    return this.#store(name);
  }

  has(name: string): boolean {
    return this.native.db.objectStoreNames.contains(name);
  }

  get<T>(name: string, key: unknown): Promise<T | undefined> {
    return resultOf(this.#store(name).get(key as IDBValidKey));
  }

  getMany<T>(name: string, keys: readonly unknown[]): Promise<(T | undefined)[]> {
    return Promise.all(keys.map((key) => this.get<T>(name, key)));
  }

  protected query(
    name: string,
    range: KeysBetween,
    values: boolean,
    limit?: number,
    index?: string,
  ): Promise<unknown[]> {
    const store = this.#store(name);
    const source = index === undefined ? store : store.index(index);
    const keys = rangeOf(range);
    return values ? resultOf(source.getAll(keys, limit)) : resultOf(source.getAllKeys(keys, limit));
  }

  count(name: string): Promise<number> {
    return resultOf(this.#store(name).count());
  }

  async lastKey(name: string): Promise<unknown> {
    return (await resultOf(this.#store(name).openKeyCursor(null, 'prev')))?.key;
  }

  keysIn(name: string, index: string): Promise<unknown[]> {
    const store = this.#store(name);
    if (!store.indexNames.contains(index)) return Promise.resolve([]);
    const request = store.index(index).openKeyCursor();
    const keys: unknown[] = [];
    return new Promise((resolve, reject) => {
      request.onerror = () => reject(request.error);
      request.onsuccess = () => {
        const cursor = request.result;
        if (cursor === null) return resolve(keys);
        keys.push(cursor.key);
        cursor.continue();
      };
    });
  }

  put(name: string, values: readonly unknown[]): Promise<void> {
    const store = this.#written(name);
    return lastOf(values.map((value) => store.put(value)));
  }

  async tryPut(name: string, rows: readonly object[], keys: readonly unknown[]) {
    const store = this.#written(name);
    const { keyPath } = store;
    const refused: number[] = [];
    const requests = rows.map((row, i) => {
      if (keyPath !== null) setKeyAt(row, keyPath, keys[i]);
      const request = keyPath === null ? store.put(row, keys[i] as IDBValidKey) : store.put(row);
      request.addEventListener('error', (event) => {
        if (request.error?.name !== 'ConstraintError') return;
        // Else the whole transaction would go with it.
        event.preventDefault();
        refused.push(i);
      });
      return request;
    });
    await lastOf(requests).catch((cause) => {
      if (cause?.name !== 'ConstraintError') throw cause;
    });
    return refused;
  }

  delete(name: string, keys: readonly unknown[]): Promise<void> {
    const store = this.#written(name);
    return lastOf(keys.map((key) => store.delete(key as IDBValidKey)));
  }

  protected async deleteRange(name: string, range: KeysBetween): Promise<void> {
    const store = this.#written(name);
    const keys = rangeOf(range);
    await resultOf(keys === null ? store.clear() : store.delete(keys));
  }
}

/**
 * When all are done: requests are done in order. One that fails unheard ends the transaction, and
 * so fails the last as well.
 */
async function lastOf(requests: readonly IDBRequest[]): Promise<void> {
  const last = requests.at(-1);
  if (last !== undefined) await resultOf(last);
}
