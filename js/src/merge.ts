// The host's half of a merge: the core says whose stamp won of each field, this moves the values.
// The same on device and hub.
import type { Columns, JoinedColumns } from './columns.js';
import { isAbsent, setOwn } from './values.js';
import type { StampText } from './wire.js';

/** Joins pairs of states: `local[i]` with `remote[i]`. The core behind it is pure. */
export type Join = (local: readonly Columns[], remote: readonly Columns[]) => JoinedColumns[];

export type Row = Record<string, unknown>;

/** Orders two values of one field that were written at the same stamp, by their canonical texts. */
export type CompareValues = (a: unknown, b: unknown) => number;

export interface MergedRow {
  row: Row;
  /** Fields of `remote` that lost to a different value in `local`. */
  lost: string[];
  /** Whether `row` is other than `local`. */
  changed: boolean;
}

/**
 * The row of a joined state. `local` and `remote` are left as they are; a patch's removed field is
 * `absentField` in `remote`.
 */
export function mergeRows(
  local: Row,
  remote: Row,
  joined: JoinedColumns,
  compare: CompareValues,
): MergedRow {
  const row: Row = {};
  const lost: string[] = [];
  let changed = false;
  for (const name of unionOfNames(local, remote)) {
    const mine = valueOf(local, name);
    const theirs = valueOf(remote, name);
    const side = sideOf(name, joined);
    const order = compareFields(mine, theirs, compare);
    const remoteWins = side === 'remote' || (side === 'tie' && order < 0);
    const winner = remoteWins ? theirs : mine;
    if (winner !== absent) setOwn(row, name, winner);
    if (order === 0) continue;
    if (remoteWins) changed = true;
    else if (Object.hasOwn(remote, name) && side === 'local') lost.push(name);
  }
  return { row, lost, changed };
}

const absent = Symbol('absent');

function valueOf(row: Row, name: string): unknown {
  if (!Object.hasOwn(row, name)) return absent;
  const value = row[name];
  return isAbsent(value) ? absent : value;
}

// A field that is there is greater than one that is not.
function compareFields(a: unknown, b: unknown, compare: CompareValues): number {
  if (a === b) return 0;
  if (a === absent) return -1;
  return b === absent ? 1 : compare(a, b);
}

function unionOfNames(local: Row, remote: Row): Set<string> {
  return new Set([...Object.keys(local), ...Object.keys(remote)]);
}

// A field above the base is its own side's; below it, the base's. A state without any base is only
// its fields.
function sideOf(name: string, joined: JoinedColumns): 'local' | 'remote' | 'tie' {
  return joined.fields.get(name) ?? joined.base ?? 'local';
}

/** The columns of a joined state. */
export function mergeColumns(local: Columns, remote: Columns, joined: JoinedColumns): Columns {
  const fields = new Map<string, StampText>();
  for (const [name, side] of joined.fields)
    fields.set(name, stampOf(side === 'remote' ? remote : local, name));
  const register = joined.register === 'remote' ? remote : local;
  return {
    base: joined.base === null ? null : (joined.base === 'remote' ? remote : local).base,
    fields,
    register: register.register,
    deleted: register.deleted,
  };
}

function stampOf(columns: Columns, name: string): StampText {
  return columns.fields.get(name) as StampText;
}
