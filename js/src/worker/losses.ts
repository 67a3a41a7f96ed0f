// Losses: what a push discards of two writes that did not know of each other. The loser is kept in
// the push's own transaction, because a reply may be lost.
import type { Columns, JoinedColumns } from '../columns.js';
import { nodeOf } from '../stamp-words.js';
import { absentField, canonicalText, setOwn } from '../values.js';
import type { Change, Loss, StampText, WireRow } from '../wire.js';
import type { HeldState } from './hub-store.js';

/** A change that met a record, before the merge. */
export interface Meeting {
  change: Change;
  state: HeldState;
  remote: Columns;
  joined: JoinedColumns;
  /** The writer's node. */
  node: string;
  /** How far the writer had read. */
  read: number;
}

/** The rows of a meeting: `held` was there, `merged` is now. */
export interface MetRows {
  held: WireRow;
  merged: WireRow;
  /** Fields of the change that lost. */
  lost: readonly string[];
}

interface Loser {
  name: string;
  value: unknown;
  stamp: StampText;
  winner: StampText;
}

/** Whether a delete may have met values that its writer never saw. */
export function buriesUnread({ change, state, joined, read }: Meeting): boolean {
  const wins = joined.register === 'remote' && !state.columns.deleted;
  return change.deleted === true && wins && state.seq > read;
}

export function lossesOf(meeting: Meeting, rows: MetRows, at: number): Loss[] {
  const { change, state } = meeting;
  if (change.deleted)
    return buriesUnread(meeting) ? groups(change, buried(meeting, rows.held), true, at) : [];
  const overwritten = groups(change, losersHeld(meeting, rows), false, at);
  const isDeleted = meeting.joined.register !== 'remote' && state.columns.deleted;
  const losers = isDeleted ? writtenInVain(meeting) : losersSent(meeting, rows.lost);
  return [...groups(change, losers, isDeleted, at), ...overwritten];
}

function losersSent({ change, state, remote }: Meeting, lost: readonly string[]): Loser[] {
  return lost.map((name) => ({
    name,
    value: change.row?.[name],
    stamp: stampOf(remote, name),
    winner: stampOf(state.columns, name),
  }));
}

function writtenInVain({ change, state, remote }: Meeting): Loser[] {
  return Object.entries(change.row ?? {}).map(([name, value]) => ({
    name,
    value,
    stamp: stampOf(remote, name),
    winner: state.columns.register,
  }));
}

function buried(meeting: Meeting, held: WireRow): Loser[] {
  const winner = meeting.remote.register;
  return Object.keys(held)
    .filter((name) => isUnread(meeting, name))
    .map((name) => ({
      name,
      value: held[name],
      stamp: stampOf(meeting.state.columns, name),
      winner,
    }));
}

function losersHeld(meeting: Meeting, { held, merged }: MetRows): Loser[] {
  const { state, remote, joined, read } = meeting;
  if (state.seq <= read) return [];
  const names = new Set([...Object.keys(held), ...state.columns.fields.keys()]);
  return [...names]
    .filter((name) => (joined.fields.get(name) ?? joined.base) === 'remote')
    .filter((name) => isUnread(meeting, name))
    .filter((name) => canonicalText(valueOf(held, name)) !== canonicalText(valueOf(merged, name)))
    .map((name) => ({
      name,
      value: valueOf(held, name),
      stamp: stampOf(state.columns, name),
      winner: stampOf(remote, name),
    }));
}

function isUnread({ change, state, node, read }: Meeting, name: string): boolean {
  const { fields, base } = state.columns;
  const stamp = fields.get(name) ?? base;
  if (stamp === null || (state.fieldSeqs.get(name) ?? state.wholeSeq) <= read) return false;
  // A writer knows what it wrote before; who offers is not the writer.
  return nodeOf(stamp) !== node || change.offer !== undefined;
}

function valueOf(row: WireRow, name: string): unknown {
  return Object.hasOwn(row, name) ? row[name] : absentField;
}

function stampOf({ fields, base, register }: Columns, name: string): StampText {
  return fields.get(name) ?? base ?? register;
}

// One loss for all that one write lost to one other.
function groups({ table, id }: Change, losers: Loser[], deleted: boolean, at: number): Loss[] {
  const losses = new Map<string, Loss>();
  for (const { name, value, stamp, winner } of losers) {
    const key = `${stamp} ${winner}`;
    const loss = losses.get(key) ?? { table, id, stamp, row: {}, winner, at };
    setOwn(loss.row, name, value);
    losses.set(key, deleted ? { ...loss, deleted } : loss);
  }
  return [...losses.values()];
}
