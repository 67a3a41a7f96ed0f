// PageFile: a file in memory, whose pages lie in IndexedDB as of the last `flush`: one IndexedDB
// transaction each, so that a commit is there whole or not at all. Only the worker that opened it
// last may write it.
import { TidemarkError } from '../../errors.js';
import { nameOf } from './protocol.js';

/** Bytes of a page in IndexedDB: those of a page of SQLite, unless the app sets another size. */
const pageBytes = 8_192;
/** Pages that are read at a time. */
const pagesAtATime = 2_048;

interface Meta {
  owner: string;
  /** Bytes of the file. */
  size: number;
}

export class PageFile {
  #pages: (Uint8Array<ArrayBuffer> | undefined)[] = [];
  #size = 0;
  /** Pages that differ from those in IndexedDB. */
  readonly #dirty = new Set<number>();
  #isDirty = false;

  private constructor(
    readonly db: IDBDatabase,
    readonly owner: string,
  ) {}

  /** Whether there is such a file. */
  static async exists(name: string): Promise<boolean> {
    if (globalThis.indexedDB?.databases === undefined) return false;
    return (await indexedDB.databases()).some((each) => each.name === nameOf(name));
  }

  static async open(name: string, owner: string): Promise<PageFile> {
    const file = new PageFile(await openStores(nameOf(name)), owner);
    await file.#load();
    return file;
  }

  async #load(): Promise<void> {
    const transaction = this.db.transaction(['meta', 'pages'], 'readwrite');
    const done = ended(transaction);
    const [meta, pages] = [transaction.objectStore('meta'), transaction.objectStore('pages')];
    const { size = 0 } = ((await answer(meta.get('file'))) as Meta | undefined) ?? {};
    meta.put({ owner: this.owner, size } satisfies Meta, 'file');
    await this.#read(pages, size);
    await done;
  }

  async #read(pages: IDBObjectStore, size: number): Promise<void> {
    this.#pages = [];
    for (let first = 0; first * pageBytes < size; first += pagesAtATime) {
      const range = IDBKeyRange.bound(first, first + pagesAtATime, false, true);
      const [keys, values] = [pages.getAllKeys(range), pages.getAll(range)];
      await answer(values);
      for (const [i, key] of keys.result.entries()) this.#pages[key as number] = values.result[i];
    }
    this.#size = size;
    this.#dirty.clear();
    this.#isDirty = false;
  }

  /** As it is stored, after a `flush` that failed. Rejects if another worker has opened it. */
  async revert(): Promise<void> {
    const transaction = this.db.transaction(['meta', 'pages'], 'readonly');
    const { owner, size } = (await answer(transaction.objectStore('meta').get('file'))) as Meta;
    if (owner !== this.owner) throw new TidemarkError('closed', 'another tab has the database');
    await this.#read(transaction.objectStore('pages'), size);
  }

  get size(): number {
    return this.#size;
  }

  /** Fills `into` from `offset`; returns how many bytes there were. */
  read(into: Uint8Array, offset: number): number {
    const end = Math.min(offset + into.length, this.#size);
    for (let at = offset; at < end; ) {
      const [page, from] = [Math.floor(at / pageBytes), at % pageBytes];
      const length = Math.min(pageBytes - from, end - at);
      const bytes = this.#pages[page];
      const target = into.subarray(at - offset, at - offset + length);
      if (bytes === undefined) target.fill(0);
      else target.set(bytes.subarray(from, from + length));
      at += length;
    }
    return Math.max(0, end - offset);
  }

  write(bytes: Uint8Array, offset: number): void {
    const end = offset + bytes.length;
    for (let at = offset; at < end; ) {
      const [page, from] = [Math.floor(at / pageBytes), at % pageBytes];
      const length = Math.min(pageBytes - from, end - at);
      const whole = this.#pages[page] ?? new Uint8Array(pageBytes);
      whole.set(bytes.subarray(at - offset, at - offset + length), from);
      this.#pages[page] = whole;
      this.#dirty.add(page);
      at += length;
    }
    this.#size = Math.max(this.#size, end);
    this.#isDirty = true;
  }

  truncate(size: number): void {
    this.#size = size;
    this.#pages.length = Math.min(this.#pages.length, Math.ceil(size / pageBytes));
    const last = Math.floor(size / pageBytes);
    this.#pages[last]?.fill(0, size % pageBytes);
    this.#dirty.add(last);
    this.#isDirty = true;
  }

  /**
   * Writes what has changed. Rejects with `storage_full`, with `closed` if another worker has
   * opened the file, or with `store_failed`; then nothing of it is there, and this file is at odds
   * with what is.
   */
  async flush(): Promise<void> {
    if (!this.#isDirty) return;
    try {
      const options = { durability: 'strict' } as const;
      const transaction = this.db.transaction(['meta', 'pages'], 'readwrite', options);
      const done = ended(transaction);
      const [meta, pages] = [transaction.objectStore('meta'), transaction.objectStore('pages')];
      const { owner } = (await answer(meta.get('file'))) as Meta;
      if (owner !== this.owner) throw new TidemarkError('closed', 'another tab has the database');
      meta.put({ owner, size: this.#size } satisfies Meta, 'file');
      pages.delete(IDBKeyRange.lowerBound(Math.ceil(this.#size / pageBytes)));
      for (const page of this.#dirty) {
        const bytes = this.#pages[page];
        if (bytes !== undefined) pages.put(bytes, page);
      }
      await done;
    } catch (error) {
      throw storageError(error);
    }
    this.#dirty.clear();
    this.#isDirty = false;
  }

  close(): void {
    this.db.close();
  }
}

function openStores(name: string): Promise<IDBDatabase> {
  const request = indexedDB.open(name, 1);
  request.onupgradeneeded = () => {
    request.result.createObjectStore('meta');
    request.result.createObjectStore('pages');
  };
  return answer(request);
}

function answer<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function ended(transaction: IDBTransaction): Promise<void> {
  const done = new Promise<void>((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error);
  });
  done.catch(() => {}); // said by whichever of its requests failed first
  return done;
}

function storageError(error: unknown): TidemarkError {
  if (error instanceof TidemarkError) return error;
  const { name, message } = (error ?? {}) as Partial<Error>;
  const code = name === 'QuotaExceededError' ? 'storage_full' : 'store_failed';
  return new TidemarkError(code, message, { cause: error });
}
