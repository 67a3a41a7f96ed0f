// What a pump works with, and whom it tells.
import type { Engine } from './engine.js';
import type { Host } from './host.js';
import type { Store, SyncLogEntry } from './stores/store.js';
import type { Told } from './told.js';
import type { Transport } from './transports/transport.js';
import type { SyncEvents } from './types.js';
import type { Cursor, StampText } from './wire.js';

export interface PumpOptions {
  engine: Engine;
  store: Store;
  transport: Transport;
  host: Host;
  /** What the hub is told of this device. */
  device: string;
  schema: number;
  tables: string[];
  cursor: Cursor;
  /** The last cursor before it was given up. */
  known: Cursor;
  /** The hub that the data belongs to; null: none yet. */
  hub: string | null;
  /** What the app wrote, since it was loaded. */
  told: Told;
  /** The term that `store.lead()` gave. */
  term: number;
  onStatus(): void;
  /**
   * The clock was learned or, `restart`, found to run ahead: other contexts of the device need to
   * know. `ground`: what their stamps are to follow.
   */
  onClock(restart: boolean, ground: StampText | null): void;
  /** Called when nothing is left to do for now. */
  onSettled(): void;
  /** A page was stored; `isFirst`: it began at the beginning; `more`: it was not the last. */
  onPage(received: number, isFirst: boolean, more: boolean): void;
  /** An exchange ended, well or not; `more`: its page was not the last. */
  onExchange(entry: SyncLogEntry, more: boolean): void;
  onEvent<K extends keyof SyncEvents>(event: K, detail: SyncEvents[K]): void;
  /** The store refused the term: another context leads, or it was emptied. */
  onSuperseded(): void;
  /** Nothing else helped: compare this replica with the hub's. */
  onVerify(): void;
}
