// The log's entries: one a write call, with the keys it wrote. A record's place in its entry is its
// stamp's place in the entry's reservation, and stays its name when its neighbours are acknowledged
// and leave.
import type { Columns } from '../../columns.js';
import { encodeKey } from '../../values.js';
import type { StampText } from '../../wire.js';
import {
  deleteColumns,
  patchColumns,
  placeOf as recordText,
  wholeAgain,
  wholeColumns,
} from '../pending.js';
import { type PendingWrite, stampAfter } from '../store.js';

/**
 * Keys in one entry, at most: a larger call makes several, so that acknowledging part of it
 * rewrites little.
 */
export const entryKeysMax = 1_000;

/** In `of`: a whole write, one that created its record, and such a one that was sent before. */
export const whole = -1;
export const created = -2;
export const createdAndSent = -3;

export interface LogEntry {
  id: number;
  table: string;
  keys: unknown[];
  /**
   * Of place 0; place n has the n-th after it. Null: written while there was no engine to stamp it.
   */
  stamp: StampText | null;
  /** Unix time in milliseconds, of an entry without a stamp. */
  at?: number;
  /** What the entries of one transaction share, if it is not this entry's own stamp. */
  tx?: string;
  op: 'put' | 'delete';
  /** Its place in the order of writing, if it was put off and has another id since. */
  order?: number;
  /** Every key was created. */
  create?: true;
  /** The distinct sets of changed fields; alone: every key has the first. */
  fields?: string[][];
  /** The set of each key; or `whole`, or `created`. */
  of?: number[];
  /** The place of each key, where some have left. */
  places?: number[];
  /** The count of keys, if there are several. */
  many?: number;
  /** Rows that were there before they were synced: stamped below everything else, for ever. */
  adopted?: true;
  /** One record that is offered again: the cursor at which it was known, and its own columns. */
  offer?: string;
  columns?: Columns;
}

/**
 * How many of the last entries are looked at for the newest stamp: contexts take turns with clocks
 * that are close.
 */
export const newestWindow = 1_000;

/** Entries in the order in which they were written. */
export function inOrder<T extends LogEntry>(entries: readonly T[]): T[] {
  const order = (entry: LogEntry) => entry.order ?? entry.id;
  return [...entries].sort((a, b) => order(a) - order(b));
}

/** The greatest stamp of `entries`. */
export function newestOf(entries: readonly LogEntry[]): StampText | null {
  let newest: StampText | null = null;
  for (const entry of entries) {
    if (entry.stamp === null) continue;
    const last = stampAfter(entry.stamp, spanOf(entry) - 1);
    if (newest === null || last > newest) newest = last;
  }
  return newest;
}

export type Draft = Omit<LogEntry, 'id' | 'stamp' | 'at' | 'tx' | 'many' | 'places'>;

/**
 * UTF-16 units that a string key of any content fits an id with: six bytes each at most, and the
 * quotes.
 */
const safeKeyUnits = 170;

/** Throws `key_unsupported`. */
export function checkKey(key: unknown): void {
  if (typeof key !== 'string' || key.length > safeKeyUnits) encodeKey(key);
}

export function placeOf(entry: LogEntry, i: number): number {
  return entry.places === undefined ? i : (entry.places[i] as number);
}

/** How many consecutive stamps the entry's places take. */
export function spanOf(entry: LogEntry): number {
  return placeOf(entry, entry.keys.length - 1) + 1;
}

/** The records that `log` has writes of, as texts of `placeOf`. */
export function placesIn(log: readonly LogEntry[]): Set<string> {
  return new Set(
    log.flatMap(({ table, keys }) => keys.map((key) => recordText({ table, id: encodeKey(key) }))),
  );
}

/** `created`, `whole`, or the place in `fields`. */
export function setOf(entry: LogEntry | Draft, i: number): number {
  if (entry.of !== undefined) return entry.of[i] as number;
  if (entry.create) return created;
  return entry.fields === undefined ? whole : 0;
}

/** The write of the i-th key of a stamped entry. */
export function writeOf(entry: LogEntry, i: number): PendingWrite {
  const index = placeOf(entry, i);
  const stamp = stampAfter(entry.stamp as StampText, index);
  const set = setOf(entry, i);
  const write: PendingWrite = {
    entry: entry.id,
    index,
    transaction: entry.tx ?? (entry.stamp as StampText),
    table: entry.table,
    id: encodeKey(entry.keys[i]),
    columns:
      entry.columns ??
      (entry.op === 'delete'
        ? deleteColumns(stamp)
        : set < 0
          ? wholeColumns(stamp)
          : patchColumns(entry.fields?.[set] ?? [], stamp)),
    create: entry.op === 'put' && set === created,
  };
  if (set === createdAndSent) write.sent = true;
  if (entry.offer !== undefined) write.offer = entry.offer;
  return write;
}

/** The entry without the keys at `places`; null if none is left. */
export function withoutPlaces(entry: LogEntry, places: ReadonlySet<number>): LogEntry | null {
  const kept: number[] = [];
  for (let i = 0; i < entry.keys.length; i++) if (!places.has(placeOf(entry, i))) kept.push(i);
  if (kept.length === 0) return null;
  if (kept.length === entry.keys.length) return entry;
  const { of, many: _, ...rest } = entry;
  const left: LogEntry = {
    ...rest,
    keys: kept.map((i) => entry.keys[i]),
    places: kept.map((i) => placeOf(entry, i)),
  };
  if (of !== undefined) left.of = kept.map((i) => of[i] as number);
  if (kept.length > 1) left.many = kept.length;
  return left;
}

/** The entry with the keys at `places` written whole, at the stamps they have. */
export function wholeAt(entry: LogEntry, places: ReadonlySet<number>): LogEntry {
  const { columns, offer = '' } = entry;
  if (columns === undefined) return codedAt(entry, places, whole);
  return { ...entry, columns: wholeAgain({ columns, offer }) };
}

/** The entry with the creations at `places` as sent; one that only carries a creation is none. */
export function sentAt(entry: LogEntry, places: ReadonlySet<number>): LogEntry {
  const sent = new Set<number>();
  for (let i = 0; i < entry.keys.length; i++)
    if (setOf(entry, i) === created && places.has(placeOf(entry, i))) sent.add(placeOf(entry, i));
  return sent.size === 0 ? entry : codedAt(entry, sent, createdAndSent);
}

/** The entry with `code` for the keys at `places`. */
export function codedAt(entry: LogEntry, places: ReadonlySet<number>, code: number): LogEntry {
  const of = entry.keys.map((_, i) => (places.has(placeOf(entry, i)) ? code : setOf(entry, i)));
  const { create: _, ...rest } = entry;
  return { ...rest, of };
}

/** `draft` in parts of at most `entryKeysMax` keys. */
export function* partsOf(draft: Draft): Generator<Draft> {
  if (draft.keys.length <= entryKeysMax) return yield draft;
  for (let from = 0; from < draft.keys.length; from += entryKeysMax) {
    const to = from + entryKeysMax;
    const part: Draft = { ...draft, keys: draft.keys.slice(from, to) };
    if (draft.of !== undefined) part.of = draft.of.slice(from, to);
    yield part;
  }
}
