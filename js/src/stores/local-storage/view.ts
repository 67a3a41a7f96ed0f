// View: what the items say now, as contents: the state that was saved, the save that a crash cut
// short, the intents of all contexts, and what was written by code that knows nothing of Tidemark.
import { TidemarkError } from '../../errors.js';
import type { RecordKey, StampText, WireRow } from '../../wire.js';
import { ContentsWriter } from '../contents-writer.js';
import { groupBy } from '../group.js';
import { type Contents, readAgain } from '../memory-commit.js';
import { placeOf } from '../pending.js';
import type { NewWrites, Stamper } from '../store.js';
import { type Digest, type Digests, fieldsUnlike, isSameDigest } from './digests.js';
import { rowOf, withFields } from './formats.js';
import type { Intent, ItemWrite } from './intents.js';
import type { Layout } from './layout.js';
import { type Items, keysOf } from './own-items.js';
import type { Recent } from './recent.js';
import type { StoredRows } from './rows.js';
import type { Redo, Saved } from './saved.js';

export interface ViewOptions {
  items: Items;
  layout: Layout;
  digests: Digests;
  recent: Recent;
  stamper: Stamper;
}

/** One item, and all that is known of it. */
interface Looked {
  key: string;
  record: RecordKey;
  row: WireRow | null;
  text: string | null;
  now: Digest;
  writes: readonly ItemWrite[];
  redo: Redo['set'][number] | undefined;
}

export class View {
  readonly contents: Contents;
  /** What became part of the log, for those who want to be told. */
  readonly told: NewWrites[] = [];
  /** Intents that are in these contents. */
  readonly gone: string[];
  /** The items that were looked at, as they are; and those of the writes that were taken. */
  readonly texts = new Map<string, string | null>();
  readonly taken: ItemWrite[] = [];
  /** Items that are to be removed, besides the rows. */
  dropped: string[] = [];
  /** Whether they are other than what was saved. */
  changed: boolean;
  readonly #options: ViewOptions;

  constructor(
    readonly saved: Saved,
    readonly rows: StoredRows,
    intents: ReadonlyMap<string, Intent>,
    options: ViewOptions,
  ) {
    this.#options = options;
    this.contents = { ...saved.contents, rows };
    this.contents.state = { ...this.contents.state, tables: options.layout.merges };
    const counted = new Set(saved.redo.gone);
    const fresh = [...intents].filter(([name]) => !counted.has(name));
    this.gone = [...intents.keys()];
    this.changed = this.gone.length + saved.redo.set.length > 0;
    this.#take(fresh.map(([, intent]) => intent));
  }

  #take(intents: readonly Intent[]): void {
    for (const { writes } of intents) {
      this.#log(writes);
      this.taken.push(...writes);
    }
    const writes = groupBy(
      intents.flatMap((intent) => intent.writes),
      ({ key }) => key,
    );
    const redo = new Map(this.saved.redo.set.map((each) => [each.key, each]));
    for (const key of new Set([...writes.keys(), ...redo.keys()]))
      this.#look(key, writes.get(key), redo.get(key));
    for (const { asked, stamps = [] } of intents) {
      if (asked === undefined) continue;
      const left = [...stamps];
      this.#write(
        (writer) => writer.perform(asked),
        () => left.shift() as StampText,
      );
    }
  }

  /** Logs what else the items say: the writes of code that knows nothing of Tidemark. */
  notice(): void {
    const { items, layout } = this.#options;
    const keys = new Set([...keysOf(items), ...this.saved.digests.keys()]);
    for (const key of keys) {
      const record = layout.recordOf(key);
      if (record !== null && !this.rows.changed.has(placeOf(record))) this.#look(key);
    }
  }

  /** The digest of the item as it is. */
  digestOf(key: string, { table }: RecordKey): Digest {
    const { items, layout, digests } = this.#options;
    return digests.ofText(key, items.getItem(key), layout.format(table));
  }

  noteDigest(key: string, row: WireRow | null): void {
    if (row === null) this.saved.digests.delete(key);
    else this.saved.digests.set(key, this.#digest(row));
  }

  #log(writes: readonly ItemWrite[]): void {
    const known = writes.flatMap((write) => {
      const record = this.#options.layout.recordOf(write.key);
      return record === null ? [] : [{ ...write, record }];
    });
    const stamps = known.map(({ stamp }) => stamp);
    this.#write(
      (writer) => {
        for (const { record, text, fields, create = false } of known)
          writer.record(record, text === null ? 'deleted' : fields, create);
      },
      () => stamps.shift() as StampText,
    );
  }

  #write(
    work: (writer: ContentsWriter) => void,
    reserve: () => StampText = () => this.#options.stamper.reserve(1),
  ): void {
    const before = this.contents.entries;
    try {
      work(new ContentsWriter(this.contents, { reserve }));
    } catch (error) {
      // It was possible when it was asked; something else has been since.
      if (!(error instanceof TidemarkError)) throw error;
    }
    const count = this.contents.entries - before;
    if (count > 0) this.told.push({ count, entry: this.contents.entries });
    this.changed = true;
  }

  #look(key: string, writes: readonly ItemWrite[] = [], redo?: Looked['redo']): void {
    const { items, layout } = this.#options;
    const record = layout.recordOf(key);
    if (record === null) return;
    const text = items.getItem(key);
    const now = this.digestOf(key, record);
    const row = text === null ? null : this.#rowOf(record, text);
    const looked = { key, record, row, text, now, writes, redo };
    const after = this.#isOwn(looked) ? this.#settled(looked) : this.#foreign(looked);
    if (after === null) this.saved.digests.delete(key);
    else if (after === row) this.saved.digests.set(key, now);
    if (after === row) {
      this.texts.set(key, text);
      return;
    }
    this.rows.changed.set(placeOf(record), after);
    this.changed = true;
  }

  #rowOf({ table }: RecordKey, text: string): WireRow {
    return rowOf(text, this.#options.layout.format(table));
  }

  #last(key: string): Digest {
    return this.saved.digests.get(key) ?? null;
  }

  /** Whether the item is as something here has left it. */
  #isOwn({ key, text, now, writes, redo }: Looked): boolean {
    if (writes.some((write) => write.text === text)) return true;
    if (this.#options.recent.isLate(key, text)) return true;
    return (
      isSameDigest(now, this.#last(key)) || (redo !== undefined && isSameDigest(now, redo.before))
    );
  }

  /** What it is to be: as it was left, then the writes, each with its fields alone. */
  #settled(looked: Looked): WireRow | null {
    const { record, row: here, now, writes } = looked;
    const row = this.#left(looked);
    const after = writes.reduce((each, { text, fields }) => {
      const written = text === null ? null : this.#rowOf(record, text);
      const isPatch = fields !== null && each !== null && written !== null;
      return isPatch ? withFields(each, fields, written) : written;
    }, row);
    // The text stays as the app wrote it.
    return isSameDigest(this.#digest(after), now) ? here : after;
  }

  /** The item before the writes that are not in the state yet. */
  #left({ key, record, row, now, writes, redo }: Looked): WireRow | null {
    if (redo) return redo.text === null ? null : this.#rowOf(record, redo.text);
    const saved = this.#last(key);
    if (isSameDigest(now, saved)) return row;
    const left = this.#options.recent.lastOf(key);
    const leftRow = left === undefined || left === null ? null : this.#rowOf(record, left);
    if (left !== undefined && isSameDigest(this.#digest(leftRow), saved)) return leftRow;
    this.#findLost(record, row, saved, writes);
    return row;
  }

  #digest(row: WireRow | null): Digest {
    return row && this.#options.digests.ofRow(row);
  }

  // Another tab's write came from before a page that a context applied that is gone: what it
  // overwrote of the page is at the hub.
  #findLost(record: RecordKey, row: WireRow | null, saved: Digest, writes: Looked['writes']) {
    if (writes.some(({ text, fields }) => text === null || fields === null)) return;
    const written = new Set(writes.flatMap(({ fields }) => fields ?? []));
    const unlike = fieldsUnlike(this.#digest(row), saved);
    if (unlike.some((name) => !written.has(name))) readAgain(this.contents, record);
  }

  /** Logs a write that nothing here made, over what is known; returns what the item is to be. */
  #foreign(looked: Looked): WireRow | null {
    const { key, record, row, now, writes, redo } = looked;
    const last = writes.at(-1);
    if (redo && last === undefined) return this.#foreignOverRedo(looked);
    const lastRow = last && last.text !== null ? this.#rowOf(record, last.text) : null;
    const was = last ? this.#digest(lastRow) : this.#last(key);
    if (now === null) this.#record(record, 'deleted');
    else this.#record(record, was && fieldsUnlike(now, was), this.#last(key) === null && !was);
    const settled = last && was && this.#settled(looked);
    return settled && row && now ? withFields(settled, fieldsUnlike(now, was), row) : row;
  }

  // Whether the save was carried out before it is not known: what is neither the item's state
  // before nor after it was written since.
  #foreignOverRedo({ record, row, now, redo }: Looked): WireRow | null {
    const { before, text } = redo as Redo['set'][number];
    const after = text === null ? null : this.#rowOf(record, text);
    if (row === null || after === null) {
      this.#record(record, row === null ? 'deleted' : null, after === null);
      return row;
    }
    const names = fieldsUnlike(now, before, this.#digest(after));
    if (names.length > 0) this.#record(record, names);
    return withFields(after, names, row);
  }

  #record(record: RecordKey, written: string[] | 'deleted' | null, create = false): void {
    this.#write((writer) => {
      const isWhole = Array.isArray(written) && writer.mergeOf(record.table) === 'record';
      writer.record(record, isWhole ? null : written, create);
    });
  }
}
