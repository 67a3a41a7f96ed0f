// The tracker of a database that the app opened itself: one a handle.
import { type Access, storeError } from '../indexeddb/access.js';
import { Tracker } from '../indexeddb/tracker.js';
import { NativeAccess } from './access.js';
import { Changes } from './changes.js';
import { endOf } from './requests.js';

export class IdbTracker extends Tracker {
  readonly changes: Changes;
  readonly #onClosed = new Set<() => void>();

  constructor(readonly native: IDBDatabase) {
    super();
    this.changes = new Changes(native.name);
  }

  get name(): string {
    return this.native.name;
  }

  storeNames(): string[] {
    return [...this.native.objectStoreNames];
  }

  async transact<T>(
    mode: 'r' | 'rw',
    stores: readonly string[],
    work: (access: Access) => Promise<T>,
  ): Promise<T> {
    try {
      const names = [...new Set(stores)];
      const how = mode === 'r' ? 'readonly' : 'readwrite';
      // Not by the handle's own method, which would record it.
      const trans = IDBDatabase.prototype.transaction.call(this.native, names, how);
      const access = new NativeAccess(trans);
      const result = await inTransaction(trans, () => work(access));
      const isOurs = (name: string) => name.startsWith('$tidemark_');
      this.changes.tell([...access.written].filter((name) => !isOurs(name)));
      return result;
    } catch (cause) {
      throw storeError(cause, 'store_failed');
    }
  }

  /** Calls back when the handle is closed, by the app or by the browser. */
  onClosed(listener: () => void): void {
    this.#onClosed.add(listener);
  }

  closed(): void {
    this.close();
    this.changes.close();
    for (const listener of this.#onClosed) listener();
    this.#onClosed.clear();
  }
}

/** All of `work` or nothing. */
async function inTransaction<T>(trans: IDBTransaction, work: () => Promise<T>): Promise<T> {
  const end = endOf(trans);
  end.catch(() => {}); // heard below, if `work` does not fail first
  let result: T;
  try {
    result = await work();
  } catch (cause) {
    if (isOpen(trans)) throw cause;
    // That it was aborted is what a request says; why, the transaction does.
    await end.catch(() => {});
    throw trans.error ?? cause;
  }
  await end;
  return result;
}

/** Aborts it; false: it is over. */
function isOpen(trans: IDBTransaction): boolean {
  try {
    trans.abort();
    return true;
  } catch {
    return false;
  }
}
