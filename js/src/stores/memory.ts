// MemoryStore: the port's second body, small and obviously right: tables are Maps, one write is one
// log entry, and a commit works on copies that replace the originals at its end. For tests, and for
// apps that need nothing to last.
import { newDeviceId } from '../ids.js';
import type { Row } from '../merge.js';
import { decodeRow, encodeKey, encodeRow, setOwn } from '../values.js';
import { ContentsStore } from './contents-store.js';
import { type Asked, ContentsWriter } from './contents-writer.js';
import { type Contents, copyOf, emptyContents, noHub } from './memory-commit.js';
import { placeOf } from './pending.js';
import { type MergeMode, type Stamper, type SyncLogEntry, syncLogMax } from './store.js';

export interface MemoryStoreOptions {
  tables: Record<string, MergeMode>;
  stamper: Stamper;
  device?: string;
}

export class MemoryStore extends ContentsStore {
  #now: Contents;
  #term = 0;
  #depth = 0;
  /** Of the transaction under way. */
  #writer: ContentsWriter | null = null;
  #syncLog: SyncLogEntry[] = [];

  constructor({ tables, stamper, device = newDeviceId() }: MemoryStoreOptions) {
    super(stamper);
    this.#now = emptyContents({ ...noHub, offsetMs: null, device, tables });
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
    this.#write((writer) => writer.put(table, id, after));
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
    const id = encodeKey(key);
    this.#write((writer) => writer.delete(table, id));
  }

  /** The writes in `work` are sent together. */
  transaction<T>(work: () => T): T {
    const before = this.#now.entries;
    this.#depth++;
    try {
      return work();
    } finally {
      if (--this.#depth === 0) this.#committed(before);
    }
  }

  // Writes need no copy: what may refuse one does so before anything is changed.
  #write(work: (writer: ContentsWriter) => void): void {
    this.transaction(() => {
      this.#writer ??= new ContentsWriter(this.#now, this.stamper);
      work(this.#writer);
    });
  }

  #committed(before: number): void {
    this.#writer = null;
    const { entries } = this.#now;
    if (entries > before) this.tell([{ count: entries - before, entry: entries }]);
  }

  protected read(): Contents {
    return this.#now;
  }

  protected change<T>(work: (next: Contents) => T): T {
    const next = copyOf(this.#now);
    const result = work(next);
    this.#now = next;
    return result;
  }

  protected perform(asked: Asked): void {
    this.#write((writer) => writer.perform(asked));
  }

  protected get term(): number {
    return this.#term;
  }

  protected endTerm(): void {
    this.#syncLog = [];
    this.#term++;
  }

  async lead(): Promise<number> {
    return ++this.#term;
  }

  async syncLog(): Promise<SyncLogEntry[]> {
    return structuredClone(this.#syncLog);
  }

  async appendSyncLog(entries: readonly SyncLogEntry[]): Promise<void> {
    this.#syncLog = [...this.#syncLog, ...structuredClone(entries)].slice(-syncLogMax);
  }
}
