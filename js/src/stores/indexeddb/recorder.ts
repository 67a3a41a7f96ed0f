// Writes log entries, in the transaction of the write and by IndexedDB's own calls: requests of one
// transaction run in the order they are made, so the app's write never waits for the log's.
import type { StampText } from '../../wire.js';
import { stampAfter } from '../store.js';
import { type Draft, type LogEntry, partsOf, placeOf, withoutPlaces } from './entry.js';
import { logStore } from './schema.js';
import type { Tracker } from './tracker.js';

/**
 * An entry on its way to the log, and the operation of the app's call that each of its keys was.
 */
interface Logged {
  request: IDBRequest;
  entry: Omit<LogEntry, 'id'>;
  operations: readonly number[] | null;
  first: number;
}

interface Transaction {
  tx: string;
  count: number;
  newest: StampText | null;
  /** The last addition to the log. */
  last: IDBRequest | null;
}

export class Recorder {
  readonly #transactions = new WeakMap<IDBTransaction, Transaction>();

  constructor(readonly tracker: Tracker) {}

  /**
   * Whether `trans` can be recorded in: one opened before its tables were tracked is over before
   * they are adopted.
   */
  records(trans: IDBTransaction): boolean {
    return trans.mode !== 'readonly' && trans.objectStoreNames.contains(logStore);
  }

  /**
   * Logs `draft`. `operations`: which of the call's operations each key was; null: one after the
   * other.
   */
  log(trans: IDBTransaction, draft: Draft, operations: readonly number[] | null): Logged[] {
    if (draft.keys.length === 0) return [];
    const store = trans.objectStore(logStore);
    const logged: Logged[] = [];
    let first = 0;
    for (const part of partsOf(draft)) {
      const entry = this.#entryOf(trans, part);
      const request = store.add(entry);
      (this.#transactions.get(trans) as Transaction).last = request;
      logged.push({ request, entry, operations, first });
      first += part.keys.length;
    }
    return logged;
  }

  #entryOf(trans: IDBTransaction, draft: Draft): Omit<LogEntry, 'id'> {
    const count = draft.keys.length;
    const stamp = this.tracker.clock?.reserve(count) ?? null;
    const entry: Omit<LogEntry, 'id'> = { ...draft, stamp };
    if (stamp === null) entry.at = Date.now();
    if (count > 1) entry.many = count;
    const known = this.#transactions.get(trans);
    if (known !== undefined) entry.tx = known.tx;
    const tx = known?.tx ?? stamp ?? crypto.randomUUID();
    if (tx !== stamp) entry.tx = tx;
    const state = known ?? this.#watch(trans, tx);
    state.count += count;
    if (stamp !== null) state.newest = stampAfter(stamp, count - 1);
    return entry;
  }

  #watch(trans: IDBTransaction, tx: string): Transaction {
    const state: Transaction = { tx, count: 0, newest: null, last: null };
    this.#transactions.set(trans, state);
    trans.addEventListener('complete', () => {
      const { count, newest, last } = state;
      this.tracker.written({ count, entry: last?.result as number }, newest);
    });
    return state;
  }

  /** Takes the failed operations out of what was logged. All of its requests are done. */
  forget(trans: IDBTransaction, logged: readonly Logged[], failed: (operation: number) => boolean) {
    const store = trans.objectStore(logStore);
    for (const { request, entry, operations, first } of logged) {
      const whole = { ...entry, id: request.result as number };
      const places = new Set<number>();
      for (let i = 0; i < entry.keys.length; i++)
        if (failed(operations?.[first + i] ?? first + i)) places.add(placeOf(whole, i));
      const left = withoutPlaces(whole, places);
      const state = this.#transactions.get(trans);
      if (state !== undefined) state.count -= places.size;
      if (left === null) store.delete(whole.id);
      else if (left !== whole) store.put(left);
    }
  }
}

export type { Logged };
