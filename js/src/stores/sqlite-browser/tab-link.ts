// A tab as the worker knows it: how it is answered, whether it is still there, and its store.
import { TidemarkError } from '../../errors.js';
import { SqliteStore } from '../sqlite/store.js';
import type { Clock } from '../store.js';
import type { Connection } from './connection.js';
import { type Answer, type Call, type ClockNow, clientName, type StoreSetup } from './protocol.js';

export class TabLink {
  setup: StoreSetup | null = null;
  /** The last call that it made. */
  last = 0;
  /** Calls up to this one may have been another worker's before. */
  resent = 0;
  isGone = false;
  /** Answers; what the tab asks comes to `receive`. */
  readonly post: (answer: Answer) => void;
  readonly #clock = new SentClock();
  #store: SqliteStore | null = null;
  readonly #channel: BroadcastChannel | null;
  readonly #end = new AbortController();

  /** `direct`: the way to the tab that began this worker. */
  constructor(
    readonly client: string,
    name: string,
    direct: ((answer: Answer) => void) | null,
    receive: (call: Call) => void,
    onGone: (link: TabLink) => void,
  ) {
    this.#channel = direct === null ? new BroadcastChannel(clientName(name, client)) : null;
    if (this.#channel !== null) this.#channel.onmessage = ({ data }) => receive(data);
    this.post = direct ?? ((answer) => this.#channel?.postMessage(answer));
    // It is given when the tab lets go of it: closed, or dead.
    void navigator.locks
      .request(clientName(name, client), { signal: this.#end.signal }, () => {
        this.end();
        onGone(this);
      })
      .catch(() => {});
  }

  /** Its store, opened at the first need. */
  store(connection: Connection): SqliteStore {
    if (this.setup === null) throw new TidemarkError('closed', 'no tables are synced here');
    if (this.#store !== null) return this.#store;
    const { tables, device, clock } = this.setup;
    this.setClock(clock);
    const options = { tables: new Map(tables), clock: this.#clock, device };
    this.#store = SqliteStore.open(connection.port, options);
    connection.look();
    return this.#store;
  }

  /** Syncs these tables from now on. */
  cover(connection: Connection, setup: StoreSetup): void {
    this.forget();
    this.setup = setup;
    this.store(connection);
  }

  /** The next connection gets a store of its own. */
  forget(): void {
    this.#store?.close();
    this.#store = null;
  }

  setClock(now: ClockNow): void {
    this.#clock.now = now;
  }

  end(): void {
    this.isGone = true;
    this.forget();
    this.#channel?.close();
    this.#end.abort();
  }
}

/** A tab's clock as it was when the call was made. */
class SentClock implements Clock {
  now: ClockNow = { stamp: '', accepted: null, offsetMs: 0 };

  reserve(): string {
    return this.now.stamp;
  }

  get accepted(): string | null {
    return this.now.accepted;
  }

  get offsetMs(): number {
    return this.now.offsetMs;
  }

  restore(): void {}
}
