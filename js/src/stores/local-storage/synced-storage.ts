// SyncedStorage: localStorage as an app uses it, with its writes recorded as they are made.

/** Null: removed. */
export type ItemSet = readonly [key: string, text: string | null];

/** What a store does for it. */
export interface ItemWriter {
  read(key: string): string | null;
  write(sets: readonly ItemSet[]): void;
}

/**
 * Like localStorage, for items of any key. Writes made elsewhere, as `localStorage.setItem` does,
 * are noticed a little later: when the page is looked at or left, by other tabs at once, and every
 * few seconds.
 */
export class SyncedStorage {
  readonly #items: ItemWriter;
  /** Of the transaction under way. */
  #sets: ItemSet[] | null = null;

  constructor(items: ItemWriter) {
    this.#items = items;
  }

  getItem(key: string): string | null {
    const set = this.#sets?.findLast(([name]) => name === key);
    return set === undefined ? this.#items.read(key) : set[1];
  }

  /**
   * Throws `storage_full` where there is no room for it, changing nothing; and `key_unsupported`
   * for a synced item whose key is over 1024 bytes.
   */
  setItem(key: string, text: string): void {
    this.#set(key, String(text));
  }

  removeItem(key: string): void {
    this.#set(key, null);
  }

  /** What `work` writes is written at its end, all of it or nothing, and sent together. */
  transaction<T>(work: () => T): T {
    if (this.#sets !== null) return work();
    const sets: ItemSet[] = [];
    this.#sets = sets;
    try {
      const result = work();
      this.#items.write(sets);
      return result;
    } finally {
      this.#sets = null;
    }
  }

  #set(key: string, text: string | null): void {
    if (this.#sets === null) this.#items.write([[key, text]]);
    else this.#sets.push([key, text]);
  }
}
