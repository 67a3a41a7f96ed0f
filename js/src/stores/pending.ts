// What every store decides alike: the columns of its own writes, what they amount to, and what a
// pulled change does to a record that has some of them pending.
import { type Columns, columnsOfChange, type JoinedColumns } from '../columns.js';
import { mergeRows } from '../merge.js';
import { nodeOf } from '../stamp-words.js';
import { canonicalText } from '../values.js';
import type { Change, RecordKey, StampText, WireRow } from '../wire.js';

const noFields: ReadonlyMap<string, StampText> = new Map();

export function wholeColumns(stamp: StampText): Columns {
  return { base: stamp, fields: noFields, register: stamp, deleted: false };
}

export function patchColumns(names: Iterable<string>, stamp: StampText): Columns {
  const fields = new Map<string, StampText>();
  for (const name of names) fields.set(name, stamp);
  return { base: null, fields, register: stamp, deleted: false };
}

export function deleteColumns(stamp: StampText): Columns {
  return { base: null, fields: noFields, register: stamp, deleted: true };
}

/** What `needFull` makes of a write: the whole record, at the stamp that the write has. */
export function wholeAgain({ columns, offer }: { columns: Columns; offer?: string }): Columns {
  if (columns.deleted || columns.base !== null) return columns;
  // The stamps of an offer are others': what it does not name beats nothing.
  if (offer !== undefined) return { ...columns, base: adoptionStamp(nodeOf(columns.register)) };
  return wholeColumns(columns.register);
}

/**
 * What one record's pending writes amount to: their join, but that a delete which comes last clears
 * what was written before it: those values are gone, and are never sent. A patch after a delete
 * clears nothing: that delete was another's, is only offered, and had lost.
 */
export function foldWrites(writes: readonly Columns[]): Columns {
  const ordered = [...writes].sort((a, b) => (a.register < b.register ? -1 : 1));
  const fields = new Map<string, StampText>();
  let base: StampText | null = null;
  for (const write of ordered) {
    if (write.base !== null && write.base > (base ?? '')) base = write.base;
    for (const [name, stamp] of write.fields)
      if (stamp > (fields.get(name) ?? '')) fields.set(name, stamp);
  }
  const last = ordered[ordered.length - 1] as Columns;
  if (last.deleted) return deleteColumns(last.register);
  if (base !== null) for (const [name, stamp] of fields) if (stamp <= base) fields.delete(name);
  return { base, fields, register: last.register, deleted: false };
}

/**
 * What to do to a record with pending writes. `delete`: its row is to be kept aside until the
 * writes are acknowledged.
 */
export type Decision = { kind: 'keep' } | { kind: 'put'; row: WireRow } | { kind: 'delete' };

/**
 * Decides `change` against the pending `local` columns; `row` is the local row in tagged form, one
 * kept aside included.
 */
export function decide(
  local: Columns,
  row: WireRow | undefined,
  change: Change,
  joined: JoinedColumns,
): Decision {
  if (local.deleted && change.patch) return { kind: 'keep' };
  if (isDeleted(local, change, joined)) return { kind: local.deleted ? 'keep' : 'delete' };
  if (change.deleted) return { kind: 'keep' };
  const merged = mergeRows(row ?? {}, change.row ?? {}, joined, compareTagged);
  return merged.changed || row === undefined ? { kind: 'put', row: merged.row } : { kind: 'keep' };
}

function isDeleted(local: Columns, change: Change, joined: JoinedColumns): boolean {
  const remote = columnsOfChange(change).deleted;
  if (joined.register === 'tie') return local.deleted || remote;
  return joined.register === 'remote' ? remote : local.deleted;
}

/** Orders two values in tagged form by their canonical texts. */
export function compareTagged(a: unknown, b: unknown): number {
  const [left, right] = [canonicalText(a), canonicalText(b)];
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

/** Where the stamps of adopted rows begin: below every stamp that a clock makes. */
export function adoptionStamp(node: string): StampText {
  return `000000000000-0001-${node}`;
}

/** Whether a stamp is one of these: there is room for four billion. */
export function isAdoption(stamp: StampText): boolean {
  return stamp < '000000010000-';
}

/** One text for a record of any table. */
export function placeOf({ table, id }: RecordKey): string {
  return JSON.stringify([table, id]);
}
