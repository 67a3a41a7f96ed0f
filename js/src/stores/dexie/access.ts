// Reads and writes below Dexie's hooks and Tidemark's own recording, in Dexie transactions: what
// sync writes is not recorded, and live queries in every tab see it.
import type { DBCore, DBCoreKeyRange, DBCoreTable, DBCoreTransaction } from 'dexie';
import { asTidemarkError, TidemarkError } from '../../errors.js';
import { type StateRow, stateStore } from './schema.js';
import type { Tracker } from './tracker.js';

const anyRange: DBCoreKeyRange = { type: 3 as never, lower: undefined, upper: undefined };

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

  isOutbound(name: string): boolean {
    return this.#table(name).schema.primaryKey.outbound === true;
  }

  keyPathOf(name: string): string | string[] | null {
    return this.#table(name).schema.primaryKey.keyPath;
  }

  get<T>(name: string, key: unknown): Promise<T | undefined> {
    return this.#table(name).get({ trans: this.trans, key });
  }

  getMany<T>(name: string, keys: readonly unknown[]): Promise<(T | undefined)[]> {
    return this.#table(name).getMany({ trans: this.trans, keys: [...keys] });
  }

  async all<T>(name: string): Promise<T[]> {
    return (await this.#query(name, anyRange, true, undefined)) as T[];
  }

  keys(name: string): Promise<unknown[]> {
    return this.#query(name, anyRange, false, undefined);
  }

  /** Rows in the order of their keys, from the one after `lower`. */
  async after<T>(name: string, lower: number, limit: number): Promise<T[]> {
    const range = { type: 2 as never, lower, lowerOpen: true, upper: undefined };
    return (await this.#query(name, range, true, limit)) as T[];
  }

  async #query(name: string, range: DBCoreKeyRange, values: boolean, limit: number | undefined) {
    const table = this.#table(name);
    const query = { index: table.schema.primaryKey, range };
    const request = { trans: this.trans, values, query };
    const { result } = await table.query(limit === undefined ? request : { ...request, limit });
    return result as unknown[];
  }

  count(name: string): Promise<number> {
    const table = this.#table(name);
    const query = { index: table.schema.primaryKey, range: anyRange };
    return table.count({ trans: this.trans, query });
  }

  /** `keys` only for a table with outbound ones. */
  async put(name: string, values: readonly unknown[], keys?: readonly unknown[]): Promise<void> {
    if (values.length === 0) return;
    const request = { trans: this.trans, type: 'put' as const, values: [...values] };
    await this.#mutated(name, keys === undefined ? request : { ...request, keys: [...keys] });
  }

  /**
   * As put; the places of rows that a unique index does not let in. They are not written, the
   * others are.
   */
  async tryPut(name: string, values: readonly unknown[], keys?: readonly unknown[]) {
    if (values.length === 0) return [];
    const request = { trans: this.trans, type: 'put' as const, values: [...values] };
    const { failures } = await this.#table(name).mutate(
      keys === undefined ? request : { ...request, keys: [...keys] },
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

  async #mutated(name: string, request: Parameters<DBCoreTable['mutate']>[0]): Promise<void> {
    const { numFailures, failures } = await this.#table(name).mutate(request);
    if (numFailures === 0) return;
    const [first] = Object.values(failures);
    throw new TidemarkError('store_failed', `${name}: ${first?.message}`, { cause: first });
  }

  async state(): Promise<StateRow> {
    const state = await this.get<StateRow>(stateStore, 'sync');
    if (state === undefined) throw new TidemarkError('store_failed', 'its sync state is gone');
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
  try {
    return await tracker.db.transaction(`${mode}!`, [...new Set(stores)], async (transaction) => {
      const { idbtrans } = transaction as unknown as { idbtrans: DBCoreTransaction };
      return work(new Access(tracker.core as DBCore, idbtrans));
    });
  } catch (cause) {
    throw asTidemarkError(cause, 'store_failed');
  }
}
