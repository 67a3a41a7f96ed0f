// ContentsStore: the port over contents that are decided about in memory. Where they are kept, and
// how a change of them becomes one, is for its bodies: the memory store, and that of localStorage.
import { TidemarkError } from '../errors.js';
import type { Join } from '../merge.js';
import { nodeOf } from '../stamp-words.js';
import type { IdText, Loss, RecordKey, StampText } from '../wire.js';
import type { Asked } from './contents-writer.js';
import { pendingRecordsOf } from './local-write.js';
import { type Contents, dropGraves } from './memory-commit.js';
import { exchange } from './memory-exchange.js';
import { countOf, markSent, outboxOf, restamp } from './memory-log.js';
import { lossesIn } from './memory-losses.js';
import { clear, startOver } from './memory-reading.js';
import { scanned } from './memory-scan.js';
import { isAdoption, placeOf } from './pending.js';
import type {
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
  Stamper,
  Store,
  SyncLogEntry,
} from './store.js';

export abstract class ContentsStore implements Store {
  readonly #listeners = new Set<(writes: readonly NewWrites[]) => void>();

  protected constructor(readonly stamper: Stamper) {}

  /** The contents as they are, all writes in them. They are not to be changed. */
  protected abstract read(): Contents;
  /** Runs `work` on contents that take the place of these if it does not throw. */
  protected abstract change<T>(work: (next: Contents) => T): T;
  /** Writes for the app. */
  protected abstract perform(asked: Asked): void;
  /** The term of the last `lead`, in whichever context. */
  protected abstract get term(): number;
  protected abstract endTerm(): void;
  abstract lead(): Promise<number>;
  abstract syncLog(): Promise<SyncLogEntry[]>;
  abstract appendSyncLog(entries: readonly SyncLogEntry[]): Promise<void>;

  async load(): Promise<LoadedState> {
    const { state, log } = this.read();
    const own = log.filter(({ offer }) => offer === undefined);
    const stamps = own.map(({ columns }) => columns.register).sort();
    const adopted = stamps.filter(isAdoption).length;
    return { ...state, newest: stamps.at(-1) ?? null, ...countOf(log), adopted };
  }

  async readOutbox(limit: number): Promise<Outbox> {
    return outboxOf(this.read(), limit);
  }

  async sending(writes: readonly PendingWrite[]): Promise<void> {
    this.change((next) => {
      next.log = markSent(next.log, writes);
    });
  }

  async commit(commit: Commit, join: Join, term: number): Promise<CommitResult> {
    if (term !== this.term) throw new TidemarkError('closed', 'another context took the lead');
    const node = () => nodeOf(this.stamper.reserve(1));
    return this.change((next) => exchange(next, commit, join, node));
  }

  async restamp(again: (first: StampText, count: number) => StampText): Promise<void> {
    this.change((next) => restamp(next, again));
  }

  async deadLetters(): Promise<DeadLetter[]> {
    return structuredClone(this.read().dead);
  }

  async retryDeadLetter(id: number): Promise<void> {
    this.perform({ kind: 'retry', letter: id });
  }

  async discardDeadLetter(id: number): Promise<void> {
    this.perform({ kind: 'discard', letter: id });
  }

  async write(change: LocalWrite): Promise<void> {
    this.perform({ kind: 'write', change });
  }

  async scan(table: string, limit: number, after?: unknown): Promise<ScanPage> {
    return scanned(this.read().rows, table, limit, after);
  }

  async writeAgain(records: readonly RecordKey[]): Promise<void> {
    this.perform({ kind: 'again', records });
  }

  async losses(): Promise<Loss[]> {
    return lossesIn(this.read(), false);
  }

  async dropLoss(loss: Loss): Promise<void> {
    this.perform({ kind: 'drop-loss', loss });
  }

  async droppedLosses(): Promise<Loss[]> {
    return lossesIn(this.read(), true);
  }

  async pendingRecords(): Promise<PendingRecord[]> {
    return pendingRecordsOf(await this.readOutbox(Number.POSITIVE_INFINITY));
  }

  async recordState(table: string, id: IdText): Promise<RecordState> {
    const place = placeOf({ table, id });
    const { dead, log } = this.read();
    if (dead.some(({ change }) => placeOf(change) === place)) return 'refused';
    return log.some((write) => placeOf(write) === place) ? 'pending' : 'synced';
  }

  async adoption(choice: 'merge' | 'keep-remote'): Promise<void> {
    if (choice === 'merge') return;
    this.change((next) => {
      next.log = next.log.filter(({ columns }) => !isAdoption(columns.register));
      startOver(next, true);
      dropGraves(next);
    });
  }

  async clear({ pending }: { pending: 'refuse' | 'discard' }): Promise<void> {
    this.change((next) => clear(next, pending === 'discard'));
    this.endTerm();
  }

  onWrite(listener: (writes: readonly NewWrites[]) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  protected tell(writes: readonly NewWrites[]): void {
    for (const listener of this.#listeners) listener(writes);
  }

  close(): void {
    this.#listeners.clear();
  }
}
