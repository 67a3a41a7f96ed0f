// The Store port: what the client asks of a local database. Two bodies at least (memory, Dexie) and
// one contract suite (js/src/testing/store-contract.ts). A store records every write of a synced
// table in the transaction of that write, as one log entry per write call, and does what is asked
// here in one transaction each.
import type { Columns } from '../columns.js';
import type { Join } from '../merge.js';
import type { Cursor, IdText, Loss, RecordKey, StampText, WireRow } from '../wire.js';
import type { Commit, CommitResult } from './commit.js';
import type {
  DeadLetter,
  LocalWrite,
  PendingRecord,
  RecordState,
  SyncLogEntry,
} from './reports.js';
import type { ScanPage } from './scan.js';

export type { Acknowledgement, Commit, CommitResult, Reset } from './commit.js';
export * from './reports.js';
export type { ScannedRow, ScanPage } from './scan.js';

export type MergeMode = 'field' | 'record';

/** What a store keeps of its sync besides the log. Lives outside the app's tables. */
export interface SyncState {
  /** How far the hub was read; null: from the beginning. */
  cursor: Cursor;
  /**
   * The last cursor before it was given up: up to there the journal knows what the hub held, and
   * while the cursor is null, whether the hub was restored is told by this one.
   */
  known: Cursor;
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
  /** The hub that this data belongs to; null until one has answered. */
  hub: string | null;
  /**
   * Everything is being read again after a reset: at the end the clean records that were not shown
   * are removed.
   */
  sweeping: boolean;
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
  /** The writer saw no such record before, and this was never sent. */
  create: boolean;
  /** A creation that was sent before, and may have arrived. */
  sent?: true;
  /**
   * A creation of a record whose key SQLite counted, or the offer of such a record: what tells it
   * from another device's of the same key.
   */
  born?: string;
  /**
   * Known to a hub before it was restored: the cursor at which it was known. Its stamps are
   * others', and stay as they are.
   */
  offer?: string;
  /**
   * Later writes of its record that the outbox leaves in the log: it has their stamps, too, and
   * creates if one of them does. All else of it is its own.
   */
  carries?: readonly PendingWrite[];
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
  /** The last log entry that `pending` counts; 0: it counts none. */
  counted: number;
  /** Records that the device wants to see whole, at most `rereadsMax` of them. */
  rereads: RecordKey[];
  /** How many writes became dead letters as it was read: of rows whose keys nobody can name. */
  refused?: number;
}

/** Writes that were committed together: how many records', and their last log entry. */
export interface NewWrites {
  count: number;
  entry: number;
}

/** How many records one exchange reads again: the protocol's `records_max`. */
export const rereadsMax = 500;

/** What `load` gives: the state, and what the log says. */
export interface LoadedState extends SyncState {
  /** The greatest stamp in the log; null if it is empty. */
  newest: StampText | null;
  /** Unacknowledged writes in the log. */
  pending: number;
  /** As in an outbox. */
  counted: number;
  /** Those of them that are adoptions: rows that were here before the hub knew of them. */
  adopted: number;
}

/** Rejects with a TidemarkError: `store_failed` where nothing else is said. */
export interface Store {
  load(): Promise<LoadedState>;
  /**
   * The oldest writes, about `limit` of them. A row is sent as it is now, so the last of each
   * record carries what the limit leaves of it for later.
   */
  readOutbox(limit: number): Promise<Outbox>;
  /**
   * Before a push: these are going to be sent, with what they carry, so that creations among them
   * no longer say so when they are sent again.
   */
  sending(writes: readonly PendingWrite[]): Promise<void>;
  /**
   * Removes exactly the acknowledged writes and applies the page. Where the hub took a change that
   * is not what the app shows, that was decided by stamps that have changed since, or by what the
   * hub has forgotten since: a record that is not shown is read again, and a row that is shown
   * after its delete is kept as a loss and removed, unless other writes of it are pending. A record
   * without pending writes takes the change as it is; one with pending writes is joined with their
   * columns first, inside this transaction. A pending delete keeps its record deleted against a
   * patch, whatever the stamps: the hub then sends the whole row. What meets pending writes goes to
   * the rereads: they may be stamped again, and it be decided otherwise. A pending write that a
   * change covers is settled and leaves the log: the change has the stamp of its register or a
   * later one, and so of every field that it wrote, with the same value where the stamp is the
   * same. What was written before a delete that is settled leaves with it. A change that deletes a
   * record with pending writes keeps their row aside until they are acknowledged, so that they are
   * still sent. A value that loses to a write whose writer had not read it is kept as a loss.
   * Rejects with `closed`, changing nothing, if `term` is no longer the one that `lead` gave.
   */
  commit(commit: Commit, join: Join, term: number): Promise<CommitResult>;
  /**
   * Stamps the pending entries again, in the order in which they were written: `again` gives an
   * entry's new first stamp from its old one. What was adopted stays below everything, what is
   * offered as it is. A row that is shown although its last pending write deletes it is kept as a
   * loss: the delete had lost, and may win now. Where a stamp falls and the record is to be read
   * again, its row may show what has lost by that: the journal forgets what it says of the record.
   */
  restamp(again: (first: StampText, count: number) => StampText): Promise<void>;
  /**
   * Takes the lead among the contexts that share this database; every earlier term's commits are
   * refused from now on.
   */
  lead(): Promise<number>;
  deadLetters(): Promise<DeadLetter[]>;
  /**
   * Writes the letter's change again under a new stamp, recorded like a write of the app, and
   * removes the letter. A record that is gone is made again. `bad_input`: there is no such letter.
   * `reread_pending`: it is a delete whose record is among the rereads: what it would take with it
   * now, its user has never seen. The letter stays.
   */
  retryDeadLetter(id: number): Promise<void>;
  /** Removes the letter; its record is read again. `bad_input`: there is no such letter. */
  discardDeadLetter(id: number): Promise<void>;
  /** Writes for the app, recorded like its own. `table_unsupported`: the table is not synced. */
  write(change: LocalWrite): Promise<void>;
  /** A page of the rows of a table, in a fixed order; `after`: what the page before it gave. */
  scan(table: string, limit: number, after?: unknown): Promise<ScanPage>;
  /**
   * Records a write of these rows as they are, as if the app had just made them. A record that is
   * gone is left out.
   */
  writeAgain(records: readonly RecordKey[]): Promise<void>;
  /** Oldest first, of the last `lossDays`, at most `lossesMax`. */
  losses(): Promise<Loss[]>;
  /** Also where it is only the hub's. */
  dropLoss(loss: Loss): Promise<void>;
  /** What was dropped in the last `lossDays`, at most `lossesMax`: its fields, without values. */
  droppedLosses(): Promise<Loss[]>;
  /** The records with pending writes, in the order of the log. */
  pendingRecords(): Promise<PendingRecord[]>;
  recordState(table: string, id: IdText): Promise<RecordState>;
  /** Of the last `syncLogMax` exchanges, oldest first. */
  syncLog(): Promise<SyncLogEntry[]>;
  appendSyncLog(entries: readonly SyncLogEntry[]): Promise<void>;
  /**
   * What becomes of the adoptions: `merge` leaves them pending. `keep-remote` drops them:
   * everything is read again, and what the hub does not show is removed.
   */
  adoption(choice: 'merge' | 'keep-remote'): Promise<void>;
  /**
   * Another user signs in: removes all rows of the synced tables, those included that are no longer
   * synced, and all that is known of the hub, in one transaction, and records no deletes. Ends the
   * term: what is under way is not stored. `refuse`: rejects with `account_pending` if writes are
   * pending or there are dead letters. `discard` drops both.
   */
  clear(options: { pending: 'refuse' | 'discard' }): Promise<void>;
  /**
   * Calls back after local writes were committed, in whichever context: soon, not at once. Returns
   * the undo.
   */
  onWrite(listener: (writes: readonly NewWrites[]) => void): () => void;
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

/** What recording needs of the engine, where it stamps writes or says how they are stamped. */
export interface Clock extends Stamper {
  /** The greatest stamp that the hub is known to have accepted. */
  readonly accepted: StampText | null;
  readonly offsetMs: number;
  restore(accepted: StampText | null, newest: StampText | null, offsetMs: number): void;
}

/** The stamp `n` places after `first` in one reservation. */
export function stampAfter(first: StampText, n: number): StampText {
  if (n === 0) return first;
  const time = BigInt(`0x${first.slice(0, 12)}${first.slice(13, 17)}`) + BigInt(n);
  const hex = time.toString(16).padStart(16, '0');
  return `${hex.slice(0, 12)}-${hex.slice(12)}-${first.slice(18)}`;
}
