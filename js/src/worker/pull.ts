// Pull: a page of what changed past a cursor, for one reader. A page ends only where a seq does, so
// that what was written together arrives together.
import { absentField, setOwn } from '../values.js';
import type { Change, PullReply, PullRequest, StampText, WireRow } from '../wire.js';
import { formatCursor, readCursor } from './cursor.js';
import type { HeldRecord, HubStore } from './hub-store.js';
import { pageBytesMax, pageRecordsMax, pullChangesDefault, pullChangesMax } from './limits.js';

/** Answers `request` inside a transaction of `store`. */
export function readPage(store: HubStore, request: PullRequest, serverTime: number): PullReply {
  const head = store.head();
  const { fence } = head;
  const after = readCursor(request.cursor, head);
  if (after === null)
    return { changes: [], cursor: null, more: true, fence, serverTime, reset: true };
  const page = new Page(request);
  let last = after;
  for (const record of store.since(after)) {
    if (record.state.seq !== last) {
      if (page.isFull) {
        const cursor = formatCursor(head, last);
        return { changes: page.changes, cursor, more: true, fence, serverTime };
      }
      last = record.state.seq;
    }
    page.add(record, after);
  }
  const cursor = formatCursor(head, head.seq);
  return { changes: page.changes, cursor, more: false, fence, serverTime };
}

class Page {
  readonly changes: Change[] = [];
  readonly #tables: ReadonlySet<string> | null;
  readonly #node: string | null;
  readonly #limit: number;
  #bytes = 0;
  #records = 0;

  constructor({ tables, node, limit }: PullRequest) {
    this.#tables = tables === undefined ? null : new Set(tables);
    this.#node = node ?? null;
    this.#limit = Math.min(limit ?? pullChangesDefault, pullChangesMax);
  }

  get isFull(): boolean {
    return (
      this.changes.length >= this.#limit ||
      this.#bytes >= pageBytesMax ||
      this.#records >= pageRecordsMax
    );
  }

  add(record: HeldRecord, after: number): void {
    this.#records++;
    if (this.#tables !== null && !this.#tables.has(record.table)) return;
    if (this.#isOwn(record, after)) return;
    const change = changeOf(record, after);
    if (change.patch) this.#bytes += JSON.stringify(change.row).length;
    else if (!change.deleted) this.#bytes += record.rowText.length;
    this.changes.push(change);
  }

  // The reader had read the record as it was before its own writes: it holds all there is.
  #isOwn({ state }: HeldRecord, after: number): boolean {
    return this.#node !== null && state.byNode === this.#node && state.prevSeq <= after;
  }
}

function changeOf({ table, id, state, rowText }: HeldRecord, after: number): Change {
  const { columns } = state;
  const key = { table, id };
  if (columns.deleted) return { ...key, stamp: columns.register, deleted: true };
  const row = JSON.parse(rowText) as WireRow;
  if (columns.base !== null && state.wholeSeq > after)
    return withFields({ ...key, stamp: columns.base, row }, columns.fields);
  const news = [...columns.fields].filter(([name]) => (state.fieldSeqs.get(name) ?? 0) > after);
  return patchOf({ ...key, stamp: columns.register, patch: true, row }, new Map(news));
}

// The stamp of most fields is the patch's; only the others are named.
function patchOf(change: Change, news: ReadonlyMap<string, StampText>): Change {
  const held = change.row as WireRow;
  const row = {};
  for (const name of news.keys())
    setOwn(row, name, Object.hasOwn(held, name) ? held[name] : absentField);
  const [stamp = change.stamp] = [...news.values()].sort();
  return withFields({ ...change, stamp, row }, news);
}

function withFields(change: Change, stamps: ReadonlyMap<string, StampText>): Change {
  const own = {};
  for (const [name, at] of stamps) if (at !== change.stamp) setOwn(own, name, at);
  return Object.keys(own).length === 0 ? change : { ...change, fields: own };
}
