// Absent records: what a change means whose record the hub does not hold. It was never there, or it
// was deleted and purged, and only the stamps can tell which.
import { columnsOfChange } from '../columns.js';
import type { Change, PushResult, StampText } from '../wire.js';
import { rejected } from './acceptance.js';
import type { HubStore } from './hub-store.js';
import { greatestPurged } from './lineage.js';

/** Decides for one request. */
export class Absence {
  readonly #store: HubStore;
  readonly #purged = new Map<string | undefined, StampText | null>();

  constructor(store: HubStore) {
    this.#store = store;
  }

  /** Whether a purge may have taken the record, as far as the stamps tell. */
  isLate(change: Change): boolean {
    return columnsOfChange(change).register <= (this.#greatest(change.offer) ?? '');
  }

  /** The answer to a change of an absent record that is not to be stored; null: it is. */
  refuse(change: Change): PushResult | null {
    if (change.deleted) return null;
    if (!change.create && this.isLate(change)) return rejected('purged');
    return change.patch ? { outcome: 'needFull' } : null;
  }

  #greatest(offer: string | undefined): StampText | null {
    let purged = this.#purged.get(offer);
    if (purged === undefined) {
      purged = greatestPurged(this.#store, offer);
      this.#purged.set(offer, purged);
    }
    return purged;
  }
}
