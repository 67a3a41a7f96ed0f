// RemoteStore: the Store port in a tab, over the SqliteStore in the worker that has the file.
import { TidemarkError } from '../../errors.js';
import type { Join } from '../../merge.js';
import type { IdText, Loss, RecordKey, StampText } from '../../wire.js';
import type { SqliteStoreOptions } from '../sqlite/store.js';
import type {
  Clock,
  Commit,
  CommitResult,
  DeadLetter,
  LoadedState,
  LocalWrite,
  NewWrites,
  Outbox,
  PendingRecord,
  PendingWrite,
  RecordState,
  ScanPage,
  Store,
  SyncLogEntry,
} from '../store.js';
import type { ClockNow, Operation, StampScript, StoreSetup } from './protocol.js';
import type { Once, Repeatable } from './store-calls.js';

/** How often stamping again is tried while the app writes in between. */
const restampRoundsMax = 20;

/** What a store needs of its database. */
export interface RemoteDatabase {
  ask(operation: Operation): Promise<unknown>;
  setup: StoreSetup | null;
  counted(entry: number): void;
  onWrite(listener: (writes: readonly NewWrites[]) => void): () => void;
}

export class RemoteStore implements Store {
  readonly #undo = new Set<() => void>();

  private constructor(
    readonly db: RemoteDatabase,
    readonly clock: Clock,
  ) {}

  /** As `SqliteStore.open`. */
  static async open(db: RemoteDatabase, options: SqliteStoreOptions): Promise<RemoteStore> {
    const { tables, device, clock } = options;
    const setup: StoreSetup = { tables: [...tables], device, clock: clockNow(clock) };
    await db.ask({ do: 'cover', setup });
    db.setup = setup;
    return new RemoteStore(db, clock);
  }

  #call<T>(method: Repeatable | Once | 'commit', ...parameters: unknown[]): Promise<T> {
    return this.db.ask({ do: 'store', method, parameters }) as Promise<T>;
  }

  #stamping<T>(method: 'lead' | 'commit', ...parameters: unknown[]): Promise<T> {
    const clock = clockNow(this.clock);
    return this.db.ask({ do: 'store', method, parameters, clock }) as Promise<T>;
  }

  async #counting<T extends { counted: number }>(result: Promise<T>): Promise<T> {
    this.db.counted((await result).counted);
    return result;
  }

  load(): Promise<LoadedState> {
    return this.#counting(this.#call('load'));
  }

  readOutbox(limit: number): Promise<Outbox> {
    return this.#counting(this.#call('readOutbox', limit));
  }

  sending(writes: readonly PendingWrite[]): Promise<void> {
    return this.#call('sending', writes);
  }

  /** The worker has a join of its own. */
  commit(commit: Commit, _join: Join, term: number): Promise<CommitResult> {
    return this.#counting(this.#stamping('commit', commit, term));
  }

  /**
   * The new stamps are computed here, for the entries that the worker has named, and stored if the
   * log has no others by then.
   */
  async restamp(again: (first: StampText, count: number) => StampText): Promise<void> {
    let script: StampScript = [];
    for (let round = 0; round < restampRoundsMax; round++) {
      const clock = clockNow(this.clock);
      const firsts = await this.db.ask({ do: 'restamp', script, clock });
      if (firsts === null) return;
      script = scriptOf(firsts as StampText[], script, again);
    }
    throw new TidemarkError('store_failed', 'the app writes without a pause');
  }

  lead(): Promise<number> {
    return this.#stamping('lead');
  }

  deadLetters(): Promise<DeadLetter[]> {
    return this.#call('deadLetters');
  }

  retryDeadLetter(id: number): Promise<void> {
    return this.#call('retryDeadLetter', id);
  }

  discardDeadLetter(id: number): Promise<void> {
    return this.#call('discardDeadLetter', id);
  }

  write(change: LocalWrite): Promise<void> {
    return this.#call('write', change);
  }

  scan(table: string, limit: number, after?: unknown): Promise<ScanPage> {
    return this.#call('scan', table, limit, after);
  }

  writeAgain(records: readonly RecordKey[]): Promise<void> {
    return this.#call('writeAgain', records);
  }

  losses(): Promise<Loss[]> {
    return this.#call('losses');
  }

  dropLoss(loss: Loss): Promise<void> {
    return this.#call('dropLoss', loss);
  }

  droppedLosses(): Promise<Loss[]> {
    return this.#call('droppedLosses');
  }

  pendingRecords(): Promise<PendingRecord[]> {
    return this.#call('pendingRecords');
  }

  recordState(table: string, id: IdText): Promise<RecordState> {
    return this.#call('recordState', table, id);
  }

  syncLog(): Promise<SyncLogEntry[]> {
    return this.#call('syncLog');
  }

  appendSyncLog(entries: readonly SyncLogEntry[]): Promise<void> {
    return this.#call('appendSyncLog', entries);
  }

  adoption(choice: 'merge' | 'keep-remote'): Promise<void> {
    return this.#call('adoption', choice);
  }

  clear(options: { pending: 'refuse' | 'discard' }): Promise<void> {
    return this.#call('clear', options);
  }

  onWrite(listener: (writes: readonly NewWrites[]) => void): () => void {
    const undo = this.db.onWrite(listener);
    this.#undo.add(undo);
    return () => {
      this.#undo.delete(undo);
      undo();
    };
  }

  /** The database stays open: it is the app's. */
  close(): void {
    for (const undo of this.#undo) undo();
    this.#undo.clear();
    this.db.setup = null;
  }
}

function clockNow(clock: Clock): ClockNow {
  const stamp = clock.reserve(1);
  return { stamp, accepted: clock.accepted, offsetMs: clock.offsetMs };
}

/** New stamps for these entries; those that `known` has up to the first difference stay. */
function scriptOf(
  firsts: readonly StampText[],
  known: StampScript,
  again: (first: StampText, count: number) => StampText,
): StampScript {
  let isSame = true;
  return firsts.map((first, i) => {
    const [expected, next] = known[i] ?? [];
    isSame &&= expected === first;
    return [first, isSame && next !== undefined ? next : again(first, 1)];
  });
}
