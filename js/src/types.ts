// The public contract of the package in types: status and options. Raw module types stay private to
// core.ts and engine.ts.
import type { ErrorBody } from './errors.js';

/**
 * What sync is doing. `idle`: everything known is exchanged, waiting for news. `syncing`: an
 * exchange is under way.
 * `waiting`: the last one failed, the next is timed (see `error`). `offline`: the device has no
 * network.
 * `needs-auth`: the endpoint refused the token twice. `paused`: by the app. `following`: another
 * tab of this database syncs for it.
 * `closed`: by the app.
 */
export type Phase =
  | 'idle'
  | 'syncing'
  | 'waiting'
  | 'offline'
  | 'needs-auth'
  | 'paused'
  | 'following'
  | 'closed';

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
   * Changes that the hub refused for good. They block nothing, and stay until the app deals with
   * them.
   */
  deadLetters(): Promise<import('./stores/store.js').DeadLetter[]>;
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
  /** Paths, headers and credentials of the fetch transport. */
  transport?: import('./transports/fetch.js').FetchOptions;
}
