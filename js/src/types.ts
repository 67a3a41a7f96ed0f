// The public contract of the package in types: status and options. Raw module types stay private to
// core.ts and engine.ts.
import type { ErrorBody } from './errors.js';
import type { Loss } from './wire.js';

type DeadLetter = import('./stores/reports.js').DeadLetter;
type PendingRecord = import('./stores/reports.js').PendingRecord;
type RecordState = import('./stores/reports.js').RecordState;
type SyncLogEntry = import('./stores/reports.js').SyncLogEntry;

/**
 * What sync is doing. `idle`: everything known is exchanged, waiting for news. `syncing`: an
 * exchange is under way.
 * `waiting`: the last one failed, the next is timed (see `error`). `offline`: the device has no
 * network.
 * `needs-auth`: the endpoint refused the token twice. `paused`: by the app. `following`: another
 * tab of this database syncs for it.
 * `closed`: by the app.
 * `outdated`: the endpoint wants a newer version of the app, or another tab runs one (`error` tells);
 * all that is pending is kept.
 * `wrong-account`: the data here is another account's: sign in as before, or `switchAccount()`.
 * `stalled`: there is something to do and nothing moves; other ways are tried by themselves.
 */
export type Phase =
  | 'idle'
  | 'syncing'
  | 'waiting'
  | 'offline'
  | 'needs-auth'
  | 'paused'
  | 'following'
  | 'closed'
  | 'outdated'
  | 'wrong-account'
  | 'stalled';

export interface Status {
  readonly phase: Phase;
  /** Writes that the hub has not acknowledged. "Synced" is only true at 0. */
  readonly pending: number;
  /**
   * When the last exchange ended with nothing left to send or read: Unix time in milliseconds;
   * null: never.
   */
  readonly lastSyncedAt: number | null;
  /** Why the last exchange failed; null after one that succeeded. */
  readonly error: ErrorBody | null;
  /** What the device says of its network; true does not mean that the endpoint is reachable. */
  readonly online: boolean;
  /** Changes that the hub refused for good and the app has not dealt with. */
  readonly deadLetters: number;
  /** Values that lost to a concurrent write, as far as this device saw it happen. */
  readonly losses: number;
  /** While `adopt()` is awaited (`firstLogin: 'ask'`): how many records are here, and there. */
  readonly firstLogin: { readonly local: number; readonly remote: number } | null;
  /**
   * Whether the browser keeps this storage when space is short, or for want of visits; null: it
   * does not say. What it removes is read again from the hub, but for what was pending.
   */
  readonly persisted: boolean | null;
  /**
   * While a reading of more than one page is under way: records received, and of how many; null:
   * the endpoint does not count, or the reading goes on where an earlier one ended.
   */
  readonly progress: { readonly received: number; readonly total: number | null } | null;
}

/** What `on` tells of. */
export interface SyncEvents {
  /** Values lost to a concurrent write: see `losses()`. */
  loss: { count: number };
  /** The hub refused changes for good: see `deadLetters()`. */
  refused: { count: number };
  /** Records were found to differ from the hub's although nothing was pending. */
  diverged: VerifyReport;
  /** A local transaction was too large for one push: others see it in parts. */
  split: { changes: number };
  /** The data here is another account's: nothing is sent. */
  account: Record<string, never>;
  /** A copy of this database syncs elsewhere: this device goes on under a new node. */
  cloned: { changes: number };
}

export interface VerifyReport {
  /** By table, records: the same on both sides; other than the hub's; of these, now the same. */
  tables: Record<string, { equal: number; differing: number; repaired: number }>;
  /** Unix time in milliseconds. */
  at: number;
}

/** Exchanges since the connection was made; in milliseconds, and bytes of bodies. */
export interface Metrics {
  readonly exchanges: number;
  readonly failures: number;
  /** From 0 to 1; 1 where there was none. */
  readonly successRate: number;
  readonly averageMs: number;
  /** Changes. */
  readonly sent: number;
  readonly received: number;
  readonly bytesSent: number;
  readonly bytesReceived: number;
}

/** All that was not sent, as one object for JSON: for support, and before an account is left. */
export interface PendingExport {
  version: 1;
  exportedAt: number;
  device: string;
  /** Rows in the tagged form of the protocol. */
  changes: PendingRecord[];
  deadLetters: DeadLetter[];
}

/** A value that changes: read it, or be told. */
export interface Observable<T> {
  readonly value: T;
  /** Calls back at once with the value, and after every change. Returns the undo. */
  subscribe(listener: (value: T) => void): () => void;
}

/** One sync connection, as every addon gives it. */
export interface Sync {
  readonly status: Observable<Status>;
  /**
   * Sends and reads everything now; resolves when all writes made before the call are acknowledged,
   * rejects with why not.
   */
  flush(): Promise<void>;
  pause(): void;
  resume(): void;
  /**
   * Says what the network does, over what the browser says: for tests and for apps that know
   * better.
   */
  setOnline(online: boolean): void;
  /** A new record's key: `{deviceId}-{timestamp}-{random}`. */
  newId(): string;
  /**
   * Values that lost to a concurrent write, the newest first: those that this device saw, and,
   * where it can be reached, the hub's. Rows are in the tagged form of the protocol.
   */
  losses(): Promise<Loss[]>;
  /** Writes the lost values again, as a write of now. */
  undo(loss: Loss): Promise<void>;
  /**
   * Changes that the hub refused for good. They block nothing, and stay until the app deals with
   * them.
   */
  deadLetters(): Promise<DeadLetter[]>;
  /**
   * Sends the refused change again. `bad_input`: there is no such letter. `reread_pending`: a delete
   * waits until its record was read again, and so can be seen; retry after the next sync.
   */
  retry(id: number): Promise<void>;
  /** Gives the change up: the record is shown as the hub has it. */
  discard(id: number): Promise<void>;
  /** Sends this row instead of the refused change. Rejects as `retry` does. */
  edit(id: number, row: Record<string, unknown>): Promise<void>;
  /** The records that wait to be sent. */
  pending(): Promise<PendingRecord[]>;
  exportPending(): Promise<PendingExport>;
  recordState(table: string, key: unknown): Promise<RecordState>;
  /**
   * Compares all synced tables with the hub's, by digests, after a `flush()`. What differs is read
   * again; what only this device has is sent. Records with pending writes or dead letters are left
   * alone. Rejects with `unavailable` (retryable) if a table could not be compared since the hub
   * moved on each time: call it again when the hub is less busy.
   */
  verify(): Promise<VerifyReport>;
  readonly metrics: Observable<Metrics>;
  /** The last exchanges that moved something or failed, oldest first. */
  history(): Promise<SyncLogEntry[]>;
  /**
   * Another user signs in: removes all synced rows here, and starts anew with what the token now
   * gives. `refuse`: rejects with `account_pending` if something was not sent, or there are dead
   * letters. `discard` drops both.
   */
  switchAccount(options: { pending: 'refuse' | 'discard' }): Promise<void>;
  /** Answers `firstLogin: 'ask'`. */
  adopt(choice: 'merge' | 'keep-remote'): Promise<void>;
  /** Calls back in every tab. Returns the undo. */
  on<K extends keyof SyncEvents>(event: K, listener: (detail: SyncEvents[K]) => void): () => void;
  /** Stops syncing in this context. What is pending stays, and so does the recording of writes. */
  close(): Promise<void>;
}

export interface SyncOptions {
  /** The endpoint's base, for example `/sync` or `https://api.example.com/sync`. */
  url: string;
  /**
   * The bearer token, asked for before each request and once more after a 401 (`refresh`). Without
   * it: cookies.
   */
  token?: (options: { refresh: boolean }) => string | null | Promise<string | null>;
  /** The synced tables, merged by field unless said otherwise. */
  tables: readonly string[] | Record<string, { merge?: 'field' | 'record' }>;
  /** The scope, if it is not the user's own. */
  scope?: string;
  /** A label of this device for lists and logs. */
  device?: string;
  /** The version of the app's schema, told to the hub. */
  schema?: number;
  /**
   * What becomes of rows that were here before the first connect, if the hub has records as well:
   * `merge` (the default) sends them, `keep-remote` removes them, `ask` sends nothing until
   * `adopt()` (see `firstLogin` of the status).
   */
  firstLogin?: 'merge' | 'keep-remote' | 'ask';
  /**
   * How long the tab that syncs may be silent, as when the browser froze it, before another takes
   * over, in milliseconds. 30,000 by default.
   */
  takeoverMs?: number;
  /**
   * Whether the browser is asked to keep this origin's storage when space is short (default: yes;
   * Firefox asks the user). See `persisted` of the status.
   */
  persist?: boolean;
  /** Paths, headers and credentials of the fetch transport. */
  transport?: import('./transports/fetch.js').FetchOptions;
}
