// LocalStorageStore: the Store port over items of localStorage. Everything here is synchronous: no
// other code of this page comes between. Other tabs do: see own-items.ts.
import type { Hash } from '../../core.js';
import { TidemarkError } from '../../errors.js';
import { newDeviceId } from '../../ids.js';
import type { Join } from '../../merge.js';
import { nodeOf } from '../../stamp-words.js';
import type { RecordKey, StampText } from '../../wire.js';
import { ContentsStore } from '../contents-store.js';
import { type Asked, ContentsWriter } from '../contents-writer.js';
import type { Contents } from '../memory-commit.js';
import { clear } from '../memory-reading.js';
import type { Commit, CommitResult, Stamper, SyncLogEntry } from '../store.js';
import { syncLogMax } from '../store.js';
import { cover, nothingSaved } from './cover.js';
import { Digests } from './digests.js';
import { Intents } from './intents.js';
import { Layout, type LocalTables } from './layout.js';
import { type Items, OwnItems, parsed, put } from './own-items.js';
import { Recent } from './recent.js';
import { StoredRows } from './rows.js';
import { save } from './save.js';
import { type Saved, type SavedText, savedOf } from './saved.js';
import { type ItemSet, SyncedStorage } from './synced-storage.js';
import { View } from './view.js';
import { tellPage, watchItems } from './watch.js';
import { carryOut, type Known, newestIn, writesOf } from './writes.js';

/** How often the context that leads looks for writes that nobody told of, in milliseconds. */
export const lookMs = 2_000;
/** How soon after a write it looks: what is written in one go is read in one go. */
const soonMs = 5;
/**
 * How long a context that takes the lead from another waits for what that one wrote last to be
 * seen here, in milliseconds.
 */
export const handoverMsDefault = 500;

/** The engine's clock. */
export interface Clock extends Stamper {
  readonly accepted: StampText | null;
  readonly offsetMs: number;
  restore(accepted: StampText | null, newest: StampText | null, offsetMs: number): void;
}

export interface LocalStorageOptions {
  items: Items;
  tables: LocalTables;
  clock: Clock;
  hash: Hash;
  /** What tells it apart from others in the same localStorage. */
  name: string;
  /** A label of this device; one is drawn if there is none. */
  device?: string | undefined;
  handoverMs?: number;
}

interface Term {
  term: number;
  /** Which context leads. */
  by: string;
}

export class LocalStorageStore extends ContentsStore {
  /** For the app to write with. */
  readonly storage: SyncedStorage;
  readonly #items: Items;
  readonly #own: OwnItems;
  readonly #layout: Layout;
  readonly #digests: Digests;
  readonly #clock: Clock;
  readonly #intents: Intents;
  readonly #recent = new Recent();
  readonly #device: string;
  readonly #handoverMs: number;
  readonly #context = crypto.randomUUID();
  /** The last state that was parsed, and its text. */
  #parsed: { text: string | null; saved: Saved } | null = null;
  #observed = '';
  #node = '';
  #term = 0;
  #entries = 0;
  #soon: ReturnType<typeof setTimeout> | undefined;
  #unwatch: () => void = () => {};

  /** Throws `table_unsupported`, and `store_failed` where the state was spoilt. */
  constructor({ items, tables, clock, hash, name, device, handoverMs }: LocalStorageOptions) {
    super({ reserve: (count) => this.#reserve(count) });
    this.#items = items;
    this.#own = new OwnItems(items, name);
    this.#layout = new Layout(tables);
    this.#digests = new Digests(hash);
    this.#clock = clock;
    this.#handoverMs = handoverMs ?? handoverMsDefault;
    this.#intents = new Intents(this.#own);
    const { state } = (this.#stored() ?? nothingSaved(newDeviceId())).contents;
    this.#device = device ?? state.device;
    clock.restore(state.clock, newestIn(this.#known()) || null, state.offsetMs ?? 0);
    this.storage = new SyncedStorage({
      read: (key) => items.getItem(key),
      write: (sets) => this.#writeItems(sets),
    });
  }

  /** Stamps follow all that is here, whichever context wrote it. */
  #reserve(count: number, known = this.#known()): StampText {
    const newest = newestIn(known);
    if (newest > this.#observed && nodeOf(newest) !== this.#node)
      this.#clock.restore(this.#clock.accepted, newest, this.#clock.offsetMs);
    if (newest > this.#observed) this.#observed = newest;
    const stamp = this.#clock.reserve(count);
    this.#node = nodeOf(stamp);
    return stamp;
  }

  #stored(): Saved | null {
    const text = parsed<SavedText>(this.#items, this.#own.state);
    return text && savedOf(text);
  }

  #known(): Known {
    const text = this.#items.getItem(this.#own.state);
    if (this.#parsed === null || this.#parsed.text !== text)
      this.#parsed = { text, saved: this.#stored() ?? nothingSaved(this.#device) };
    return {
      ...{ saved: this.#parsed.saved, intents: this.#intents.read(), layout: this.#layout },
      ...{ digests: this.#digests, recent: this.#recent },
    };
  }

  /** `all`: with the writes that nobody told of, and the tables as they are now. */
  #view(all: boolean): View {
    const options = {
      ...{ items: this.#items, layout: this.#layout, digests: this.#digests },
      ...{ recent: this.#recent, stamper: this.stamper },
    };
    const saved = this.#stored() ?? nothingSaved(this.#device);
    saved.contents.state.device = this.#device;
    const rows = new StoredRows(this.#items, this.#layout);
    const view = new View(saved, rows, this.#intents.read(), options);
    if (!all) return view;
    cover(view, this.#layout, this.stamper);
    view.notice();
    return view;
  }

  #save(view: View): void {
    if (!this.#leads()) throw new TidemarkError('closed', 'another context took the lead');
    const changes = save(view, this.#own, this.#layout, this.#recent);
    this.#entries = view.contents.entries;
    if (view.told.length > 0) this.tell(view.told);
    for (const change of changes) tellPage(this.#items, change);
  }

  #leads(): boolean {
    return this.#term !== 0 && this.term === this.#term;
  }

  protected read(): Contents {
    const leads = this.#leads();
    const view = this.#view(leads);
    if (leads && view.changed) this.#save(view);
    return view.contents;
  }

  protected change<T>(work: (next: Contents) => T): T {
    return this.#change(({ contents }) => work(contents));
  }

  #change<T>(work: (view: View) => T): T {
    const view = this.#view(true);
    const result = work(view);
    this.#save(view);
    return result;
  }

  protected perform(asked: Asked): void {
    const stamps: StampText[] = [];
    const reserve = () => {
      const stamp = this.stamper.reserve(1);
      stamps.push(stamp);
      return stamp;
    };
    // Whether it can be done is said now, by doing it where it is not kept.
    new ContentsWriter(this.#view(false).contents, { reserve }).perform(asked);
    if (stamps.length === 0) reserve();
    carryOut(this.#own, this.#known(), { writes: [], asked, stamps }, new Map());
    if (this.#leads()) this.read();
  }

  #writeItems(sets: readonly ItemSet[]): void {
    const known = this.#known();
    const said = writesOf(known, this.#items, sets);
    const writes = said.map((write) => ({ ...write, stamp: this.#reserve(1, known) }));
    carryOut(this.#own, known, writes.length === 0 ? null : { writes }, new Map(sets));
    this.#recent.write(new Map(sets));
    if (writes.length > 0) this.#lookSoon();
  }

  #lookSoon(): void {
    this.#soon ??= setTimeout(() => this.#look(), soonMs);
  }

  #look(): void {
    clearTimeout(this.#soon);
    this.#soon = undefined;
    if (!this.#leads()) return;
    try {
      this.read();
    } catch {
      // Whoever listens tries again, and says what hinders it.
      this.tell([{ count: 1, entry: this.#entries + 1 }]);
    }
  }

  override async commit(commit: Commit, join: Join, term: number): Promise<CommitResult> {
    const isHeld = (record: RecordKey) => this.#layout.keyOf(record) !== null;
    const { changes, records, journal } = commit;
    const held = { ...commit, changes: changes.filter(isHeld) };
    if (records) held.records = records.filter(isHeld);
    if (journal) held.journal = journal.filter(isHeld);
    return super.commit(held, join, term);
  }

  override async clear({ pending }: { pending: 'refuse' | 'discard' }): Promise<void> {
    this.#change((view) => {
      clear(view.contents, pending === 'discard');
      view.dropped = [...view.saved.former];
      view.saved.former.clear();
    });
    this.endTerm();
  }

  #lastTerm(): Term {
    return parsed<Term>(this.#items, this.#own.term) ?? { term: this.#term, by: this.#context };
  }

  protected get term(): number {
    return this.#lastTerm().term;
  }

  #putTerm(): number {
    const term = this.term + 1;
    put(this.#items, this.#own.term, JSON.stringify({ term, by: this.#context } satisfies Term));
    return term;
  }

  protected endTerm(): void {
    this.#items.removeItem(this.#own.log);
    this.#putTerm();
  }

  async lead(): Promise<number> {
    const { by } = this.#lastTerm();
    const term = this.#putTerm();
    if (by !== this.#context) await new Promise((resolve) => setTimeout(resolve, this.#handoverMs));
    if (this.term !== term) throw new TidemarkError('closed', 'another context took the lead');
    this.#term = term;
    this.#recent.clear();
    this.#items.removeItem(this.#own.room);
    this.read();
    this.#unwatch();
    this.#unwatch = watchItems(this.#items, lookMs, {
      onItem: (key) => this.#heard(key),
      onLook: () => this.#look(),
    });
    return term;
  }

  #heard(key: string | null): void {
    const isIntent = key !== null && this.#own.isIntent(key);
    if (key === null || isIntent || this.#layout.recordOf(key) !== null) this.#lookSoon();
  }

  async syncLog(): Promise<SyncLogEntry[]> {
    return parsed<SyncLogEntry[]>(this.#items, this.#own.log) ?? [];
  }

  async appendSyncLog(entries: readonly SyncLogEntry[]): Promise<void> {
    const log = [...(await this.syncLog()), ...entries].slice(-syncLogMax);
    put(this.#items, this.#own.log, JSON.stringify(log));
  }

  /** Ends the calls back; writes are recorded as before, and become part of the log later. */
  override close(): void {
    super.close();
    this.#unwatch();
    clearTimeout(this.#soon);
    this.#soon = undefined;
    this.#term = 0;
  }
}
