// The Store port over the app's own IndexedDB database, by whatever library.
import type { Join } from '../../merge.js';
import type { IdText, Loss, RecordKey, StampText } from '../../wire.js';
import { allSentWith } from '../carried.js';
import { pendingRecordsOf } from '../local-write.js';
import type {
  Commit,
  CommitResult,
  DeadLetter,
  LoadedState,
  LocalWrite,
  MergeMode,
  NewWrites,
  Outbox,
  PendingRecord,
  PendingWrite,
  RecordState,
  ScanPage,
  Stamper,
  Store,
  SyncLogEntry,
} from '../store.js';
import type { Access } from './access.js';
import { appendSyncLog, clearAll, keepRemote, readSyncLog, recordStateOf } from './account.js';
import { markSent } from './acknowledge.js';
import { coverTables } from './adopt.js';
import { applyCommit } from './apply.js';
import { Backlog } from './backlog.js';
import { type LogEntry, newestOf } from './entry.js';
import { discardLetter, retryLetter, writeForApp } from './letters.js';
import { countLog, restampLog } from './log.js';
import { dropLoss, readLosses } from './losses.js';
import { readOutbox } from './outbox.js';
import { Recorder } from './recorder.js';
import { scan, writeAgain } from './scan.js';
import {
  deadStore,
  gravesStore,
  journalStore,
  logStore,
  lossesStore,
  marksStore,
  ownStores,
  rereadsStore,
  type StateRow,
  stateStore,
  syncLogStore,
} from './schema.js';
import type { Clock, Tracker } from './tracker.js';

export interface IndexedStoreOptions {
  tables: ReadonlyMap<string, MergeMode>;
  /** Stamps the writes of this context from now on. */
  clock: Clock;
  /** A label of this device; one is drawn if there is none. */
  device?: string | undefined;
}

export class IndexedStore implements Store {
  readonly #undo = new Set<() => void>();
  readonly #recorder: Recorder;
  readonly #backlog = new Backlog();
  readonly #options: IndexedStoreOptions;

  protected constructor(
    readonly tracker: Tracker,
    options: IndexedStoreOptions,
  ) {
    this.#recorder = new Recorder(tracker);
    this.#options = options;
  }

  get stamper(): Stamper {
    return this.#options.clock;
  }

  /** Starts to sync the tables: existing rows of a new one are adopted. */
  protected cover(): Promise<void> {
    const { tables, clock, device } = this.#options;
    this.tracker.useClock(clock);
    return coverTables(this.tracker, tables, clock, device);
  }

  load(): Promise<LoadedState> {
    return this.#run('r', [stateStore, logStore], async (access) => {
      const { key: _, term: __, ...all } = await access.state();
      const { journaled: ___, old: ____, safe: _____, everCovered: ______, ...state } = all;
      const log = await access.all<LogEntry>(logStore);
      const adopted = log.reduce((sum, { adopted: is, keys }) => sum + (is ? keys.length : 0), 0);
      const count = await countLog(access);
      const before = { hub: null, sweeping: false, known: null };
      return { ...before, ...state, newest: newestOf(log), ...count, adopted };
    });
  }

  /** Runs `work` in one transaction. */
  #run<T>(mode: 'r' | 'rw', stores: readonly string[], work: (access: Access) => Promise<T>) {
    return this.tracker.transact(mode, stores, work);
  }

  /** Those of `names` that the database has. */
  #known(names: Iterable<string>): string[] {
    const wanted = new Set(names);
    return this.tracker.storeNames().filter((name) => wanted.has(name));
  }

  readOutbox(limit: number): Promise<Outbox> {
    return readOutbox(this.tracker, this.stamper, this.#backlog, limit);
  }

  async sending(writes: readonly PendingWrite[]): Promise<void> {
    const fresh = allSentWith(writes).filter(({ create }) => create);
    if (fresh.length > 0) await this.#run('rw', [logStore], (access) => markSent(access, fresh));
  }

  async commit(commit: Commit, join: Join, term: number): Promise<CommitResult> {
    const { acknowledged, changes, records = [] } = commit;
    const pushed = acknowledged.flatMap(({ change }) => change ?? []);
    const named = [...changes, ...records, ...pushed].map(({ table }) => table);
    const apply = (tables: Iterable<string>) =>
      this.#run('rw', [...this.#known(tables), ...ownStores], (access) =>
        applyCommit(access, commit, join, term, this.stamper),
      );
    const result = await apply(named);
    if (result !== null) return result;
    // It sweeps or adopts, which is known only now.
    const { tables } = await this.load();
    return (await apply([...named, ...Object.keys(tables)])) ?? this.commit(commit, join, term);
  }

  restamp(again: (first: StampText, count: number) => StampText): Promise<void> {
    const own = [logStore, lossesStore, rereadsStore, journalStore, stateStore];
    const stores = [...this.#known(this.tracker.tables.keys()), ...own];
    return this.#run('rw', stores, (access) => restampLog(access, this.stamper, again));
  }

  async lead(): Promise<number> {
    const led = await this.#run('rw', [stateStore], async (access) => {
      const state = await access.get<StateRow>(stateStore, 'sync');
      if (state === undefined) return null;
      const term = state.term + 1;
      await access.putState({ ...state, term });
      return term;
    });
    if (led !== null) return led;
    // The database was emptied, or removed and made again, while it was synced.
    this.#backlog.forget();
    await this.cover();
    return this.lead();
  }

  deadLetters(): Promise<DeadLetter[]> {
    return this.#run('r', [deadStore], (access) => access.all(deadStore));
  }

  retryDeadLetter(id: number): Promise<void> {
    return retryLetter(this.#recorder, id);
  }

  discardDeadLetter(id: number): Promise<void> {
    return this.#run('rw', [deadStore, rereadsStore], (access) => discardLetter(access, id));
  }

  write(change: LocalWrite): Promise<void> {
    return writeForApp(this.#recorder, change);
  }

  scan(table: string, limit: number, after?: unknown): Promise<ScanPage> {
    return this.#run('r', [table], (access) => scan(access, table, limit, after));
  }

  writeAgain(records: readonly RecordKey[]): Promise<void> {
    return writeAgain(this.#recorder, records);
  }

  losses(): Promise<Loss[]> {
    return this.#run('r', [lossesStore], (access) => readLosses(access, false));
  }

  dropLoss(loss: Loss): Promise<void> {
    return this.#run('rw', [lossesStore], (access) => dropLoss(access, loss));
  }

  droppedLosses(): Promise<Loss[]> {
    return this.#run('r', [lossesStore], (access) => readLosses(access, true));
  }

  async pendingRecords(): Promise<PendingRecord[]> {
    return pendingRecordsOf(await this.readOutbox(Number.POSITIVE_INFINITY));
  }

  recordState(table: string, id: IdText): Promise<RecordState> {
    return this.#run('r', [deadStore, logStore], (access) => recordStateOf(access, { table, id }));
  }

  syncLog(): Promise<SyncLogEntry[]> {
    return this.#run('r', [syncLogStore], readSyncLog);
  }

  appendSyncLog(entries: readonly SyncLogEntry[]): Promise<void> {
    return this.#run('rw', [syncLogStore], (access) => appendSyncLog(access, entries));
  }

  async adoption(choice: 'merge' | 'keep-remote'): Promise<void> {
    if (choice === 'merge') return;
    await this.#run('rw', [logStore, stateStore, gravesStore, marksStore], keepRemote);
  }

  clear({ pending }: { pending: 'refuse' | 'discard' }): Promise<void> {
    // Which of them were ever synced is known only in the transaction.
    const stores = this.tracker.storeNames();
    return this.#run('rw', stores, (access) => clearAll(access, pending === 'discard'));
  }

  onWrite(listener: (writes: readonly NewWrites[]) => void): () => void {
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
