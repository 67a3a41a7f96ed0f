// Pull: a page of what changed past a cursor, for one reader. A page ends only where a seq does, so
// that what was written together arrives together.
import { zeroStamp } from '../stamp-words.js';
import { absentField, setOwn } from '../values.js';
import type { Change, PullReply, PullRequest, RecordKey, StampText, WireRow } from '../wire.js';
import type { Context } from './context.js';
import { formatCursor, formatPlace, isOfOtherTime, readCursor } from './cursor.js';
import type { HeldRecord } from './hub-store.js';
import {
  pageBytesMax,
  pageRecordsMax,
  pullChangesDefault,
  pullChangesMax,
  seqBytesMax,
} from './limits.js';
import { offerOf } from './lineage.js';
import { safeSeq } from './maintenance.js';
import { ownNode } from './turns.js';

/** Answers `request` inside a transaction of the store. */
export function readPage(context: Context, request: PullRequest, serverTime: number): PullReply {
  const { store } = context;
  const { cursor: asked, known } = request;
  const place = readCursor(asked, store.head());
  if (place === null) return reset(context, asked as string, serverTime);
  if (asked === null && known !== undefined && isOfOtherTime(known, store.head()))
    return reset(context, known, serverTime);
  const { seq: after, from } = place;
  const page = new Page(request, ownNode(store.nodes, request));
  let last = after;
  let more = false;
  for (const record of store.since(after)) {
    if (record.state.seq !== last) {
      more = page.isFull;
      if (more) break;
      last = record.state.seq;
    }
    page.add(record, from);
  }
  const head = store.head();
  const { changes, seq = head.seq } = page;
  const cursor = more ? formatPlace(head, { seq: last, from }) : formatCursor(head, head.seq);
  return { changes, cursor, more, ...standing(context, serverTime), seq };
}

// What every page says of the hub.
function standing(context: Context, serverTime: number) {
  const { hub, fence, seq } = context.store.head();
  return { fence, serverTime, hub, seq, safe: safeSeq(context, serverTime) };
}

function reset(context: Context, cursor: string, serverTime: number): PullReply {
  const offer = offerOf(context.store, cursor, safeSeq(context, serverTime), serverTime);
  const told = standing(context, serverTime);
  return { reset: true, cursor: null, changes: [], more: true, ...told, ...offer };
}

/**
 * The records of `keys` as they are, whole; where they are too much for one reply, the first of
 * them.
 */
export function readRecords({ store }: Context, keys: readonly RecordKey[]): Change[] {
  const records: Change[] = [];
  let bytes = 0;
  for (const [i, state] of store.readStates(keys).entries()) {
    if (bytes >= seqBytesMax) break;
    const { table, id } = keys[i] as RecordKey;
    if (state === null) records.push({ table, id, stamp: zeroStamp, absent: true });
    else {
      const rowText = state.columns.deleted ? '' : store.readRow({ table, id });
      bytes += rowText.length;
      records.push(changeOf({ table, id, state, rowText }, 0));
    }
  }
  return records;
}

class Page {
  readonly changes: Change[] = [];
  readonly #tables: ReadonlySet<string> | null;
  /** Of the last change. */
  seq: number | undefined;
  readonly #node: string | null;
  readonly #limit: number;
  #bytes = 0;
  #records = 0;

  constructor({ tables, limit }: PullRequest, node: string | null) {
    this.#tables = tables === undefined ? null : new Set(tables);
    this.#node = node;
    this.#limit = Math.min(limit ?? pullChangesDefault, pullChangesMax);
  }

  get isFull(): boolean {
    return (
      this.changes.length >= this.#limit ||
      this.#bytes >= pageBytesMax ||
      this.#records >= pageRecordsMax
    );
  }

  /** For a reader that has all up to `from`. */
  add(record: HeldRecord, from: number): void {
    this.#records++;
    if (this.#tables !== null && !this.#tables.has(record.table)) return;
    if (this.#node !== null && record.state.byNode === this.#node) return;
    const change = changeOf(record, from);
    if (change.patch) this.#bytes += JSON.stringify(change.row).length;
    else if (!change.deleted) this.#bytes += record.rowText.length;
    this.changes.push(change);
    this.seq = record.state.seq;
  }
}

// What of a record is past `from`.
function changeOf({ table, id, state, rowText }: HeldRecord, from: number): Change {
  const { columns, born } = state;
  const key = born === null ? { table, id } : { table, id, born };
  if (columns.deleted) return { ...key, stamp: columns.register, deleted: true };
  const row = JSON.parse(rowText) as WireRow;
  if (columns.base !== null && state.wholeSeq > from)
    return withFields({ ...key, stamp: columns.base, row }, columns.fields);
  const news = [...columns.fields].filter(([name]) => (state.fieldSeqs.get(name) ?? 0) > from);
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
