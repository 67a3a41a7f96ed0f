// Collisions: creations under a key that another device's record has, because SQLite counted to the
// same number on both. The two must not be merged: the second device gives its row another key.
import type { Change, PushResult } from '../wire.js';
import type { HeldState, HubStore } from './hub-store.js';

/** Who pushes, and how far it had read. */
interface Writer {
  readonly node: string;
  readonly read: number;
}

/** Decides for one push. */
export class Collisions {
  readonly #store: HubStore;
  readonly #writer: Writer;

  constructor(store: HubStore, writer: Writer) {
    this.#store = store;
    this.#writer = writer;
  }

  /**
   * The answers to the changes at `places`, `states[n]` being what is held of the n-th; null: none
   * collides. Where one does, none of the others is taken, either: what they refer to is about to
   * get another key.
   */
  among(
    places: readonly number[],
    changes: readonly Change[],
    states: readonly (HeldState | null)[],
  ): ((place: number) => PushResult) | null {
    const collided = new Set(
      places.filter((place, n) => this.#isOther(changes[place] as Change, states[n] ?? null)),
    );
    if (collided.size === 0) return null;
    const past = new Map<string, number>();
    for (const place of collided) {
      const { table } = changes[place] as Change;
      if (!past.has(table)) past.set(table, this.#store.greatestNumber(table));
    }
    return (place) => {
      if (!collided.has(place)) return { outcome: 'deferred' };
      return { outcome: 'collision', past: past.get((changes[place] as Change).table) as number };
    };
  }

  /** Whether a change is of another record than the one that is held under its key. */
  #isOther({ born, offer }: Change, state: HeldState | null): boolean {
    if (born === undefined || state === null || state.born === born) return false;
    // What is offered was known here once: by a device that did not keep how it was born.
    if (state.born === null && offer !== undefined) return false;
    // Who knew that the record was deleted took its number again: to its database, it is the same.
    const { node, read } = this.#writer;
    return !state.columns.deleted || (state.byNode !== node && state.seq > read);
  }
}
