// An object store of one transaction of the app: every way to write through it is recorded. The
// methods are put on the object that IndexedDB gave, so that any library over it finds them.
import { checkRow } from '../changed.js';
import { checkKey, created, whole } from '../indexeddb/entry.js';
import type { MergeMode } from '../store.js';
import type { Burst } from './burst.js';
import { keyAt } from './key-path.js';

type Rest = [key?: IDBValidKey];
/** Cursors begin at a store or at an index. */
type Source = Pick<IDBObjectStore, 'openCursor'>;

/** Puts methods on an object in place of its own. */
export function override<T extends object>(target: T, methods: { [K in keyof T]?: T[K] }): void {
  for (const [name, value] of Object.entries(methods))
    Object.defineProperty(target, name, { value, writable: true, configurable: true });
}

// Also of another window.
const isRange = (query: unknown): query is IDBKeyRange =>
  Object.prototype.toString.call(query) === '[object IDBKeyRange]';

function isKey(key: IDBValidKey): boolean {
  try {
    checkKey(key);
    return true;
  } catch {
    return false;
  }
}

export class TrackedStore {
  readonly #tracked = new WeakSet<object>();

  constructor(
    readonly store: IDBObjectStore,
    readonly merge: MergeMode,
    readonly burst: Burst,
  ) {
    const { put, add, clear, index } = store;
    const remove = store.delete;
    override(store, {
      put: (value: unknown, ...rest: Rest) =>
        this.#put(value, this.#keyOf(value, rest), () => put.call(store, value, ...rest)),
      add: (value: unknown, ...rest: Rest) =>
        this.#add(value, this.#keyOf(value, rest), () => add.call(store, value, ...rest)),
      delete: (query: IDBValidKey | IDBKeyRange) =>
        isRange(query)
          ? this.#deleteMany(query, () => remove.call(store, query))
          : this.#delete(query, () => remove.call(store, query)),
      clear: () => this.#deleteMany(null, () => clear.call(store)),
      index: (name: string) => this.#source(index.call(store, name)),
    });
    this.#source(store);
  }

  #keyOf(value: unknown, [key]: Rest): unknown {
    const { keyPath } = this.store;
    return keyPath === null ? key : keyAt(value, keyPath);
  }

  #check(value: unknown, key: unknown): void {
    // Without a key, IndexedDB says best what is wrong.
    if (key !== undefined) checkKey(key);
    checkRow(value, this.store.name);
  }

  #put<T>(value: unknown, key: unknown, put: () => IDBRequest<T>): IDBRequest<T> {
    const { store, merge, burst } = this;
    this.#check(value, key);
    if (merge === 'record')
      return this.#follow(put(), (written) =>
        burst.put(store.name, written, (sets) => sets.addCode(whole)),
      );
    // The app may change its object before the old row is here.
    const row = structuredClone(value) as object;
    const before = store.get(key as IDBValidKey);
    return this.#follow(put(), (written) =>
      burst.put(store.name, written, (sets) => sets.addChange(before.result, row)),
    );
  }

  #add<T>(value: unknown, key: unknown, add: () => IDBRequest<T>): IDBRequest<T> {
    const { store, burst } = this;
    this.#check(value, key);
    return this.#follow(add(), (written) =>
      burst.put(store.name, written, (sets) => sets.addCode(created)),
    );
  }

  #delete(key: IDBValidKey, remove: () => IDBRequest<undefined>): IDBRequest<undefined> {
    checkKey(key);
    const kept = structuredClone(key);
    return this.#follow(remove(), () => this.burst.delete(this.store.name, [kept]));
  }

  /** What is there tells what goes; a key that cannot be synced never was. */
  #deleteMany(range: IDBKeyRange | null, remove: () => IDBRequest<undefined>) {
    const keys = this.store.getAllKeys(range);
    return this.#follow(remove(), () =>
      this.burst.delete(this.store.name, keys.result.filter(isKey)),
    );
  }

  #follow<T>(request: IDBRequest<T>, written: (result: T) => void): IDBRequest<T> {
    return this.burst.follow(request, () => written(request.result));
  }

  #source<T extends Source>(source: T): T {
    if (this.#tracked.has(source)) return source;
    this.#tracked.add(source);
    const { openCursor } = source;
    override<Source>(source, {
      openCursor: (...args) => {
        const request = openCursor.apply(source, args);
        // Each step gives the cursor again.
        request.addEventListener('success', () => this.#cursor(request.result));
        return request;
      },
    });
    return source;
  }

  #cursor(cursor: IDBCursorWithValue | null): void {
    if (cursor === null || this.#tracked.has(cursor)) return;
    this.#tracked.add(cursor);
    const { update } = cursor;
    const remove = cursor.delete;
    override(cursor, {
      update: (value: unknown) =>
        this.#put(value, cursor.primaryKey, () => update.call(cursor, value)),
      delete: () => this.#delete(cursor.primaryKey, () => remove.call(cursor)),
    });
  }
}
