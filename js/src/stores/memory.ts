// MemoryStore: the port's second body, small and obviously right: tables are Maps, one write is one
// log entry, and a commit works on copies that replace the originals at its end. For tests, and for
// apps that need nothing to last.
import type { Columns } from '../columns.js';
import { TidemarkError } from '../errors.js';
import { newDeviceId } from '../ids.js';
import type { Join, Row } from '../merge.js';
import { nodeOf } from '../stamp-words.js';
import { decodeRow, encodeKey, encodeRow, setOwn } from '../values.js';
import type { IdText, Loss, RecordKey, StampText } from '../wire.js';
import { changedFields } from './changed.js';
import { checkRetry, noLetter, pendingRecordsOf, writtenBy } from './local-write.js';
import { type Contents, copyOf, dropGraves, emptyContents, readAgain } from './memory-commit.js';
import { exchanged } from './memory-exchange.js';
import { countOf, markSent, outboxOf, restamp } from './memory-log.js';
import { dropLoss, lossesIn } from './memory-losses.js';
import { applyReset, clearedOf, startOver } from './memory-reading.js';
import { scanned } from './memory-scan.js';
import { deleteColumns, isAdoption, patchColumns, placeOf, wholeColumns } from './pending.js';
import {
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
  type Stamper,
  type Store,
  type SyncLogEntry,
  syncLogMax,
} from './store.js';

export interface MemoryStoreOptions {
  tables: Record<string, MergeMode>;
  stamper: Stamper;
  device?: string;
}

export class MemoryStore implements Store {
  readonly #stamper: Stamper;
  readonly #listeners = new Set<(writes: readonly NewWrites[]) => void>();
  #now: Contents;
  #entries = 0;
  #term = 0;
  #transaction: StampText | null = null;
  #written = 0;
  #depth = 0;
  #syncLog: SyncLogEntry[] = [];

  constructor({ tables, stamper, device = newDeviceId() }: MemoryStoreOptions) {
    this.#stamper = stamper;
    const hub = { cursor: null, known: null, clock: null, hub: null, sweeping: false };
    this.#now = emptyContents({ ...hub, offsetMs: null, device, tables });
  }

  get(table: string, key: unknown): Row | undefined {
    const row = this.#now.rows.get(placeOf({ table, id: encodeKey(key) }));
    return row && decodeRow(structuredClone(row));
  }

  /**
   * Writes a row. Where one is there, only the fields that differ count as written in a table
   * merged by field.
   */
  put(table: string, key: unknown, row: Row): void {
    const id = encodeKey(key);
    const after = structuredClone(encodeRow(row, table));
    const before = this.#now.rows.get(placeOf({ table, id }));
    const isField = this.#mode(table) === 'field';
    const fields = before && isField ? changedFields(before, after) : null;
    if (fields?.length === 0) return;
    this.transaction(() => {
      this.#record(table, id, before === undefined, (stamp) =>
        fields === null ? wholeColumns(stamp) : patchColumns(fields, stamp),
      );
      this.#now.rows.set(placeOf({ table, id }), after);
    });
  }

  /**
   * Sets some fields of a row; those given as `undefined` hold undefined. Does nothing where there
   * is no row.
   */
  update(table: string, key: unknown, changes: Row): void {
    const row = this.get(table, key);
    if (row === undefined) return;
    for (const name of Object.keys(changes)) setOwn(row, name, changes[name]);
    this.put(table, key, row);
  }

  delete(table: string, key: unknown): void {
    this.#mode(table);
    const id = encodeKey(key);
    this.transaction(() => {
      this.#record(table, id, false, deleteColumns);
      this.#now.rows.delete(placeOf({ table, id }));
    });
  }

  /** The writes in `work` are sent together. */
  transaction<T>(work: () => T): T {
    this.#depth++;
    try {
      return work();
    } finally {
      if (--this.#depth === 0) this.#committed();
    }
  }

  #mode(table: string): MergeMode {
    const { tables } = this.#now.state;
    if (!Object.hasOwn(tables, table))
      throw new TidemarkError('table_unsupported', `there is no table ${table}`);
    return tables[table] as MergeMode;
  }

  #record(table: string, id: IdText, create: boolean, columns: (stamp: StampText) => Columns) {
    const stamp = this.#stamper.reserve(1);
    this.#transaction ??= stamp;
    this.#now.log.push({
      entry: ++this.#entries,
      index: 0,
      transaction: this.#transaction,
      table,
      id,
      columns: columns(stamp),
      create,
    });
    this.#written++;
  }

  #committed(): void {
    const count = this.#written;
    this.#transaction = null;
    this.#written = 0;
    if (count === 0) return;
    for (const listener of this.#listeners) listener([{ count, entry: this.#entries }]);
  }

  async load(): Promise<LoadedState> {
    const { state, log } = this.#now;
    const own = log.filter(({ offer }) => offer === undefined);
    const stamps = own.map(({ columns }) => columns.register).sort();
    const adopted = stamps.filter(isAdoption).length;
    return { ...state, newest: stamps.at(-1) ?? null, ...countOf(log), adopted };
  }

  async readOutbox(limit: number): Promise<Outbox> {
    return outboxOf(this.#now, limit);
  }

  async sending(writes: readonly PendingWrite[]): Promise<void> {
    this.#now.log = markSent(this.#now.log, writes);
  }

  async commit(commit: Commit, join: Join, term: number): Promise<CommitResult> {
    if (term !== this.#term) throw new TidemarkError('closed', 'another context took the lead');
    const { next, result } = exchanged(this.#now, commit, join, (contents, reset) => {
      const node = nodeOf(this.#stamper.reserve(1));
      this.#entries = applyReset(contents, reset, join, node, this.#entries);
    });
    this.#now = next;
    return result;
  }

  async restamp(again: (first: StampText, count: number) => StampText): Promise<void> {
    const next = copyOf(this.#now);
    restamp(next, again);
    this.#now = next;
  }

  async lead(): Promise<number> {
    return ++this.#term;
  }

  async deadLetters(): Promise<DeadLetter[]> {
    return structuredClone(this.#now.dead);
  }

  async retryDeadLetter(id: number): Promise<void> {
    const letter = this.#letter(id);
    checkRetry(letter, this.#now.rereads.has(placeOf(letter.change)));
    this.#write(letter.change, letter);
    this.#dropLetter(letter);
  }

  async discardDeadLetter(id: number): Promise<void> {
    const letter = this.#letter(id);
    readAgain(this.#now, letter.change);
    this.#dropLetter(letter);
  }

  #letter(id: number): DeadLetter {
    const letter = this.#now.dead.find((each) => each.id === id);
    if (letter === undefined) throw noLetter(id);
    return letter;
  }

  #dropLetter(letter: DeadLetter): void {
    this.#now.dead = this.#now.dead.filter((each) => each !== letter);
  }

  async write(change: LocalWrite): Promise<void> {
    this.#write(change);
  }

  #write(change: LocalWrite, letter?: DeadLetter): void {
    const { table, id } = change;
    const merge = this.#mode(table);
    const { rows } = this.#now;
    const written = writtenBy(structuredClone(change), rows.get(placeOf(change)), merge, letter);
    if (written === null) return;
    const { row, fields, create } = written;
    this.transaction(() => {
      this.#record(table, id, create, (stamp) => {
        if (row === null) return deleteColumns(stamp);
        return fields === null ? wholeColumns(stamp) : patchColumns(fields, stamp);
      });
      if (row === null) rows.delete(placeOf(change));
      else rows.set(placeOf(change), row);
    });
  }

  async scan(table: string, limit: number, after?: unknown): Promise<ScanPage> {
    return scanned(this.#now.rows, table, limit, after);
  }

  async writeAgain(records: readonly RecordKey[]): Promise<void> {
    const here = records.filter((each) => this.#now.rows.has(placeOf(each)));
    this.transaction(() => {
      for (const { table, id } of here) this.#record(table, id, true, wholeColumns);
    });
  }

  async losses(): Promise<Loss[]> {
    return lossesIn(this.#now, false);
  }

  async dropLoss(loss: Loss): Promise<void> {
    dropLoss(this.#now, loss);
  }

  async droppedLosses(): Promise<Loss[]> {
    return lossesIn(this.#now, true);
  }

  async pendingRecords(): Promise<PendingRecord[]> {
    return pendingRecordsOf(await this.readOutbox(this.#now.log.length));
  }

  async recordState(table: string, id: IdText): Promise<RecordState> {
    const place = placeOf({ table, id });
    if (this.#now.dead.some(({ change }) => placeOf(change) === place)) return 'refused';
    return this.#now.log.some((write) => placeOf(write) === place) ? 'pending' : 'synced';
  }

  async syncLog(): Promise<SyncLogEntry[]> {
    return structuredClone(this.#syncLog);
  }

  async appendSyncLog(entry: SyncLogEntry): Promise<void> {
    this.#syncLog = [...this.#syncLog, structuredClone(entry)].slice(-syncLogMax);
  }

  async adoption(choice: 'merge' | 'keep-remote'): Promise<void> {
    if (choice === 'merge') return;
    const next = copyOf(this.#now);
    next.log = next.log.filter(({ columns }) => !isAdoption(columns.register));
    startOver(next, true);
    dropGraves(next);
    this.#now = next;
  }

  async clear({ pending }: { pending: 'refuse' | 'discard' }): Promise<void> {
    this.#now = clearedOf(this.#now, pending === 'discard');
    this.#syncLog = [];
    this.#term++;
  }

  onWrite(listener: (writes: readonly NewWrites[]) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    this.#listeners.clear();
  }
}
