// Losses: values that lost to a write whose writer had not read them, found where a pulled change
// meets pending writes.
import { type Columns, columnsOfChange, type JoinedColumns } from '../columns.js';
import { nodeOf } from '../stamp-words.js';
import { isAbsent, setOwn } from '../values.js';
import type { Change, Loss, RecordKey, StampText, WireRow } from '../wire.js';
import { compareTagged } from './pending.js';

/** How long a loss is kept, in days, and how many are: the oldest go first. */
export const lossDays = 30;
export const lossesMax = 10_000;

/** Since when losses are kept: Unix time in milliseconds. */
export const lossesSince = () => Date.now() - lossDays * 86_400_000;

/** A dropped one stays as a mark: the hub may hold it as well, and goes on telling of it. */
export interface KeptLoss extends Loss {
  dropped?: true;
}

/** What names a loss: the fields it has, as one text. */
export const fieldsOf = ({ row }: Loss) => JSON.stringify(Object.keys(row).sort());

/** What is lost on either side when `change` meets the pending `local` columns of `row`. */
export function lossesOf(
  local: Columns,
  row: WireRow = {},
  change: Change,
  joined: JoinedColumns,
): Loss[] {
  const remote = columnsOfChange(change);
  const theirs = change.row ?? {};
  const remoteDeletes = remote.deleted && joined.register === 'remote';
  // A delete stays against a patch: it may be stamped again, and then win after all.
  const localDeletes = local.deleted && (joined.register !== 'remote' || change.patch === true);
  const found: Loss[] = [];
  // Gathers the fields that one write lost to another.
  const lose = (name: string, from: WireRow, stamp: StampText, winner: StampText, by: boolean) => {
    // What a context writes over its own earlier write it knew.
    if (!has(from, name) || nodeOf(stamp) === nodeOf(winner)) return;
    let loss = found.find((each) => each.stamp === stamp && each.winner === winner);
    if (loss === undefined) {
      const { table, id } = change;
      loss = { table, id, stamp, row: {}, winner, at: Date.now(), ...(by && { deleted: true }) };
      found.push(loss);
    }
    setOwn(loss.row, name, structuredClone(from[name]));
  };
  for (const name of new Set([...Object.keys(row), ...Object.keys(theirs)])) {
    const mineAt = stampIn(local, name);
    const theirsAt = stampIn(remote, name);
    const order = compareFields(row, theirs, name);
    const side = joined.fields.get(name) ?? joined.base;
    const remoteWins = side === 'remote' || (side === 'tie' && order < 0);
    const met = order !== 0 && mineAt !== null && theirsAt !== null;
    if (mineAt !== null && (remoteDeletes || (met && remoteWins)))
      lose(name, row, mineAt, theirsAt ?? remote.register, remoteDeletes);
    if (theirsAt !== null && (localDeletes || (met && !remoteWins)))
      lose(name, theirs, theirsAt, mineAt ?? local.register, localDeletes);
  }
  return found;
}

/**
 * What a delete takes with it while its row is shown: it had lost to the row, and wins now, or may
 * as it is stamped again.
 */
export function lossOfShown(
  { table, id }: RecordKey,
  row: WireRow,
  stamp: StampText,
  winner: StampText,
): Loss {
  return { table, id, stamp, row: structuredClone(row), winner, deleted: true, at: Date.now() };
}

/** Those of `found` that are not `known`, field by field: the later value under a stamp is none. */
export function newLosses(found: readonly Loss[], known: readonly Loss[]): Loss[] {
  return found.flatMap((loss) => {
    const row = {};
    for (const name of Object.keys(loss.row))
      if (!known.some((each) => isOf(each, loss) && Object.hasOwn(each.row, name)))
        setOwn(row, name, loss.row[name]);
    return Object.keys(row).length === 0 ? [] : [{ ...loss, row }];
  });
}

/** A loss of which the app wants to hear no more, named by its fields alone, and since when. */
export function dropped(loss: Loss): KeptLoss {
  const row = Object.fromEntries(Object.keys(loss.row).map((name) => [name, null]));
  return { ...loss, row, at: Date.now(), dropped: true };
}

export function isSameLoss(a: Loss, b: Loss): boolean {
  return isOf(a, b) && fieldsOf(a) === fieldsOf(b);
}

function isOf(a: Loss, b: Loss): boolean {
  return a.table === b.table && a.id === b.id && a.stamp === b.stamp;
}

/** The stamp under which `columns` say something of a field; null: they do not. */
export function stampIn({ base, fields, deleted }: Columns, name: string): StampText | null {
  return deleted ? null : (fields.get(name) ?? base);
}

function has(row: WireRow, name: string): boolean {
  return Object.hasOwn(row, name) && !isAbsent(row[name]);
}

/** Orders a field of two rows, as mergeRows does: one that is there is above one that is not. */
export function compareFields(mine: WireRow, theirs: WireRow, name: string): number {
  if (has(mine, name) && has(theirs, name)) return compareTagged(mine[name], theirs[name]);
  return Number(has(mine, name)) - Number(has(theirs, name));
}
