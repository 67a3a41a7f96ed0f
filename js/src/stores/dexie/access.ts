// Reads and writes below Dexie's hooks and Tidemark's own recording, in Dexie transactions: what
// sync writes is not recorded, and live queries in every tab see it.
import {
  type DBCore,
  type DBCoreKeyRange,
  type DBCoreTable,
  type DBCoreTransaction,
  Dexie,
} from 'dexie';
import { TidemarkError } from '../../errors.js';
import { Access, anyKey, type KeysBetween } from '../indexeddb/access.js';

// Kinds of ranges, as DBCore numbers them.
const rangeOf = (range: KeysBetween) =>
  ({ type: range === anyKey ? 3 : 2, ...range }) as unknown as DBCoreKeyRange;

// Not in Dexie's types.
const { setByKeyPath } = Dexie as unknown as {
  setByKeyPath(row: object, keyPath: string | string[], value: unknown): void;
};

export class DexieAccess extends Access {
  constructor(
    readonly core: DBCore,
    readonly trans: DBCoreTransaction,
  ) {
    super();
  }

  #table(name: string): DBCoreTable {
    return this.core.table(name);
  }

  has(name: string): boolean {
    return this.core.schema.tables.some((table) => table.name === name);
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

  protected async query(
    name: string,
    range: KeysBetween,
    values: boolean,
    limit?: number,
    index?: string,
  ): Promise<unknown[]> {
    const query = this.#query(name, range, index);
    const request = { trans: this.trans, values, query };
    const { result } = await this.#table(name).query(
      limit === undefined ? request : { ...request, limit },
    );
    return result as unknown[];
  }

  #query(name: string, range: KeysBetween, index?: string) {
    const { schema } = this.#table(name);
    const by = index === undefined ? schema.primaryKey : schema.getIndexByKeyPath(index);
    return { index: by as never, range: rangeOf(range) };
  }

  #cursor(name: string, reverse: boolean, index?: string) {
    const query = this.#query(name, anyKey, index);
    return this.#table(name).openCursor({ trans: this.trans, values: false, query, reverse });
  }

  async lastKey(name: string): Promise<unknown> {
    return (await this.#cursor(name, true))?.primaryKey;
  }

  async keysIn(name: string, index: string): Promise<unknown[]> {
    const keys: unknown[] = [];
    // A database that an earlier version made may lack it.
    const isThere = this.#table(name).schema.getIndexByKeyPath(index) !== undefined;
    const cursor = isThere ? await this.#cursor(name, false, index) : null;
    await cursor?.start(() => {
      keys.push(cursor.key);
      cursor.continue();
    });
    return keys;
  }

  count(name: string): Promise<number> {
    return this.#table(name).count({ trans: this.trans, query: this.#query(name, anyKey) });
  }

  async put(name: string, values: readonly unknown[]): Promise<void> {
    if (values.length === 0) return;
    await this.#mutated(name, { trans: this.trans, type: 'put', values: [...values] });
  }

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

  protected deleteRange(name: string, range: KeysBetween): Promise<void> {
    return this.#mutated(name, { trans: this.trans, type: 'deleteRange', range: rangeOf(range) });
  }

  async #mutated(name: string, request: Parameters<DBCoreTable['mutate']>[0]): Promise<void> {
    const { numFailures, failures } = await this.#table(name).mutate(request);
    if (numFailures === 0) return;
    const [first] = Object.values(failures);
    throw new TidemarkError('store_failed', `${name}: ${first?.message}`, { cause: first });
  }
}
