// The bodies of protocol 1 (sdk/docs/protocol.md) as types: shared by client and Worker, and
// nothing else.
import type { ErrorCode } from './errors.js';

export const protocolVersion = 1;

/** `0192f1c3a4b5-0003-a1b2c3d4e5f60708`: text order is logical order. */
export type StampText = string;
/** Canonical JSON text of a record's key. */
export type IdText = string;
/** `epoch:seq`, opaque to clients; null reads from the beginning. */
export type Cursor = string | null;
/**
 * Field to value in the tagged form of values.ts. Own properties only: a field may be named
 * `__proto__`.
 */
export type WireRow = Record<string, unknown>;

export interface Change {
  table: string;
  id: IdText;
  stamp: StampText;
  deleted?: true;
  patch?: true;
  create?: true;
  row?: WireRow;
  /** Fields with a stamp of their own, greater than `stamp`. */
  fields?: Record<string, StampText>;
}

export type PushResult =
  | { outcome: 'applied' }
  | { outcome: 'merged'; lost: string[] }
  | { outcome: 'rejected'; code: ErrorCode; message: string; retryable: boolean }
  | { outcome: 'needFull' }
  | { outcome: 'clock' };

export interface PushRequest {
  device: string;
  node: string;
  schema: number;
  cursor: Cursor;
  changes: Change[];
}

export interface PushReply {
  results: PushResult[];
  seq: number;
  cursor: string;
  serverTime: number;
}

export interface PullRequest {
  cursor: Cursor;
  limit?: number;
  tables?: string[];
  node?: string;
}

export interface PullReply {
  changes: Change[];
  cursor: Cursor;
  more: boolean;
  fence: number;
  serverTime: number;
  reset?: true;
}

export interface FullRequest extends PushRequest {
  pull: { limit?: number; tables?: string[] };
}

export interface FullReply {
  push: PushReply;
  pull: PullReply;
  serverTime: number;
}

export interface MetaReply {
  protocol: number;
  epoch: string;
  seq: number;
  fence: number;
  counts: Record<string, { records: number; tombstones: number }>;
  serverTime: number;
}

export interface Poke {
  cursor: string;
}
