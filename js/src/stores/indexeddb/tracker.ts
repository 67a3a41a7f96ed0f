// What this context knows of one database's sync: the tracked tables, where stamps come from, and
// who is told of writes. Made with the app's handle of the database, connected or not.
import type { StampText } from '../../wire.js';
import type { Clock, MergeMode, NewWrites } from '../store.js';
import type { Access } from './access.js';
import { type LogEntry, newestOf, newestWindow } from './entry.js';
import { logStore, type StateRow, stateStore } from './schema.js';

export type { Clock } from '../store.js';

interface Saved {
  accepted: StampText | null;
  newest: StampText | null;
  offsetMs: number;
}

type News = { kind: 'write'; writes: NewWrites[]; newest: StampText | null } | { kind: 'tables' };

/** How long writes are gathered before other contexts and listeners are told. */
const newsDelayMs = 2;

export abstract class Tracker {
  /** The tracked tables: their writes are recorded from the moment they are in here. */
  tables = new Map<string, MergeMode>();

  #clock: Clock | null = null;
  #saved: Saved | null = null;
  readonly #listeners = new Set<(writes: readonly NewWrites[]) => void>();
  #channel: BroadcastChannel | null = null;
  #gathered: NewWrites[] = [];
  #newest: StampText | null = null;

  /** The database's. */
  abstract readonly name: string;
  /** Null while it is not open. */
  abstract readonly native: IDBDatabase | null;
  /** All that the database has. */
  abstract storeNames(): string[];
  /**
   * Runs `work` in one transaction of its own over `stores`, whatever transaction the caller is in.
   */
  abstract transact<T>(
    mode: 'r' | 'rw',
    stores: readonly string[],
    work: (access: Access) => Promise<T>,
  ): Promise<T>;

  /** Null until the engine has loaded: writes are recorded without stamps until then. */
  get clock(): Clock | null {
    return this.#clock;
  }

  /** Stamps with `clock` from now on, after all that was saved here. */
  useClock(clock: Clock): void {
    if (this.#clock === clock) return;
    if (this.#saved !== null) {
      const { accepted, newest, offsetMs } = this.#saved;
      clock.restore(accepted, newest, offsetMs);
    }
    this.#clock = clock;
  }

  #observe(newest: StampText): void {
    this.#clock?.restore(this.#clock.accepted, newest, this.#clock.offsetMs);
  }

  /**
   * Reads what is tracked and what was stamped; from the native database, which needs no Dexie
   * transaction.
   */
  async load(): Promise<void> {
    this.#listen();
    const { native } = this;
    if (!native?.objectStoreNames.contains(stateStore)) return;
    const trans = native.transaction([stateStore, logStore], 'readonly');
    const state: StateRow | undefined = await result(trans.objectStore(stateStore).get('sync'));
    if (state === undefined) return;
    for (const [table, merge] of Object.entries(state.tables))
      if (native.objectStoreNames.contains(table)) this.tables.set(table, merge);
    const newest = await newestIn(native.transaction(logStore, 'readonly').objectStore(logStore));
    this.#saved = { accepted: state.clock, newest, offsetMs: state.offsetMs ?? 0 };
  }

  onWrite(listener: (writes: readonly NewWrites[]) => void): () => void {
    this.#listen();
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** A transaction of this context committed recorded writes. */
  written(writes: NewWrites, newest: StampText | null): void {
    if (writes.count === 0) return;
    if (this.#gathered.length === 0) setTimeout(() => this.#tell(), newsDelayMs);
    this.#gathered.push(writes);
    if (newest !== null) this.#newest = newest;
  }

  #tell(): void {
    const writes = this.#gathered;
    this.#gathered = [];
    this.#channel?.postMessage({ kind: 'write', writes, newest: this.#newest } satisfies News);
    for (const listener of this.#listeners) listener(writes);
  }

  /** Tells the other contexts that the tracked tables changed. */
  tellTables(): void {
    this.#listen();
    this.#channel?.postMessage({ kind: 'tables' } satisfies News);
  }

  #listen(): void {
    if (this.#channel !== null || typeof BroadcastChannel === 'undefined') return;
    this.#channel = new BroadcastChannel(`tidemark:${this.name}`);
    this.#channel.onmessage = ({ data }: MessageEvent<News>) => this.#heard(data);
    (this.#channel as { unref?: () => void }).unref?.();
  }

  #heard(news: News): void {
    if (news.kind === 'tables') {
      this.load().catch(() => {}); // closed meanwhile: the next open loads
      return;
    }
    if (news.newest !== null) this.#observe(news.newest);
    for (const listener of this.#listeners) listener(news.writes);
  }

  close(): void {
    this.#channel?.close();
    this.#channel = null;
  }
}

async function newestIn(log: IDBObjectStore): Promise<StampText | null> {
  const last = await result(log.openKeyCursor(null, 'prev'));
  if (last === null) return null;
  const range = IDBKeyRange.lowerBound((last.key as number) - newestWindow);
  return newestOf((await result(log.getAll(range))) as LogEntry[]);
}

function result<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
