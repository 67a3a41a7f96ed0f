// Reads and writes below Dexie's hooks and Tidemark's own recording, in Dexie transactions: what
// sync writes is not recorded, and live queries in every tab see it.
import {
  type DBCore,
  type DBCoreKeyRange,
  type DBCoreTable,
  type DBCoreTransaction,
  Dexie,
} from 'dexie';
import { asTidemarkError, type ErrorCode, TidemarkError } from '../../errors.js';
import { type StateRow, stateStore } from './schema.js';
import type { Tracker } from './tracker.js';

const anyRange: DBCoreKeyRange = { type: 3 as never, lower: undefined, upper: undefined };
const rangeOf = (range: object) => ({ type: 2, ...range }) as unknown as DBCoreKeyRange;

// Not in Dexie's types.
const { setByKeyPath } = Dexie as unknown as {
  setByKeyPath(row: object, keyPath: string | string[], value: unknown): void;
};

/** The open transaction's stores. */
export class Access {
  constructor(
    readonly core: DBCore,
    readonly trans: DBCoreTransaction,
  ) {}

  #table(name: string): DBCoreTable {
    return this.core.table(name);
  }

  has(name: string): boolean {
    return this.core.schema.tables.some((table) => table.name === name);
  }

  /** Whether the transaction may read and write it. */
  holds(name: string): boolean {
    return this.native.objectStoreNames.contains(name);
  }

  get native(): IDBTransaction {
    return this.trans as unknown as IDBTransaction;
  }

  get<T>(name: string, key: unknown): Promise<T | undefined> {
    return this.#table(name).get({ trans: this.trans, key });
  }

  getMany<T>(name: string, keys: readonly unknown[]): Promise<(T | undefined)[]> {
    return this.#table(name).getMany({ trans: this.trans, keys: [...keys] });
  }

  async all<T>(name: string): Promise<T[]> {
    return (await this.#query(name, anyRange, true)) as T[];
  }

  /** Primary keys in their order, at most `limit`. */
  keys(name: string, limit?: number): Promise<unknown[]> {
    return this.#query(name, anyRange, false, limit);
  }

  /** The primary keys of the rows whose `index` is at most `upper`, in its order. */
  keysTo(name: string, index: string, upper: unknown, limit?: number): Promise<unknown[]> {
    const range = rangeOf({ lower: Number.NEGATIVE_INFINITY, upper });
    return this.#query(name, range, false, limit, index);
  }

  /** Rows in the order of their keys, from the one after `lower`. */
  async after<T>(name: string, lower: unknown, limit?: number): Promise<T[]> {
    return (await this.#query(name, rangeOf({ lower, lowerOpen: true }), true, limit)) as T[];
  }

  /** Rows whose key begins with `parts`. */
  async under<T>(name: string, parts: readonly unknown[]): Promise<T[]> {
    const range = rangeOf({ lower: parts, upper: [...parts, []] });
    return (await this.#query(name, range, true)) as T[];
  }

  async #query(
    name: string,
    range: DBCoreKeyRange,
    values: boolean,
    limit?: number,
    index?: string,
  ): Promise<unknown[]> {
    const { schema } = this.#table(name);
    const by = index === undefined ? schema.primaryKey : schema.getIndexByKeyPath(index);
    const request = { trans: this.trans, values, query: { index: by as never, range } };
    const { result } = await this.#table(name).query(
      limit === undefined ? request : { ...request, limit },
    );
    return result as unknown[];
  }

  count(name: string): Promise<number> {
    const table = this.#table(name);
    const query = { index: table.schema.primaryKey, range: anyRange };
    return table.count({ trans: this.trans, query });
  }

  async put(name: string, values: readonly unknown[]): Promise<void> {
    if (values.length === 0) return;
    await this.#mutated(name, { trans: this.trans, type: 'put', values: [...values] });
  }

  /**
   * Puts rows of the app under their keys. Returns the places of those that a unique index does not
   * let in: they are not written, the others are.
   */
  async tryPut(name: string, rows: readonly object[], keys: readonly unknown[]) {
    if (rows.length === 0) return [];
    const { outbound, keyPath } = this.#table(name).schema.primaryKey;
    if (!outbound)
      for (const [i, row] of rows.entries()) setByKeyPath(row, keyPath as string, keys[i]);
    const request = { trans: this.trans, type: 'put' as const, values: [...rows] };
    const { failures } = await this.#table(name).mutate(
      outbound ? { ...request, keys: [...keys] } : request,
    );
    const other = Object.values(failures).find((cause) => cause.name !== 'ConstraintError');
    if (other)
      throw new TidemarkError('store_failed', `${name}: ${other.message}`, { cause: other });
    return Object.keys(failures).map(Number);
  }

  async delete(name: string, keys: readonly unknown[]): Promise<void> {
    if (keys.length === 0) return;
    await this.#mutated(name, { trans: this.trans, type: 'delete', keys: [...keys] });
  }

  /** Removes all rows. */
  async clear(name: string): Promise<void> {
    await this.#mutated(name, { trans: this.trans, type: 'deleteRange', range: anyRange });
  }

  /** Removes the rows whose key begins with a number up to `upper`. */
  async deleteTo(name: string, upper: number): Promise<void> {
    const range = rangeOf({ lower: [], upper: [upper, []] });
    await this.#mutated(name, { trans: this.trans, type: 'deleteRange', range });
  }

  async #mutated(name: string, request: Parameters<DBCoreTable['mutate']>[0]): Promise<void> {
    const { numFailures, failures } = await this.#table(name).mutate(request);
    if (numFailures === 0) return;
    const [first] = Object.values(failures);
    throw new TidemarkError('store_failed', `${name}: ${first?.message}`, { cause: first });
  }

  async state(): Promise<StateRow> {
    const state = await this.get<StateRow>(stateStore, 'sync');
    // Whoever leads begins anew: the term went with all else.
    if (state === undefined) throw new TidemarkError('closed', 'its sync state is gone');
    return state;
  }

  putState(state: StateRow): Promise<void> {
    return this.put(stateStore, [state]);
  }
}

/**
 * Runs `work` in one transaction of its own over `stores`, whatever transaction the caller is in.
 */
export async function transact<T>(
  tracker: Tracker,
  mode: 'r' | 'rw',
  stores: readonly string[],
  work: (access: Access) => Promise<T>,
): Promise<T> {
  const { db } = tracker;
  try {
    // Lost, it is opened again by its next use; Dexie itself does not try twice.
    if (!db.isOpen() && !db.hasBeenClosed()) await db.open();
    return await db.transaction(`${mode}!`, [...new Set(stores)], async (transaction) => {
      const { idbtrans } = transaction as unknown as { idbtrans: DBCoreTransaction };
      return work(new Access(tracker.core as DBCore, idbtrans));
    });
  } catch (cause) {
    throw storeError(cause, 'store_failed');
  }
}

/** `cause` as an error of `code`; want of room has a code of its own. */
export function storeError(cause: unknown, code: ErrorCode): TidemarkError {
  type Nested = Error & { inner?: Nested };
  for (let each = cause as Nested | undefined; each; each = each.inner ?? (each.cause as Nested))
    if (each.name === 'QuotaExceededError')
      return new TidemarkError('storage_full', each.message, { cause });
  return asTidemarkError(cause, code);
}
