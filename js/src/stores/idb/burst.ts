// Bursts: what a transaction of the app wrote while requests of it were under way, logged as few
// entries once they are done. A write that succeeds is logged in the transaction of the write; one
// that fails, and one of a transaction that is aborted, never was.
import { type Draft, entryKeysMax } from '../indexeddb/entry.js';
import { FieldSets } from '../indexeddb/field-sets.js';
import type { Recorder } from '../indexeddb/recorder.js';

/** Writes of one kind to one table, one after the other. */
interface Run {
  table: string;
  op: Draft['op'];
  keys: unknown[];
  sets: FieldSets;
}

export class Burst {
  /** The tables that it wrote to. */
  readonly tables = new Set<string>();
  #run: Run | null = null;
  #underWay = 0;
  #commit: (() => void) | null = null;

  constructor(
    readonly trans: IDBTransaction,
    readonly recorder: Recorder,
  ) {}

  /** `written` says what a request wrote, if it succeeds. Its listener comes before the app's. */
  follow<T>(request: IDBRequest<T>, written: () => void): IDBRequest<T> {
    this.#underWay++;
    request.addEventListener('success', () => {
      written();
      this.#done();
    });
    request.addEventListener('error', () => {
      // Aborted, the transaction takes no more requests, and nothing of it stays.
      if (request.error?.name !== 'AbortError') this.#done();
    });
    return request;
  }

  /** `add` says what was written; false: nothing. */
  put(table: string, key: unknown, add: (sets: FieldSets) => boolean): void {
    const run = this.#runOf(table, 'put');
    if (!add(run.sets)) return;
    run.keys.push(key);
    this.#keep(run);
  }

  delete(table: string, keys: readonly unknown[]): void {
    for (const key of keys) {
      const run = this.#runOf(table, 'delete');
      run.keys.push(key);
      this.#keep(run);
    }
  }

  #runOf(table: string, op: Draft['op']): Run {
    const run = this.#run;
    return run?.table === table && run.op === op
      ? run
      : { table, op, keys: [], sets: new FieldSets() };
  }

  #keep(run: Run): void {
    if (this.#run !== run) this.#log();
    this.#run = run;
    this.tables.add(run.table);
    if (run.keys.length === entryKeysMax) this.#log();
  }

  #log(): void {
    if (this.#run === null) return;
    const { table, op, keys, sets } = this.#run;
    this.#run = null;
    const draft: Draft = { table, keys, op, ...(op === 'put' && sets.columns()) };
    this.recorder.log(this.trans, draft, null);
  }

  #done(): void {
    if (--this.#underWay > 0) return;
    this.#log();
    this.#commit?.();
  }

  /** Has the app's early commit wait for the log: committed, a transaction takes no more. */
  commit(commit: () => void): void {
    if (this.#underWay === 0) commit();
    else this.#commit = commit;
  }
}
