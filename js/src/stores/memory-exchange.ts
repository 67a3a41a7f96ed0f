// One commit of a memory store, in its order: what was acknowledged, what was asked for, the page,
// the reset or the sweep, and the journal.
import type { Join } from '../merge.js';
import type { Commit, CommitResult, Reset } from './commit.js';
import { moveCursor } from './journal.js';
import {
  acknowledge,
  applyChanges,
  type Contents,
  copyOf,
  dropGraves,
  keepJournal,
} from './memory-commit.js';
import { countOf } from './memory-log.js';
import { sweep } from './memory-reading.js';
import { placeOf } from './pending.js';

/** The contents after `commit`, and what it says of them. */
export function exchanged(
  before: Contents,
  commit: Commit,
  join: Join,
  reset: (next: Contents, reset: Reset) => void,
): { next: Contents; result: CommitResult } {
  const next = copyOf(before);
  const { state } = next;
  acknowledge(next, commit.acknowledged);
  state.clock = commit.clock;
  state.offsetMs = commit.offsetMs;
  state.hub ??= commit.hub ?? null;
  const missing = takeChanges(next, commit, join);
  const moved = commit.after !== undefined && commit.after !== state.cursor;
  if (commit.reset) reset(next, commit.reset);
  else if (commit.cursor !== undefined && !moved) moveCursor(state, commit.cursor);
  if (commit.complete && state.sweeping && !moved && !commit.reset) sweep(next);
  keepJournal(next, commit);
  dropGraves(next);
  const { cursor, known, tables, sweeping } = state;
  const result = {
    ...countOf(next.log),
    missing,
    rereads: next.rereads.size,
    losses: next.lost - before.lost,
    refused: next.letters - before.letters,
    sweeping,
    cursor,
    known,
    tables: Object.keys(tables),
  };
  return { next, result };
}

/** Takes what was asked for, and the page; returns how many patches had no record to patch. */
function takeChanges(next: Contents, { records = [], changes }: Commit, join: Join): number {
  for (const record of records) next.rereads.delete(placeOf(record));
  applyChanges(next, records, join);
  if (next.state.sweeping) for (const change of changes) next.marks.add(placeOf(change));
  for (const change of changes) if (!change.patch) next.rereads.delete(placeOf(change));
  return applyChanges(next, changes, join);
}
