// BrowserDatabase: a SQLite database of a web app, in every tab the same. What is asked here is
// done by the worker of the tab that owns the file.
import { TidemarkError } from '../../errors.js';
import { reportError } from '../../observable.js';
import type { SqliteStoreOptions } from '../sqlite/store.js';
import type { NewWrites, Store } from '../store.js';
import { Calls, type OpenCall } from './calls.js';
import { Ownership } from './ownership.js';
import {
  type Answer,
  type Begin,
  clientName,
  errorOf,
  type Hello,
  type News,
  nameOf,
  type SqlParameters,
  type SqlStatement,
  type Storage,
  type StoreSetup,
  type WorkerNews,
} from './protocol.js';
import { RemoteStore } from './remote-store.js';
import { runnerOf, type SqlRow, type SqlRunner } from './sql-runner.js';

export interface BrowserDatabaseOptions extends Omit<Begin, 'type' | 'owner'> {
  takeoverMs: number;
  worker: () => Worker;
}

export class BrowserDatabase implements SqlRunner {
  readonly name: string;
  /** Where the file is. */
  storage: Storage | null = null;
  readonly #client = crypto.randomUUID();
  readonly #calls = new Calls(this.#client);
  readonly #news: BroadcastChannel;
  readonly #answers: BroadcastChannel;
  readonly #ownership: Ownership;
  readonly #changes = new Set<(tables: string[]) => void>();
  readonly #writes = new Set<(writes: readonly NewWrites[]) => void>();
  /** Workers that no longer have the file. */
  readonly #past = new Set<string>();
  #setup: StoreSetup | null = null;
  #heard = -1;
  #isClosed = false;
  #leave: () => void = () => {};

  private constructor({ takeoverMs, worker, ...begin }: BrowserDatabaseOptions) {
    const { name } = begin;
    this.name = name;
    this.#news = new BroadcastChannel(nameOf(name));
    this.#news.onmessage = ({ data }) => this.#hear(data);
    this.#answers = new BroadcastChannel(clientName(name, this.#client));
    this.#answers.onmessage = ({ data }) => this.#answer(data, null);
    this.#ownership = new Ownership({
      ...{ name, takeoverMs, worker, begin },
      tell: (news) => this.#news.postMessage(news),
      isWaiting: () => this.#calls.count > 0,
      onNews: (news, owner) => this.#answer(news, owner),
      onFailed: (error, owner) => {
        this.#calls.rejectAll(error);
        this.#news.postMessage({ type: 'unopened', owner, error: { tidemark: error.toJSON() } });
      },
      onUnrouted: () => this.#calls.unroute(),
    });
  }

  /** Resolves when the database is open in some tab. */
  static async open(options: BrowserDatabaseOptions): Promise<BrowserDatabase> {
    if (navigator.locks === undefined || typeof BroadcastChannel === 'undefined')
      throw new TidemarkError('storage_unavailable', 'there are no Web Locks: is this https?');
    const db = new BrowserDatabase(options);
    await db.#arrive();
    try {
      await db.batch([]);
    } catch (error) {
      await db.close();
      throw error;
    }
    return db;
  }

  // As long as the lock is held, this tab is known to be there.
  async #arrive(): Promise<void> {
    await new Promise<void>((arrived) => {
      const name = clientName(this.name, this.#client);
      void navigator.locks.request(name, () => {
        arrived();
        return new Promise<void>((resolve) => {
          this.#leave = resolve;
        });
      });
    });
    this.#greet();
  }

  #greet(): void {
    const [heard, sent] = [this.#heard, this.#calls.last];
    const hello: Hello = { type: 'hello', client: this.#client, heard, sent, setup: this.#setup };
    if (this.#ownership.owner === null) this.#news.postMessage(hello);
    else this.#ownership.post(hello);
  }

  #hear(news: News): void {
    if (this.#isClosed) return;
    this.#ownership.hear(news);
    switch (news.type) {
      case 'owner':
        if (news.owner !== this.#ownership.owner) this.#greet();
        return;
      case 'over':
        return this.#over(news.owner);
      case 'unopened':
        return this.#calls.rejectAll(errorOf(news.error));
      case 'changed':
        return call(this.#changes, news.tables);
      case 'wrote':
        return this.#wrote(news);
    }
  }

  // One that was frozen may answer before it knows.
  #over(owner: string): void {
    this.#past.add(owner);
    if (this.#calls.owner !== owner) return;
    this.#calls.unroute();
    this.#greet();
  }

  #wrote({ count, entry }: NewWrites): void {
    if (this.#heard >= 0) this.counted(entry);
    call(this.#writes, [{ count, entry }]);
  }

  #answer(news: WorkerNews, direct: string | null): void {
    if (news.type === 'opened') return this.#greet();
    if (news.type === 'welcome') return this.#welcome(news, direct);
    if (news.type === 'done' || news.type === 'failed') this.#calls.answer(news);
  }

  #welcome(answer: Extract<Answer, { type: 'welcome' }>, direct: string | null): void {
    const { owner, storage, missed } = answer;
    if (this.#past.has(owner) || (direct === null && this.#ownership.owner !== null)) return;
    this.storage = storage;
    const post = (message: Parameters<Ownership['post']>[0]) =>
      direct === null ? this.#answers.postMessage(message) : this.#ownership.post(message);
    if (this.#calls.owner !== null && this.#calls.owner !== owner)
      this.#past.add(this.#calls.owner);
    if (this.#calls.owner !== owner) this.#calls.route({ owner, post });
    if (missed.count > 0) this.#wrote(missed);
  }

  /** Whether this tab has the file, and the others go through it. */
  get isOwner(): boolean {
    return this.#ownership.owner !== null;
  }

  /** For a store: asks the worker. */
  readonly ask: Calls['ask'] = (operation, within) => {
    if (this.#isClosed)
      return Promise.reject(new TidemarkError('closed', 'the database is closed'));
    const done = this.#calls.ask(operation, within);
    if (!this.#calls.isRouted) {
      this.#ownership.retry();
      this.#greet();
    }
    return done;
  };

  exec(sql: string, parameters?: SqlParameters): Promise<SqlRow[]> {
    return runnerOf(this.ask, null).exec(sql, parameters);
  }

  batch(statements: readonly SqlStatement[]): Promise<SqlRow[][]> {
    return runnerOf(this.ask, null).batch(statements);
  }

  /**
   * Runs `work` in one transaction, which nothing else comes between: what `work` asks of the
   * database rather than of the transaction waits for its end. Rolled back where `work` rejects,
   * where it takes too long (`timeout`), and with its tab.
   */
  async transaction<T>(work: (transaction: SqlRunner) => Promise<T>): Promise<T> {
    return this.#transaction(work, false);
  }

  /**
   * The same for `work` that changes the schema, also as Tidemark's triggers would hinder, such as
   * by dropping a column. Rows that it writes are recorded, whole.
   */
  async migrate<T>(work: (transaction: SqlRunner) => Promise<T>): Promise<T> {
    return this.#transaction(work, true);
  }

  async #transaction<T>(
    work: (transaction: SqlRunner) => Promise<T>,
    migrates: boolean,
  ): Promise<T> {
    if (this.#isClosed) throw new TidemarkError('closed', 'the database is closed');
    const open: OpenCall = await this.#calls.begin(migrates);
    try {
      const result = await work(runnerOf(this.ask, open));
      await this.ask({ do: 'end', keep: true }, open);
      return result;
    } catch (error) {
      await this.ask({ do: 'end', keep: false }, open).catch(() => {});
      throw error;
    }
  }

  /** The bytes of the file. */
  async export(): Promise<Uint8Array> {
    return (await this.ask({ do: 'export' })) as Uint8Array;
  }

  /**
   * Calls back with the names of the tables that were written, by whichever tab or by sync, after
   * every commit. Returns the undo.
   */
  onChange(listener: (tables: string[]) => void): () => void {
    this.#changes.add(listener);
    return () => this.#changes.delete(listener);
  }

  /** For `open()` of tidemark/sqlite: the store that syncs these tables. */
  openStore(options: SqliteStoreOptions): Promise<Store> {
    return RemoteStore.open(this, options);
  }

  /** For a store: what every worker is to know of it. */
  set setup(setup: StoreSetup | null) {
    this.#setup = setup;
    this.#heard = -1;
  }

  /** For a store: up to this log entry, all was counted. */
  counted(entry: number): void {
    this.#heard = Math.max(this.#heard, entry);
  }

  /** For a store: calls back when the log has grown. */
  onWrite(listener: (writes: readonly NewWrites[]) => void): () => void {
    this.#writes.add(listener);
    return () => this.#writes.delete(listener);
  }

  /** Another tab goes on with the file, if there is one. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#ownership.close(() => this.#calls.ask({ do: 'close' }));
    this.#calls.rejectAll(new TidemarkError('closed', 'the database is closed'));
    this.#news.close();
    this.#answers.close();
    this.#leave();
  }
}

function call<T>(listeners: ReadonlySet<(value: T) => void>, value: T): void {
  for (const listener of [...listeners]) {
    try {
      listener(value);
    } catch (error) {
      reportError(error);
    }
  }
}
