// The journal in its store: an entry a commit, gone when every backup of the hub holds it.
import type { Commit } from '../store.js';
import type { Access } from './access.js';
import { type JournalRow, journalStore, type StateRow } from './schema.js';

/** Adds what `commit` showed the hub to hold; `state` is put by the caller. */
export async function keepJournal(access: Access, state: StateRow, commit: Commit): Promise<void> {
  const { seq, journal: heads = [] } = commit;
  // What comes with a reset counts in another epoch.
  const safe = (!commit.reset && commit.safe) || 0;
  if (safe > (state.safe ?? 0)) {
    await access.deleteTo(journalStore, safe);
    state.safe = safe;
  }
  if (seq === undefined || seq <= safe || heads.length === 0) return;
  const n = (state.journaled ?? 0) + 1;
  state.journaled = n;
  await access.put(journalStore, [{ seq, n, heads } satisfies JournalRow]);
}

/** The entries past `seq`. */
export function journalPast(access: Access, seq: number): Promise<JournalRow[]> {
  return access.after<JournalRow>(journalStore, [seq, []]);
}
