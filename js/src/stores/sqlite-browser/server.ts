// The worker that has the file: tabs' calls one after the other, on one connection. A transaction
// of the app holds the queue until it ends, its time is over, or its tab is gone.
import { TidemarkError } from '../../errors.js';
import { reportError } from '../../observable.js';
import { Connection } from './connection.js';
import { OpenTransaction } from './open-transaction.js';
import {
  type Answer,
  type Begin,
  type Call,
  type Fault,
  faultOf,
  type Hello,
  type News,
  nameOf,
  type Operation,
  type SqlResult,
  type WorkerNews,
} from './protocol.js';
import { type OpenFile, openFile } from './storage.js';
import { restampCall, storeCall } from './store-calls.js';
import { TabLink } from './tab-link.js';

/** What a dedicated worker has that a page has not. */
export interface WorkerScope {
  onmessage: ((event: MessageEvent) => void) | null;
  postMessage(news: WorkerNews): void;
}

export function serve(scope: WorkerScope): void {
  let server: Server | null = null;
  scope.onmessage = ({ data }: MessageEvent<Begin | Hello | Call>) => {
    if (data.type === 'begin') server = new Server(scope, data);
    else if (data.type === 'hello') server?.hello(data, true);
    else server?.receive(data);
  };
}

class Server {
  readonly #news: BroadcastChannel;
  readonly #links = new Map<string, TabLink>();
  #file: OpenFile | null = null;
  #connection: Connection | null = null;
  #fault: Fault | null = null;
  #queue: Promise<void> = Promise.resolve();
  #open: OpenTransaction | null = null;
  /** The last log entry that tabs were told of. */
  #told = 0;
  #isLost = false;

  constructor(
    readonly scope: WorkerScope,
    readonly options: Begin,
  ) {
    this.#news = new BroadcastChannel(nameOf(options.name));
    this.#news.onmessage = ({ data }: MessageEvent<News>) => {
      if (data.type === 'ping') this.#news.postMessage({ type: 'pong' } satisfies News);
      if (data.type === 'hello') this.hello(data, false);
    };
    void this.#begin();
  }

  async #begin(): Promise<void> {
    const { name, owner, storage, setup } = this.options;
    this.#fault = null;
    try {
      const file = (this.#file ??= await openFile(name, owner, storage));
      const connection = new Connection(file.sqlite3, file.connect());
      connection.begin(setup);
      const { held = [] } = await navigator.locks.query();
      const [start, end] = [`${nameOf(name)}:tab:`, `${nameOf(name)}:tab:`.length];
      const tabs = held.map((lock) => lock.name ?? '').filter((each) => each.startsWith(start));
      connection.keepOnly(tabs.map((each) => each.slice(end)));
      await file.stored();
      [, this.#told] = connection.logSince(0);
      this.#connection = connection;
      this.#news.postMessage({ type: 'owner', owner } satisfies News);
      this.scope.postMessage({ type: 'opened' });
    } catch (error) {
      this.#fault = faultOf(error);
      this.#news.postMessage({ type: 'unopened', owner, error: this.#fault } satisfies News);
    }
  }

  hello({ client, heard, sent, setup }: Hello, isDirect: boolean): void {
    if (this.#connection === null) {
      if (this.#fault !== null) void this.#begin();
      return; // all are told when it is open
    }
    const { owner, name } = this.options;
    let link = this.#links.get(client);
    if (link === undefined) {
      const direct = isDirect ? (answer: WorkerNews) => this.scope.postMessage(answer) : null;
      link = new TabLink(client, name, direct, this.receive, (gone) => this.#gone(gone));
      link.resent = sent;
      link.setup = setup;
      this.#links.set(client, link);
    }
    const { post } = link;
    void this.#add(async () => {
      const now = this.#connection as Connection;
      const [count, entry] = heard < 0 ? [0, heard] : now.logSince(heard);
      const { storage } = this.#file as OpenFile;
      post({ type: 'welcome', owner, storage, missed: { count, entry } });
    });
  }

  #gone(link: TabLink): void {
    this.#links.delete(link.client);
    if (this.#open?.client === link.client) this.#open.end('its tab is gone');
  }

  readonly receive = (call: Call): void => {
    const link = this.#links.get(call.client);
    if (call.owner !== this.options.owner || link === undefined || call.call <= link.last) return;
    link.last = call.call;
    const { within, operation } = call;
    if (within === null) return void this.#add(() => this.#answer(link, call));
    if (this.#open?.is(call.client, within)) return void this.#within(this.#open, link, call);
    void this.#add(() => this.#late(link, call, operation));
  };

  #add(job: () => Promise<void>): Promise<void> {
    this.#queue = this.#queue.then(() => (this.#isLost ? undefined : job())).catch(reportError);
    return this.#queue;
  }

  /** Runs a call, stores what it did, and answers. */
  async #answer(link: TabLink, call: Call): Promise<void> {
    const { operation } = call;
    if (operation.do === 'begin') return this.#transaction(link, call, operation.migrates);
    await this.#settle(link, call, () => this.#work(link, call));
    if (operation.do === 'close') this.#close();
  }

  async #settle(link: TabLink, call: Call, work: () => unknown): Promise<void> {
    let post = await answerOf(call, work);
    const failure = await this.#stored();
    if (failure?.code === 'closed') return; // whoever has the file answers
    if (failure !== null && post.type === 'done') post = failed(call, failure);
    link.post(post);
    this.#tell();
  }

  /** Where it fails, what is only in memory is given up: all goes on from what is stored. */
  async #stored(): Promise<TidemarkError | null> {
    try {
      await this.#file?.stored();
      return null;
    } catch (error) {
      await this.#revert().catch(() => this.#lose());
      return error as TidemarkError;
    }
  }

  async #revert(): Promise<void> {
    const file = this.#file as OpenFile;
    this.#connection?.close();
    for (const link of this.#links.values()) link.forget();
    await file.revert();
    this.#connection = new Connection(file.sqlite3, file.connect());
    this.#connection.begin(this.options.setup);
    await file.stored();
  }

  #lose(): void {
    this.#isLost = true;
    this.scope.postMessage({ type: 'lost' });
  }

  #tell(): void {
    const connection = this.#connection;
    if (connection === null || this.#isLost) return;
    const tables = connection.takeChanged();
    if (tables.length > 0) this.#news.postMessage({ type: 'changed', tables } satisfies News);
    const [count, entry] = connection.logSince(this.#told);
    if (count === 0) return;
    this.#told = entry;
    const { owner } = this.options;
    this.#news.postMessage({ type: 'wrote', owner, count, entry } satisfies News);
  }

  async #work(link: TabLink, call: Call): Promise<unknown> {
    const { operation } = call;
    const connection = this.#connection as Connection;
    const noted = call.call <= link.resent ? connection.noted(call) : undefined;
    if (noted !== undefined) return noted;
    switch (operation.do) {
      case 'batch':
        return rowsIn(connection.batch(operation.statements, call));
      case 'cover':
        link.cover(connection, operation.setup);
        [, this.#told] = connection.logSince(0);
        return null;
      case 'store':
        return this.#store(link, call, operation);
      case 'restamp':
        link.setClock(operation.clock);
        return restampCall(link.store(connection), connection, operation.script);
      case 'export':
        return connection.bytes();
      default:
        return null;
    }
  }

  async #store(link: TabLink, call: Call, operation: Extract<Operation, { do: 'store' }>) {
    const result = await storeCall(link, this.#connection as Connection, operation, call);
    // What a commit counted, its tab knows.
    const { counted = 0 } = operation.method === 'commit' ? (result as { counted: number }) : {};
    this.#told = Math.max(this.#told, counted);
    return result;
  }

  /** Holds the queue until the transaction ends. */
  async #transaction(link: TabLink, { client, call }: Call, migrates: boolean): Promise<void> {
    if (link.isGone) return;
    const connection = this.#connection as Connection;
    const { transactionMs, migrationMs } = this.options;
    const limitMs = migrates ? migrationMs : transactionMs;
    const open = new OpenTransaction(client, call, connection, limitMs);
    try {
      open.begin(migrates);
    } catch (error) {
      return link.post(failed({ call }, error));
    }
    this.#open = open;
    link.post({ type: 'done', call, result: null });
    await open.ended;
    this.#open = null;
  }

  async #within(open: OpenTransaction, link: TabLink, call: Call): Promise<void> {
    const { operation } = call;
    // Nothing of it is stored, or told, before it is committed.
    if (operation.do !== 'end')
      return link.post(await answerOf(call, () => rowsIn(open.run(operation))));
    await this.#settle(link, call, () => open.finish(operation.keep, call));
    open.close();
  }

  /** A call of a transaction that is over, or that another worker had. */
  async #late(link: TabLink, call: Call, operation: Operation): Promise<void> {
    await this.#settle(link, call, () => {
      if (operation.do === 'end' && this.#connection?.noted(call) !== undefined) return null;
      if (operation.do === 'end' && !operation.keep) return null;
      throw new TidemarkError('timeout', 'the transaction was over, and was rolled back');
    });
  }

  #close(): void {
    this.#isLost = true;
    for (const link of this.#links.values()) link.end();
    this.#connection?.close();
    this.#file?.close();
    this.#news.close();
  }
}

async function answerOf({ call }: Call, work: () => unknown): Promise<Answer> {
  try {
    return { type: 'done', call, result: await work() };
  } catch (error) {
    return failed({ call }, error);
  }
}

const failed = ({ call }: Pick<Call, 'call'>, error: unknown): Answer => {
  return { type: 'failed', call, error: faultOf(error) };
};

const rowsIn = (results: SqlResult[]) =>
  results.some(({ columns }) => columns.length > 0) ? results : null;
