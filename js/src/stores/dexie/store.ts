// DexieStore: the Store port over the app's own Dexie database.
import type { Join } from '../../merge.js';
import type { StampText } from '../../wire.js';
import type {
  Commit,
  CommitResult,
  DeadLetter,
  LoadedState,
  MergeMode,
  Outbox,
  Stamper,
  Store,
} from '../store.js';
import { transact } from './access.js';
import { checkTables, coverTables } from './adopt.js';
import { applyCommit } from './apply.js';
import { type LogEntry, newestOf } from './entry.js';
import { countPending, restampLog } from './log.js';
import { readOutbox } from './outbox.js';
import { type DeadRow, deadStore, gravesStore, logStore, stateStore } from './schema.js';
import type { Clock, Tracker } from './tracker.js';

export interface DexieStoreOptions {
  tables: ReadonlyMap<string, MergeMode>;
  /** Stamps the writes of this context from now on. */
  clock: Clock;
  /** A label of this device; one is drawn if there is none. */
  device?: string | undefined;
}

export class DexieStore implements Store {
  readonly #undo = new Set<() => void>();

  private constructor(
    readonly tracker: Tracker,
    readonly stamper: Stamper,
  ) {}

  /**
   * Starts to sync the tables: existing rows of a new one are adopted. Rejects with
   * `table_unsupported`, `key_unsupported`.
   */
  static async open(tracker: Tracker, options: DexieStoreOptions): Promise<DexieStore> {
    await tracker.db.open();
    checkTables(tracker.db, options.tables);
    tracker.useClock(options.clock);
    await coverTables(tracker, options.tables, options.clock, options.device);
    return new DexieStore(tracker, options.clock);
  }

  load(): Promise<LoadedState> {
    return transact(this.tracker, 'r', [stateStore, logStore], async (access) => {
      const { cursor, clock, offsetMs, device, tables } = await access.state();
      const newest = newestOf(await access.all<LogEntry>(logStore));
      const pending = await countPending(access);
      return { cursor, clock, offsetMs, device, tables, newest, pending };
    });
  }

  readOutbox(limit: number): Promise<Outbox> {
    return readOutbox(this.tracker, this.stamper, limit);
  }

  commit(commit: Commit, join: Join, term: number): Promise<CommitResult> {
    const named = new Set(commit.changes.map((change) => change.table));
    const tables = this.tracker.core?.schema.tables ?? [];
    const known = tables.map(({ name }) => name).filter((name) => named.has(name));
    const stores = [...known, logStore, stateStore, gravesStore, deadStore];
    return transact(this.tracker, 'rw', stores, (access) =>
      applyCommit(access, commit, join, term, this.stamper),
    );
  }

  restamp(again: (first: StampText, count: number) => StampText): Promise<void> {
    return transact(this.tracker, 'rw', [logStore], (access) =>
      restampLog(access, this.stamper, again),
    );
  }

  lead(): Promise<number> {
    return transact(this.tracker, 'rw', [stateStore], async (access) => {
      const state = await access.state();
      const term = state.term + 1;
      await access.putState({ ...state, term });
      return term;
    });
  }

  deadLetters(): Promise<DeadLetter[]> {
    return transact(this.tracker, 'r', [deadStore], async (access) => {
      const rows = await access.all<Required<DeadRow>>(deadStore);
      return rows.map(({ id, change, code, message, at }) => ({ id, change, code, message, at }));
    });
  }

  onWrite(listener: (count: number) => void): () => void {
    const undo = this.tracker.onWrite(listener);
    this.#undo.add(undo);
    return () => {
      undo();
      this.#undo.delete(undo);
    };
  }

  /** Ends the calls back; writes are recorded as before. */
  close(): void {
    for (const undo of this.#undo) undo();
    this.#undo.clear();
  }
}
