// The open transaction's stores, below all recording: what sync itself reads and writes. Dexie has
// one body, for its live queries and zones (../dexie/access.ts); IndexedDB's own requests are the
// other (../idb/access.ts).
import { asTidemarkError, type ErrorCode, TidemarkError } from '../../errors.js';
import { type StateRow, stateStore } from './schema.js';

/** Keys from `lower` to `upper`, where these are given. */
export interface KeysBetween {
  lower?: unknown;
  lowerOpen?: true;
  upper?: unknown;
}

export const anyKey: KeysBetween = {};

export abstract class Access {
  abstract readonly native: IDBTransaction;

  /** Whether the database has it. */
  abstract has(name: string): boolean;

  abstract get<T>(name: string, key: unknown): Promise<T | undefined>;
  abstract getMany<T>(name: string, keys: readonly unknown[]): Promise<(T | undefined)[]>;
  abstract count(name: string): Promise<number>;
  /** The last primary key. */
  abstract lastKey(name: string): Promise<unknown>;
  /** What `index` has, in its order. */
  abstract keysIn(name: string, index: string): Promise<unknown[]>;
  abstract put(name: string, values: readonly unknown[]): Promise<void>;
  /**
   * Puts rows of the app under their keys. Returns the places of those that a unique index does not
   * let in: they are not written, the others are.
   */
  abstract tryPut(
    name: string,
    rows: readonly object[],
    keys: readonly unknown[],
  ): Promise<number[]>;
  abstract delete(name: string, keys: readonly unknown[]): Promise<void>;

  /** Rows, or primary keys, in the order of the primary key, or of `index`. */
  protected abstract query(
    name: string,
    range: KeysBetween,
    values: boolean,
    limit?: number,
    index?: string,
  ): Promise<unknown[]>;
  protected abstract deleteRange(name: string, range: KeysBetween): Promise<void>;

  /** Whether the transaction may read and write it. */
  holds(name: string): boolean {
    return this.native.objectStoreNames.contains(name);
  }

  async all<T>(name: string): Promise<T[]> {
    return (await this.query(name, anyKey, true)) as T[];
  }

  /** Primary keys in their order, at most `limit`, from the one after `after`. */
  keys(name: string, limit?: number, after?: unknown): Promise<unknown[]> {
    return this.query(name, behind(after), false, limit);
  }

  /** The primary keys of the rows whose `index` is at most `upper`, in its order. */
  keysTo(name: string, index: string, upper: unknown, limit?: number): Promise<unknown[]> {
    return this.query(name, { lower: Number.NEGATIVE_INFINITY, upper }, false, limit, index);
  }

  /** Rows in the order of their keys, from the one after `after`. */
  async after<T>(name: string, after: unknown, limit?: number): Promise<T[]> {
    return (await this.query(name, behind(after), true, limit)) as T[];
  }

  /** Rows whose key begins with `parts`. */
  async under<T>(name: string, parts: readonly unknown[]): Promise<T[]> {
    return (await this.query(name, { lower: parts, upper: [...parts, []] }, true)) as T[];
  }

  /** Removes all rows. */
  clear(name: string): Promise<void> {
    return this.deleteRange(name, anyKey);
  }

  /** Removes the rows whose key begins with a number up to `upper`. */
  deleteTo(name: string, upper: number): Promise<void> {
    return this.deleteRange(name, { lower: [], upper: [upper, []] });
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

const behind = (key: unknown): KeysBetween =>
  key === undefined ? anyKey : { lower: key, lowerOpen: true };

/** `cause` as an error of `code`; want of room has a code of its own. */
export function storeError(cause: unknown, code: ErrorCode): TidemarkError {
  type Nested = Error & { inner?: Nested };
  for (let each = cause as Nested | undefined; each; each = each.inner ?? (each.cause as Nested))
    if (each.name === 'QuotaExceededError')
      return new TidemarkError('storage_full', each.message, { cause });
  return asTidemarkError(cause, code);
}
