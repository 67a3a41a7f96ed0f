// SqliteStore: the Store port over a SQLite database of the app. Triggers record what any program
// writes; what is asked here is done at once, in one transaction each.
import { TidemarkError } from '../../errors.js';
import { sql } from '../../generated/sqlite.js';
import type { Join } from '../../merge.js';
import { nodeOf } from '../../stamp-words.js';
import type { IdText, Loss, RecordKey, StampText } from '../../wire.js';
import { allSentWith } from '../carried.js';
import { pendingRecordsOf } from '../local-write.js';
import {
  type Clock,
  type Commit,
  type CommitResult,
  type DeadLetter,
  type LoadedState,
  type LocalWrite,
  type MergeMode,
  type NewWrites,
  type Outbox,
  type PendingRecord,
  type PendingWrite,
  type RecordState,
  type ScanPage,
  type Store,
  type SyncLogEntry,
  syncLogMax,
} from '../store.js';
import { arranged } from './arranged.js';
import { applyCommit } from './commit.js';
import { type SqliteDatabase, storeError, transact } from './database.js';
import {
  addReread,
  countLetters,
  dropLoss,
  isReread,
  keepLosses,
  readLetter,
  readLetters,
  readLosses,
} from './letters.js';
import { writeLocal } from './local.js';
import { countLog, type RowsByNumber, settleLog } from './log.js';
import { readOutbox } from './outbox.js';
import { readAgain } from './reading.js';
import { scanned } from './scan.js';
import { coverTables, followSchema, hasStore, rowsByNumber } from './schema.js';
import { restampLog, stampAs } from './stamps.js';
import { keepDoubts, putState, readState } from './state.js';
import { type AppTriggers, unrecorded } from './unrecorded.js';
import { Watch } from './watch.js';

export interface SqliteStoreOptions {
  tables: ReadonlyMap<string, MergeMode>;
  /** As which triggers stamp from the moment this store leads. */
  clock: Clock;
  /** A label of this device; one is drawn if there is none. */
  device?: string | undefined;
  /** Which triggers of the app fire for what a page brings; `local` unless said otherwise. */
  triggers?: AppTriggers;
}

export class SqliteStore implements Store {
  #tables: RowsByNumber = new Map();
  #schema = -1;
  #seen = '';
  readonly #watch: Watch;

  private constructor(
    readonly db: SqliteDatabase,
    readonly clock: Clock,
    readonly triggers: AppTriggers,
  ) {
    this.#watch = new Watch(() => this.#run(() => this.#written(), false));
  }

  /** Starts to sync the tables: existing rows of a new one are adopted. `table_unsupported`. */
  static open(db: SqliteDatabase, options: SqliteStoreOptions): SqliteStore {
    const store = new SqliteStore(db, options.clock, options.triggers ?? 'local');
    store.#run(() => coverTables(db, options));
    return store;
  }

  #run<T>(work: () => T, patient = true): T {
    try {
      if (this.db.inTransaction)
        throw new TidemarkError('store_failed', 'a transaction of the app is open');
      const looked = () => {
        this.#look();
        return work();
      };
      return arranged(this.db, patient, () => transact(this.db, looked));
    } catch (error) {
      this.#schema = -1;
      throw storeError(error);
    }
  }

  /**
   * Reads the tables again where the schema is another, or another store covers others: triggers
   * follow a table's columns.
   */
  #look(): void {
    for (const rows of this.#tables.values()) rows.refresh();
    const isSame = this.#version() === this.#schema && this.#covered() === this.#seen;
    if (isSame || !hasStore(this.db)) return;
    followSchema(this.db, this.clock);
    this.#tables = rowsByNumber(this.db);
    this.#schema = this.#version();
    this.#seen = this.#covered();
  }

  #covered(): string {
    return JSON.stringify(this.db.all(sql.tables));
  }

  #version(): number {
    return this.db.all('PRAGMA schema_version')[0]?.[0] as number;
  }

  async load(): Promise<LoadedState> {
    return this.#run(() => {
      settleLog(this.db, this.#tables);
      const { term: _, safe: __, old: ___, ...state } = readState(this.db);
      const covered = [...this.#tables.values()].filter(({ table }) => table.covered);
      const tables = Object.fromEntries(covered.map(({ table }) => [table.name, table.merge]));
      const [[newest] = []] = this.db.all(sql.logNewest);
      const [[adopted] = []] = this.db.all(sql.logAdopted);
      const count = countLog(this.db);
      const log = { newest: newest as StampText | null, adopted: adopted as number };
      return { ...state, tables, ...log, ...count };
    });
  }

  async readOutbox(limit: number): Promise<Outbox> {
    return this.#run(() => readOutbox(this.db, this.#tables, limit));
  }

  async sending(writes: readonly PendingWrite[]): Promise<void> {
    const entries = JSON.stringify(allSentWith(writes).map(({ entry }) => entry));
    this.#run(() => this.db.all(sql.logSent, [entries]));
  }

  async commit(commit: Commit, join: Join, term: number): Promise<CommitResult> {
    return this.#run(() => {
      const { db, clock, triggers } = this;
      const node = nodeOf(clock.reserve(1));
      const on = { db, tables: this.#tables, join, node, triggers };
      const result = applyCommit(on, commit, term);
      // Triggers went and came back as they were: the tables need not be read again.
      this.#schema = this.#version();
      this.#watch.seen(result.counted);
      return result;
    });
  }

  async restamp(again: (first: StampText, count: number) => StampText): Promise<void> {
    this.#run(() => {
      const { db } = this;
      settleLog(db, this.#tables);
      const { losses, lowered } = restampLog(db, this.#tables, again);
      keepLosses(db, losses);
      keepDoubts(
        db,
        lowered.filter((write) => isReread(db, write)),
      );
      stampAs(db, this.clock);
    });
  }

  async lead(): Promise<number> {
    return this.#run(() => {
      const state = readState(this.db);
      state.term += 1;
      putState(this.db, state);
      settleLog(this.db, this.#tables);
      stampAs(this.db, this.clock);
      return state.term;
    });
  }

  async deadLetters(): Promise<DeadLetter[]> {
    return this.#run(() => readLetters(this.db));
  }

  async retryDeadLetter(id: number): Promise<void> {
    this.#run(() => {
      const letter = readLetter(this.db, id);
      writeLocal(this.db, this.#tables, letter.change, letter);
      this.db.all(sql.letterDrop, [id]);
    });
    this.#watch.look();
  }

  async discardDeadLetter(id: number): Promise<void> {
    this.#run(() => {
      addReread(this.db, readLetter(this.db, id).change);
      this.db.all(sql.letterDrop, [id]);
    });
  }

  async write(change: LocalWrite): Promise<void> {
    this.#run(() => writeLocal(this.db, this.#tables, change));
    this.#watch.look();
  }

  async scan(table: string, limit: number, after?: unknown): Promise<ScanPage> {
    return this.#run(() => scanned(this.#tables, table, limit, after));
  }

  async writeAgain(records: readonly RecordKey[]): Promise<void> {
    this.#run(() => {
      for (const record of records) writeLocal(this.db, this.#tables, record, undefined, 'again');
    });
    this.#watch.look();
  }

  async losses(): Promise<Loss[]> {
    return this.#run(() => readLosses(this.db, false));
  }

  async dropLoss(loss: Loss): Promise<void> {
    this.#run(() => dropLoss(this.db, loss));
  }

  async droppedLosses(): Promise<Loss[]> {
    return this.#run(() => readLosses(this.db, true));
  }

  async pendingRecords(): Promise<PendingRecord[]> {
    return pendingRecordsOf(await this.readOutbox(Number.MAX_SAFE_INTEGER));
  }

  async recordState(table: string, id: IdText): Promise<RecordState> {
    return this.#run(() => {
      if (this.db.all(sql.letterOf, [table, id])[0]?.[0] === 1) return 'refused';
      const rows = [...this.#tables.values()].find((each) => each.table.name === table);
      const key = rows?.keyOrNone(id);
      if (rows === undefined || key === undefined) return 'synced';
      return this.db.all(sql.logHas, [rows.table.tbl, key])[0]?.[0] === 1 ? 'pending' : 'synced';
    });
  }

  async syncLog(): Promise<SyncLogEntry[]> {
    return this.#run(() =>
      this.db.all(sql.exchanges).map(([entry]) => JSON.parse(entry as string)),
    );
  }

  async appendSyncLog(entries: readonly SyncLogEntry[]): Promise<void> {
    this.#run(() => {
      for (const entry of entries) this.db.all(sql.exchangeAdd, [JSON.stringify(entry)]);
      this.db.all(sql.exchangesTrim, [syncLogMax]);
    });
  }

  async adoption(choice: 'merge' | 'keep-remote'): Promise<void> {
    if (choice === 'merge') return;
    this.#run(() => {
      this.db.all(sql.logRemoveAdopted);
      this.db.all(sql.gravesDrop);
      const state = readState(this.db);
      readAgain(this.db, state, true);
      putState(this.db, state);
    });
  }

  async clear({ pending }: { pending: 'refuse' | 'discard' }): Promise<void> {
    this.#run(() => {
      const { db } = this;
      settleLog(db, this.#tables);
      const unsettled = countLog(db).pending + countLetters(db);
      if (pending === 'refuse' && unsettled > 0) throw new TidemarkError('account_pending');
      unrecorded(this, Number.POSITIVE_INFINITY, () => {
        for (const { table, exists } of this.#tables.values())
          if (exists) db.exec(`DELETE FROM "${table.name.replaceAll('"', '""')}"`);
      });
      db.exec(sql.clear);
    });
  }

  onWrite(listener: (writes: readonly NewWrites[]) => void): () => void {
    return this.#watch.add(listener);
  }

  #written(): number[] {
    return this.db.all(sql.logSince, [this.#watch.last])[0] as number[];
  }

  /** Ends what is committed so far: what is written from here on is sent apart from it. */
  mark(): void {
    this.#run(() => settleLog(this.db, this.#tables));
    this.#watch.look();
  }

  close(): void {
    this.#watch.close();
  }
}
