// The Store port: what the client asks of a local database. Two bodies at least (memory, Dexie) and
// one contract suite (js/src/testing/store-contract.ts). A store records every write of a synced
// table in the transaction of that write, as one log entry per write call, and does what is asked
// here in one transaction each.
import type { Columns } from '../columns.js';
import type { Join } from '../merge.js';
import type { Change, Cursor, IdText, PushResult, StampText, WireRow } from '../wire.js';

export type MergeMode = 'field' | 'record';

/** What a store keeps of its sync besides the log. Lives outside the app's tables. */
export interface SyncState {
  /** How far the hub was read; null: from the beginning. */
  cursor: Cursor;
  /**
   * The greatest stamp that the hub is known to have accepted, as saved by the last commit; null at
   * first.
   */
  clock: StampText | null;
  /** The hub's clock minus this device's, in milliseconds; null until learned. */
  offsetMs: number | null;
  /** A label for lists and logs; nothing depends on its being unique. */
  device: string;
  /** The synced tables that `cursor` covers, with their merge mode. */
  tables: Record<string, MergeMode>;
}

/** One record's part of one log entry that is not acknowledged yet. */
export interface PendingWrite {
  /** The log entry, and the record's place in it: what acknowledge names. */
  entry: number;
  index: number;
  /** Writes of one local transaction have the same text, and are sent together. */
  transaction: string;
  table: string;
  id: IdText;
  columns: Columns;
  /** Whether the writer saw no such record before. */
  create: boolean;
}

/**
 * What is waiting to be sent, oldest first: the writes, and the rows that they left, read in the
 * same transaction.
 */
export interface Outbox {
  writes: PendingWrite[];
  /**
   * By `table`, then `id`, the row as it is now, in the tagged form of values.ts; missing where the
   * record is deleted.
   */
  rows: Map<string, Map<IdText, WireRow>>;
  /** All unacknowledged writes in the log, those that were not loaded included. */
  pending: number;
}

export interface Acknowledgement {
  write: PendingWrite;
  /**
   * `sent`: done. `needFull`: send the whole record instead, at the same stamp. `dead`: refused for
   * good, becomes a dead letter.
   * `later`: stays, behind all that is in the log now, so that it holds nothing else up.
   */
  result: 'sent' | 'needFull' | 'dead' | 'later';
  /** With `dead`: why, and the change that was refused. */
  refusal?: Extract<PushResult, { outcome: 'rejected' }>;
  change?: Change;
}

/** What one exchange brought, to be stored in one transaction: all of it, or nothing. */
export interface Commit {
  acknowledged: Acknowledgement[];
  /** A page, in order; a record at most once. */
  changes: Change[];
  /** Undefined: as it was. */
  cursor?: Cursor;
  /**
   * The cursor that the page follows: if the store's is another by now, a table was added, and its
   * cursor stays.
   */
  after?: Cursor;
  clock: StampText | null;
  offsetMs: number | null;
}

export interface CommitResult {
  /** Unacknowledged writes left in the log. */
  pending: number;
  /**
   * Patches whose record was neither here nor pending: the store then set its cursor to null, to
   * read everything again.
   */
  missing: number;
  /** As stored now. */
  cursor: Cursor;
  tables: string[];
}

export interface DeadLetter {
  id: number;
  change: Change;
  code: string;
  message: string;
  /** Unix time in milliseconds by the device's clock. */
  at: number;
}

/** What `load` gives: the state, and what the log says. */
export interface LoadedState extends SyncState {
  /** The greatest stamp in the log; null if it is empty. */
  newest: StampText | null;
  /** Unacknowledged writes in the log. */
  pending: number;
}

export interface Store {
  load(): Promise<LoadedState>;
  /** The oldest writes, about `limit` of them. */
  readOutbox(limit: number): Promise<Outbox>;
  /**
   * Removes exactly the acknowledged writes and applies the page. A record without pending writes
   * takes the change as it is; one with pending writes is joined with their columns first, inside
   * this transaction. A pending delete keeps its record deleted against a patch, whatever the
   * stamps: the hub then sends the whole row. A change that deletes a record with pending writes
   * keeps their row aside until they are acknowledged, so that they are still sent. Rejects with
   * `closed`, changing nothing, if `term` is no longer the one that `lead` gave.
   */
  commit(commit: Commit, join: Join, term: number): Promise<CommitResult>;
  /**
   * Stamps the pending entries again, in the order of their stamps: `again` gives an entry's new
   * first stamp from its old one.
   */
  restamp(again: (first: StampText, count: number) => StampText): Promise<void>;
  /**
   * Takes the lead among the contexts that share this database; every earlier term's commits are
   * refused from now on.
   */
  lead(): Promise<number>;
  deadLetters(): Promise<DeadLetter[]>;
  /**
   * Calls back after a local write was committed, in whichever context, with its count of records.
   * Returns the undo.
   */
  onWrite(listener: (count: number) => void): () => void;
  close(): void;
}

/**
 * Where a store gets stamps for the writes it records: the engine's clock. Synchronous, so that it
 * works inside a transaction.
 */
export interface Stamper {
  /** The first of `count` consecutive stamps, greater than all before. */
  reserve(count: number): StampText;
}

/** The stamp `n` places after `first` in one reservation. */
export function stampAfter(first: StampText, n: number): StampText {
  if (n === 0) return first;
  const time = BigInt(`0x${first.slice(0, 12)}${first.slice(13, 17)}`) + BigInt(n);
  const hex = time.toString(16).padStart(16, '0');
  return `${hex.slice(0, 12)}-${hex.slice(12)}-${first.slice(18)}`;
}
