// HubStore: what push and pull need of a database. All of one request happens inside one
// synchronous transaction, so that nothing can come between its reads and its writes.
import type { Columns } from '../columns.js';
import type { DeviceMeta, Loss, RecordKey, StampText } from '../wire.js';

export type { RecordKey } from '../wire.js';

/** A record without its row: what a merge is decided by. */
export interface HeldState {
  columns: Columns;
  /** By field above the base: the seq of its last write. */
  fieldSeqs: ReadonlyMap<string, number>;
  /** Of the last batch that changed the record. */
  seq: number;
  /** A reader behind this one needs the whole row. */
  wholeSeq: number;
  /** The node that wrote it last and knows all that it holds; null: everyone is to read it. */
  byNode: string | null;
  /**
   * The last register that lost to this record's, of a change that everyone was already shown the
   * winner of.
   */
  lostRegister: StampText | null;
  /** The row's size. */
  rowBytes: number;
  /** What its creation drew; null: it did not say. */
  born: string | null;
}

export interface HeldRecord extends RecordKey {
  state: HeldState;
  /** The row's JSON. Under a tombstone it stays. */
  rowText: string;
}

export interface Head {
  /** Drawn once, when the storage was made: a restored one keeps it. */
  hub: string;
  /** Drawn when the storage was made, and whenever it was restored. */
  epoch: string;
  seq: number;
  /** Tombstones at or before it are forgotten. */
  fence: number;
}

export interface TableCounts {
  table: string;
  records: number;
  tombstones: number;
}

export interface HubStore {
  readonly history: History;
  readonly nodes: Nodes;
  readonly losses: LossLedger;
  readonly devices: Devices;
  /** Runs `body`; if it throws, nothing was written. */
  transaction<T>(body: () => T): T;
  head(): Head;
  setSeq(seq: number): void;
  /** In the order of `keys`; null: no such record. */
  readStates(keys: readonly RecordKey[]): (HeldState | null)[];
  readRow(key: RecordKey): string;
  /**
   * Writes a record, with its row unless that is null. False: it is too large, and nothing was
   * written.
   */
  write(key: RecordKey, state: HeldState, rowText: string | null): boolean;
  /** The records past `seq`, in the order of seq, read as they are asked for. */
  since(seq: number): Iterable<HeldRecord>;
  /** The records of a table that are not deleted, read as they are asked for. */
  shown(table: string): Iterable<{ id: string; rowText: string }>;
  counts(): TableCounts[];
  /** The greatest id of the table that is a number, of tombstones too; 0: there is none. */
  greatestNumber(table: string): number;
  /**
   * Forgets at most `max` tombstones whose seq is at or before `seq`, the oldest first; null: there
   * were none.
   */
  purge(seq: number, max: number): Purged | null;
}

/** Of what was purged, the greatest. */
export interface Purged {
  seq: number;
  register: StampText;
}

export interface Epoch {
  epoch: string;
  /** The one before; null: this is the first. */
  parent: string | null;
  /** What this one began with of its parent. */
  restoredSeq: number;
  /** The greatest register that was purged in it. */
  purged: StampText | null;
  /** Unix time in milliseconds; 0: with the storage. */
  began: number;
}

/** That the hub stood at `seq` at a time. */
export interface Mark {
  at: number;
  seq: number;
}

/** Where the storage comes from, and where it stood when. */
export interface History {
  /** The present epoch, its parent, and so on, as far as they are remembered. */
  epochs(): Epoch[];
  /** Forgets those that are too many, the oldest first, and leaves their purges to the next. */
  begin(epoch: Epoch): void;
  /** Remembers a purge in the present epoch, and moves the fence. */
  notePurge(purged: Purged): void;
  newestMark(): Mark | null;
  /** The seq of the newest mark before `at`; 0: there is none. */
  seqBefore(at: number): number;
  addMark(mark: Mark): void;
  /** Forgets the marks from `from` on: of a clock that was wrong. */
  dropMarksFrom(from: number): void;
  /** Forgets the marks that are older than the newest one before `at`. */
  dropMarksBehind(at: number): void;
}

export interface Nodes {
  /** Unix time in milliseconds up to which stamps of a retired node were fine; null: it is not. */
  retiredBound(node: string): number | null;
  retire(node: string, bound: number): void;
  /** The node's last turn; null: it never named one. */
  lastTurn(node: string): string | null;
  setTurn(node: string, turn: string, now: number): void;
  /** Forgets the turns of nodes whose last one was before `at`: they are new again. */
  dropBefore(at: number): void;
  /** Forgets all turns. */
  dropTurns(): void;
}

export interface LossLedger {
  /** Keeps what was not kept before; how many losses that makes: one or none. */
  add(loss: Loss): number;
  /** Those after `n` in order, read as they are asked for. */
  after(n: number): Iterable<Loss & { n: number }>;
  dropBefore(at: number): void;
}

export interface Devices {
  /** Adds to the counts of `device`; a time that is null leaves the one before. */
  add(device: string, counts: DeviceMeta): void;
  all(): [device: string, DeviceMeta][];
}
