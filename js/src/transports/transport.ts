// The Transport port: how requests reach an endpoint. A call resolves with a reply that was checked
// to be one, or rejects with a TidemarkError whose code says what the engine can do about it.
// Nothing is retried here.
import type { Cursor, FullReply, FullRequest, PullReply, PullRequest } from '../wire.js';

export interface CallOptions {
  /** The last token was refused: get a new one. */
  refreshToken: boolean;
  signal: AbortSignal;
}

export interface LiveHandlers {
  /** The connection is up, or it is down (again). */
  onConnected(connected: boolean): void;
  onPoke(cursor: Cursor): void;
}

export interface Transport {
  pull(request: PullRequest, options: CallOptions): Promise<PullReply>;
  /** Push and the first page of pull; one after the other where the endpoint has no such call. */
  full(request: FullRequest, options: CallOptions): Promise<FullReply>;
  /**
   * Opens the live connection and keeps it open until the returned function is called; null where
   * there is none.
   */
  live(handlers: LiveHandlers): (() => void) | null;
}
