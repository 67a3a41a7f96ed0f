// One commit of a memory store, in its order: what was acknowledged, what was asked for, the page,
// the reset or the sweep, and the journal.
import type { Join } from '../merge.js';
import type { Commit, CommitResult } from './commit.js';
import { moveCursor } from './journal.js';
import {
  acknowledge,
  applyChanges,
  type Contents,
  dropGraves,
  keepJournal,
} from './memory-commit.js';
import { countOf } from './memory-log.js';
import { applyReset, sweep } from './memory-reading.js';
import { placeOf } from './pending.js';

/** Changes `next` as `commit` says. `nodeOf` names who writes what a reset writes. */
export function exchange(
  next: Contents,
  commit: Commit,
  join: Join,
  nodeOf: () => string,
): CommitResult {
  const { state, lost, letters } = next;
  acknowledge(next, commit.acknowledged);
  state.clock = commit.clock;
  state.offsetMs = commit.offsetMs;
  state.hub ??= commit.hub ?? null;
  const missing = takeChanges(next, commit, join);
  const moved = commit.after !== undefined && commit.after !== state.cursor;
  if (commit.reset) applyReset(next, commit.reset, join, nodeOf());
  else if (commit.cursor !== undefined && !moved) moveCursor(state, commit.cursor);
  if (commit.complete && state.sweeping && !moved && !commit.reset) sweep(next);
  keepJournal(next, commit);
  dropGraves(next);
  const { cursor, known, tables, sweeping } = state;
  return {
    ...countOf(next.log),
    missing,
    rereads: next.rereads.size,
    losses: next.lost - lost,
    refused: next.letters - letters,
    sweeping,
    cursor,
    known,
    tables: Object.keys(tables),
  };
}

/** Takes what was asked for, and the page; returns how many patches had no record to patch. */
function takeChanges(next: Contents, { records = [], changes }: Commit, join: Join): number {
  for (const record of records) next.rereads.delete(placeOf(record));
  applyChanges(next, records, join);
  if (next.state.sweeping) for (const change of changes) next.marks.add(placeOf(change));
  for (const change of changes) if (!change.patch) next.rereads.delete(placeOf(change));
  return applyChanges(next, changes, join);
}
