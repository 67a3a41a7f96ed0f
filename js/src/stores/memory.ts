// MemoryStore: the port's second body, small and obviously right: tables are Maps, one write is one
// log entry, and a commit works on copies that replace the originals at its end. For tests, and for
// apps that need nothing to last.
import type { Columns } from '../columns.js';
import { TidemarkError } from '../errors.js';
import { newDeviceId } from '../ids.js';
import type { Join, Row } from '../merge.js';
import { decodeRow, encodeKey, encodeRow, setOwn } from '../values.js';
import type { IdText, StampText } from '../wire.js';
import { changedFields } from './changed.js';
import {
  acknowledged,
  applyPage,
  type Contents,
  lettersOf,
  placeOf,
  recordOf,
} from './memory-commit.js';
import { deleteColumns, patchColumns, wholeColumns } from './pending.js';
import type {
  Commit,
  CommitResult,
  DeadLetter,
  LoadedState,
  MergeMode,
  Outbox,
  Stamper,
  Store,
} from './store.js';

export interface MemoryStoreOptions {
  tables: Record<string, MergeMode>;
  stamper: Stamper;
  device?: string;
}

export class MemoryStore implements Store {
  readonly #stamper: Stamper;
  readonly #listeners = new Set<(count: number) => void>();
  #now: Contents;
  #entries = 0;
  #term = 0;
  #transaction: StampText | null = null;
  #written = 0;
  #depth = 0;

  constructor({ tables, stamper, device = newDeviceId() }: MemoryStoreOptions) {
    this.#stamper = stamper;
    const state = { cursor: null, clock: null, offsetMs: null, device, tables };
    this.#now = { rows: new Map(), graves: new Map(), log: [], dead: [], state };
  }

  get(table: string, key: unknown): Row | undefined {
    const row = this.#now.rows.get(placeOf(table, encodeKey(key)));
    return row && decodeRow(structuredClone(row));
  }

  /**
   * Writes a row. Where one is there, only the fields that differ count as written in a table
   * merged by field.
   */
  put(table: string, key: unknown, row: Row): void {
    const id = encodeKey(key);
    const after = structuredClone(encodeRow(row, table));
    const before = this.#now.rows.get(placeOf(table, id));
    const isField = this.#mode(table) === 'field';
    const fields = before && isField ? changedFields(before, after) : null;
    if (fields?.length === 0) return;
    this.transaction(() => {
      this.#record(table, id, before === undefined, (stamp) =>
        fields === null ? wholeColumns(stamp) : patchColumns(fields, stamp),
      );
      this.#now.rows.set(placeOf(table, id), after);
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
      this.#now.rows.delete(placeOf(table, id));
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
    if (count > 0) for (const listener of this.#listeners) listener(count);
  }

  async load(): Promise<LoadedState> {
    const { state, log } = this.#now;
    const stamps = log.map(({ columns }) => columns.register).sort();
    return { ...state, newest: stamps[stamps.length - 1] ?? null, pending: log.length };
  }

  async readOutbox(limit: number): Promise<Outbox> {
    const { log } = this.#now;
    const last = log[limit];
    let end = Math.min(limit, log.length);
    // A transaction that the limit cuts waits for the next time, unless it is the first.
    while (last && end > 0 && log[end - 1]?.transaction === last.transaction) end--;
    const writes = log.slice(0, end === 0 ? limit : end);
    const rows: Outbox['rows'] = new Map();
    for (const write of writes) {
      const row = this.#now.rows.get(recordOf(write)) ?? this.#now.graves.get(recordOf(write));
      if (!rows.has(write.table)) rows.set(write.table, new Map());
      if (row !== undefined) rows.get(write.table)?.set(write.id, structuredClone(row));
    }
    return { writes, rows, pending: log.length };
  }

  async commit(commit: Commit, join: Join, term: number): Promise<CommitResult> {
    if (term !== this.#term) throw new TidemarkError('closed', 'another context took the lead');
    const next: Contents = {
      rows: new Map(this.#now.rows),
      graves: new Map(this.#now.graves),
      log: acknowledged(this.#now.log, commit.acknowledged),
      dead: [...this.#now.dead, ...lettersOf(commit.acknowledged, this.#now.dead.length)],
      state: { ...this.#now.state, clock: commit.clock, offsetMs: commit.offsetMs },
    };
    const missing = applyPage(next, commit.changes, join);
    const pending = new Set(next.log.map(recordOf));
    for (const record of next.graves.keys()) if (!pending.has(record)) next.graves.delete(record);
    const moved = commit.after !== undefined && commit.after !== next.state.cursor;
    if (commit.cursor !== undefined && !moved) next.state.cursor = commit.cursor;
    if (missing > 0) next.state.cursor = null;
    this.#now = next;
    const { cursor, tables } = next.state;
    return { pending: next.log.length, missing, cursor, tables: Object.keys(tables) };
  }

  async restamp(again: (first: StampText, count: number) => StampText): Promise<void> {
    const old = this.#now.log.map((write) => write.columns.register).sort();
    const next = new Map(old.map((stamp) => [stamp, again(stamp, 1)]));
    this.#now.log = this.#now.log.map((write) => {
      const stamp = next.get(write.columns.register) as StampText;
      return { ...write, columns: stampedAt(write.columns, stamp) };
    });
  }

  async lead(): Promise<number> {
    return ++this.#term;
  }

  async deadLetters(): Promise<DeadLetter[]> {
    return structuredClone(this.#now.dead);
  }

  onWrite(listener: (count: number) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    this.#listeners.clear();
  }
}

function stampedAt(columns: Columns, stamp: StampText): Columns {
  if (columns.deleted) return deleteColumns(stamp);
  return columns.base === null ? patchColumns(columns.fields.keys(), stamp) : wholeColumns(stamp);
}
