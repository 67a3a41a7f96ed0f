// The bodies of protocol 1 (sdk/docs/protocol.md) as types: shared by client and Worker, and
// nothing else.
import type { ErrorCode } from './errors.js';

export const protocolVersion = 1;

/** `0192f1c3a4b5-0003-a1b2c3d4e5f60708`: text order is logical order. */
export type StampText = string;
/** Canonical JSON text of a record's key. */
export type IdText = string;
/** Opaque to clients; null reads from the beginning. */
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
  /** On push: offered again after a hub was restored; the cursor at which it was known. */
  offer?: string;
  /**
   * 16 hexadecimal digits that its creation drew, where SQLite counts the keys of a table: another
   * device's record of the same key has others. On push: the creation is part of the change.
   */
  born?: string;
  /** In `records` of a reply: the hub has no such record, and `stamp` means nothing. */
  absent?: true;
}

/** A change without its values: what a journal keeps. `names` are the fields of a patch. */
export type ChangeHead = Omit<Change, 'row' | 'create' | 'offer' | 'absent'> & { names?: string[] };

export interface RecordKey {
  table: string;
  id: IdText;
}

export type PushResult =
  | { outcome: 'applied' }
  | { outcome: 'merged'; lost: string[] }
  | { outcome: 'rejected'; code: ErrorCode; message: string; retryable: boolean }
  | { outcome: 'needFull' }
  /** Of the node that is too late the hub takes stamps up to `until`, in Unix milliseconds. */
  | { outcome: 'clock'; until?: number }
  | { outcome: 'clone' }
  /**
   * Another device's record has its key. `past`: the greatest number that a record of the table has
   * or had.
   */
  | { outcome: 'collision'; past?: number }
  /** Not taken, because another change of the push collided: to be sent again. */
  | { outcome: 'deferred' };

export interface PushRequest {
  device: string;
  node: string;
  schema: number;
  cursor: Cursor;
  changes: Change[];
  /** The hub that the sender's data belongs to, once known. */
  hub?: string;
  /** Random, a new one at every attempt. */
  turn?: string;
  /** Turns of which one is the node's last: the one last answered, and those sent since. */
  after?: string[];
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
  /** Whose own writes may be left out: the node, and the latest turn that it was answered. */
  node?: string;
  turn?: string;
  /** Without a cursor: the one up to which the hub's state was known, so that a restore shows. */
  known?: string;
  hub?: string;
  schema?: number;
}

export interface PullReply {
  changes: Change[];
  cursor: Cursor;
  more: boolean;
  fence: number;
  serverTime: number;
  /** Names the scope's storage for ever, restores included. */
  hub?: string;
  /** Of the last change of the page, or of the hub where there is none. */
  seq?: number;
  /** Every backup holds what has this seq or less. */
  safe?: number;
  reset?: true;
  /** With `reset`: the seq past which what the device knows is to be offered; null: nothing. */
  offer?: number | null;
  /** With `reset`: the hub does not know this cursor; the device offers all it holds. */
  adopt?: true;
  /** With `reset`: the cursor up to which the device still knows what the hub holds. */
  known?: string;
}

export interface FullRequest extends PushRequest {
  /** `own`: leave nothing out. */
  pull: { limit?: number; tables?: string[]; own?: true; known?: string };
  /** Records that the device wants to see whole, as they are after the push. */
  records?: RecordKey[];
}

export interface FullReply {
  push: PushReply;
  pull: PullReply;
  records?: Change[];
  serverTime: number;
}

/** A value or values that lost to a concurrent write. */
export interface Loss {
  table: string;
  id: IdText;
  /** Of the write that lost. */
  stamp: StampText;
  row: WireRow;
  /** Of the write that won. */
  winner: StampText;
  /** It lost to a delete. */
  deleted?: true;
  /** Unix time in milliseconds, of whoever recorded it. */
  at: number;
}

export interface LossesRequest {
  /** The `n` of the last one that is known; 0: from the beginning. */
  after: number;
  limit?: number;
  hub?: string;
  schema?: number;
}

/** At the hub, `n` counts them: a page continues after one. */
export interface LossesReply {
  losses: (Loss & { n: number })[];
  more: boolean;
}

/**
 * The digest of the records of a table whose key's hash begins with `prefix` (hexadecimal digits).
 * Hashes are sums of 64-bit record hashes, as 16 hexadecimal digits; a tombstone counts nothing.
 */
export interface DigestRequest {
  table: string;
  prefix: string;
  hub?: string;
  schema?: number;
}

export interface DigestReply {
  /** The hub's head: digests are compared only where the device has read to it. */
  cursor: string;
  count: number;
  hash: string;
  /** By the next digit of the prefix: 16 of them, where `count` is over `digest_records_max`. */
  children?: { count: number; hash: string }[];
  /** Else the records themselves. */
  records?: { id: IdText; hash: string }[];
  serverTime: number;
}

export interface MetaRequest {
  hub?: string;
}

/** What was heard of a device by the label that it names in pushes; times of the last one. */
export interface DeviceMeta {
  lastPullAt: number | null;
  lastPushAt: number | null;
  changesPushed: number;
  conflicts: number;
}

export interface MetaReply {
  protocol: number;
  hub: string;
  epoch: string;
  seq: number;
  fence: number;
  safe: number;
  counts: Record<string, { records: number; tombstones: number }>;
  devices?: Record<string, DeviceMeta>;
  serverTime: number;
}

export interface Poke {
  cursor: string;
}
