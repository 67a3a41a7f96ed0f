// How the store's contract suite reaches a store: through its own way of writing rows, and through
// the port.
import type { Join, Row } from '../merge.js';
import type {
  Acknowledgement,
  Commit,
  CommitResult,
  MergeMode,
  NewWrites,
  Outbox,
  PendingWrite,
  Store,
} from '../stores/store.js';
import type { Change } from '../wire.js';
import type { TestClock } from './clock.js';

/** A store with tables whose rows hold their key in the field `id`. */
export interface StoreDriver {
  store: Store;
  /**
   * The database holds no arrays and no broken texts as keys, and what it lets the app write under
   * a key that cannot be synced becomes a letter.
   */
  narrowKeys?: true;
  put(table: string, row: Row): Promise<void>;
  /** Sets some fields; a field given as `undefined` holds undefined. */
  update(table: string, key: unknown, changes: Row): Promise<void>;
  delete(table: string, key: unknown): Promise<void>;
  get(table: string, key: unknown): Promise<Row | undefined>;
  /** Runs the writes in one transaction; each begins synchronously. */
  transaction(writes: readonly (() => Promise<void>)[]): Promise<void>;
  close(): Promise<void>;
}

/** Opens an empty store with these tables, whose writes `clock` stamps. */
export type OpenStore = (
  tables: Record<string, MergeMode>,
  clock: TestClock,
) => Promise<StoreDriver>;

/** A driver, led, with shorthands for what tests do most. */
export class Subject {
  private constructor(
    readonly driver: StoreDriver,
    readonly join: Join,
    readonly term: number,
  ) {}

  static async lead(driver: StoreDriver, join: Join): Promise<Subject> {
    return new Subject(driver, join, await driver.store.lead());
  }

  get store(): Store {
    return this.driver.store;
  }

  outbox(limit = 1_000): Promise<Outbox> {
    return this.store.readOutbox(limit);
  }

  async writes(): Promise<PendingWrite[]> {
    return (await this.outbox()).writes;
  }

  commit(commit: Partial<Commit>): Promise<CommitResult> {
    const full = { acknowledged: [], changes: [], clock: null, offsetMs: null, ...commit };
    return this.store.commit(full, this.join, this.term);
  }

  acknowledge(
    writes: readonly PendingWrite[],
    result: Acknowledgement['result'] = 'sent',
  ): Promise<CommitResult> {
    return this.commit({ acknowledged: writes.map((write) => ({ write, result })) });
  }

  pull(...changes: Change[]): Promise<CommitResult> {
    return this.commit({ changes });
  }
}

/** How many records a listener is told of. */
export function recordsIn(writes: readonly NewWrites[]): number {
  return writes.reduce((sum, { count }) => sum + count, 0);
}
