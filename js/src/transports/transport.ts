// The Transport port: how requests reach an endpoint. A call resolves with a reply that was checked
// to be one, or rejects with a TidemarkError whose code says what the engine can do about it.
// Nothing is retried here.
import type {
  Cursor,
  DigestReply,
  DigestRequest,
  FullReply,
  FullRequest,
  LossesReply,
  LossesRequest,
  MetaReply,
  MetaRequest,
  PullReply,
  PullRequest,
} from '../wire.js';

/** Bytes of bodies, counted by the transport while a call is under way. */
export interface Traffic {
  sent: number;
  received: number;
}

export interface CallOptions {
  /** The last token was refused: get a new one. */
  refreshToken: boolean;
  signal: AbortSignal;
  /** Where the call counts its bytes. */
  traffic?: Traffic;
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
  /** Calls that a bare endpoint lacks: there is no such member, or it rejects with `not_found`. */
  losses?(request: LossesRequest, options: CallOptions): Promise<LossesReply>;
  digest?(request: DigestRequest, options: CallOptions): Promise<DigestReply>;
  meta?(request: MetaRequest, options: CallOptions): Promise<MetaReply>;
  /**
   * Opens the live connection and keeps it open until the returned function is called; null where
   * there is none.
   */
  live(handlers: LiveHandlers): (() => void) | null;
}
