// The tracker of a Dexie database: made by the addon with the Dexie instance.
import type { DBCore, DBCoreTransaction, Dexie } from 'dexie';
import { type Access, storeError } from '../indexeddb/access.js';
import { Tracker } from '../indexeddb/tracker.js';
import { DexieAccess } from './access.js';

export class DexieTracker extends Tracker {
  /**
   * The DBCore below Dexie's hooks: what sync itself writes with, unrecorded. Made anew each time
   * the database opens.
   */
  core: DBCore | null = null;

  constructor(readonly db: Dexie) {
    super();
  }

  get name(): string {
    return this.db.name;
  }

  get native(): IDBDatabase | null {
    return this.db.backendDB();
  }

  storeNames(): string[] {
    return this.core?.schema.tables.map(({ name }) => name) ?? [];
  }

  async transact<T>(
    mode: 'r' | 'rw',
    stores: readonly string[],
    work: (access: Access) => Promise<T>,
  ): Promise<T> {
    const { db } = this;
    try {
      // Lost, it is opened again by its next use; Dexie itself does not try twice.
      if (!db.isOpen() && !db.hasBeenClosed()) await db.open();
      return await db.transaction(`${mode}!`, [...new Set(stores)], async (transaction) => {
        const { idbtrans } = transaction as unknown as { idbtrans: DBCoreTransaction };
        return work(new DexieAccess(this.core as DBCore, idbtrans));
      });
    } catch (cause) {
      throw storeError(cause, 'store_failed');
    }
  }
}
