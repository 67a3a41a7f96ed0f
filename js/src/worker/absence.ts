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

  /** The answer to a change of an absent record that is not to be stored; null: it is. */
  refuse(change: Change): PushResult | null {
    const isOld = columnsOfChange(change).register <= (this.#greatest(change.offer) ?? '');
    if (change.deleted) return isOld ? { outcome: 'applied' } : null;
    if (isOld && !change.create) return rejected('purged');
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
