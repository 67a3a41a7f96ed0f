// HubStore: what push and pull need of a database. All of one request happens inside one
// synchronous transaction, so that nothing can come between its reads and its writes.
import type { Columns } from '../columns.js';
import type { StampText } from '../wire.js';

export interface RecordKey {
  table: string;
  id: string;
}

/** A record without its row: what a merge is decided by. */
export interface HeldState {
  columns: Columns;
  /** By field above the base: the seq of its last write. */
  fieldSeqs: ReadonlyMap<string, number>;
  /** Of the last batch that changed the record. */
  seq: number;
  /** A reader behind this one needs the whole row. */
  wholeSeq: number;
  /** The record's seq before the writes of `byNode`; 0: it had none. */
  prevSeq: number;
  /** Whose writes were the last, one after the other; null: everyone is to read the record. */
  byNode: string | null;
  /**
   * The last register that lost to this record's, of a change that everyone was already shown the
   * winner of.
   */
  lostRegister: StampText | null;
  /** The row's size. */
  rowBytes: number;
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
  /** Runs `body`; if it throws, nothing was written. */
  transaction<T>(body: () => T): T;
  head(): Head;
  setSeq(seq: number): void;
  /** Whether a stamp of `node` was too far ahead once. */
  isRetired(node: string): boolean;
  retire(node: string): void;
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
  counts(): TableCounts[];
}
