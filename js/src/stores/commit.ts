// What one exchange brings to a store, and what the store made of it: the arguments of `commit`.
import type { Change, ChangeHead, Cursor, PushResult, StampText } from '../wire.js';
import type { PendingWrite } from './store.js';

export interface Acknowledgement {
  write: PendingWrite;
  /**
   * `sent`: done. `needFull`: send the whole record instead, at the same stamp. `dead`: refused for
   * good, becomes a dead letter.
   * `later`: stays, behind all that is in the log now, so that it holds nothing else up; when it is
   * stamped again, its place is the one it was written at.
   * `collision`: another device's record has its key: it gets another one, with all that refers to
   * it, and stays pending. `deferred`: it was not taken, and stays as if it had not been sent.
   */
  result: 'sent' | 'needFull' | 'dead' | 'later' | 'collision' | 'deferred';
  /** With `collision`: the greatest number that a record of the table has or had, if told. */
  past?: number;
  /** With `dead`: why. */
  refusal?: Extract<PushResult, { outcome: 'rejected' }>;
  /**
   * With `dead`: what was refused. The record of a refused delete is read again, so that it shows;
   * of any other the journal forgets what it says. With `sent`: what the hub took; missing where
   * nothing was left to send.
   */
  change?: Change;
}

/** What the hub took, each change once: several writes may have been one. */
export function takenOf(acknowledged: readonly Acknowledgement[]): Change[] {
  const taken = acknowledged.flatMap(({ result, change }) => (result === 'sent' && change) || []);
  return [...new Set(taken)];
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
  /** Who answered: the data belongs to this hub from now on, if it belonged to none. */
  hub?: string;
  /** The greatest seq of what is acknowledged and of the page. */
  seq?: number;
  /** Every backup of the hub holds what has this seq or less: the journal forgets it. */
  safe?: number;
  /**
   * What the hub now is known to hold: one entry of the journal under `seq`, unless that is safe.
   */
  journal?: ChangeHead[];
  /**
   * Answers to `rereads`, taken before the page: each is whole, deleted, or `absent`, which removes
   * a record without pending writes. What still meets pending writes stays on the rereads.
   */
  records?: Change[];
  /**
   * The page was the last: while sweeping, what no page of this reading showed is removed now, but
   * for records with pending writes or dead letters. Of the rereads only those with pending writes
   * are left.
   */
  complete?: boolean;
  /** Instead of a page: everything is to be read again. */
  reset?: Reset;
}

/** Also what begins a reading that no hub asked for: `{ offer: null, adopt: false, … }`. */
export interface Reset {
  /** The seq past which the journal is offered again, under its own stamps; null: nothing is. */
  offer: number | null;
  /** All that is here is offered below every other write, and nothing is swept in the end. */
  adopt: boolean;
  /**
   * The cursor that was refused: the one at which what is offered was known; null: `known` of the
   * state was.
   */
  cursor: Cursor;
  /** Up to where what is left of the journal is known now; without it the cursor so far. */
  known?: Cursor;
}

export interface CommitResult {
  /** Unacknowledged writes left in the log. */
  pending: number;
  /** The last log entry that `pending` counts; 0: it counts none. */
  counted: number;
  /** Patches whose record was neither here nor pending: they went to the rereads. */
  missing: number;
  /** Records that are to be read whole, in all. */
  rereads: number;
  /** Whether a reading from the beginning has yet to end with a sweep. */
  sweeping: boolean;
  /** Losses that this commit recorded. */
  losses: number;
  /** Dead letters that it made. */
  refused: number;
  /** As stored now. */
  cursor: Cursor;
  known: Cursor;
  tables: string[];
}
