// What a store tells the app of its sync: what was refused, what is waiting, what the last
// exchanges did.
import type { ErrorCode } from '../errors.js';
import type { Change, IdText, WireRow } from '../wire.js';

/** A change that was refused for good. It blocks nothing, and stays until the app deals with it. */
export interface DeadLetter {
  id: number;
  change: Change;
  code: string;
  message: string;
  /** Unix time in milliseconds by the device's clock. */
  at: number;
  /** The record's whole row at that time, in tagged form; missing where there was none. */
  row?: WireRow;
}

/** A record that the hub has not acknowledged in its present state. */
export interface PendingRecord {
  table: string;
  id: IdText;
  /** What was done to it, oldest first; the same twice in a row is said once. */
  operations: ('create' | 'update' | 'delete')[];
  /** The fields that were written; null: all of them. */
  fields: string[] | null;
  /** Unix time in milliseconds of the oldest of these writes; 0: before it was synced. */
  since: number;
  /** As it is now, in tagged form; missing where it is deleted. */
  row?: WireRow;
}

/** `refused`: there is a dead letter of it, whatever else is pending. */
export type RecordState = 'synced' | 'pending' | 'refused';

/** One exchange. Times and durations in milliseconds, sizes in bytes as transferred. */
export interface SyncLogEntry {
  at: number;
  durationMs: number;
  outcome: 'ok' | 'failed';
  /** With `failed`: why. */
  code?: ErrorCode;
  /** Changes. */
  sent: number;
  received: number;
  bytesSent: number;
  bytesReceived: number;
  /** Writes that were left to be sent. */
  pending: number;
}

/** How many exchanges `syncLog` remembers. */
export const syncLogMax = 200;

/**
 * A write that a store makes for the app. `row` in tagged form: with `patch` only these fields are
 * written, and a record that is gone is made of them.
 */
export interface LocalWrite {
  table: string;
  id: IdText;
  row?: WireRow;
  deleted?: true;
  patch?: true;
}
