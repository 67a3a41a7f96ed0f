// The journal in its store: an entry a commit, gone when every backup of the hub holds it.
import type { RecordKey } from '../../wire.js';
import { doubtOf, type JournalEntry } from '../journal.js';
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
  if (seq !== undefined && seq > safe && heads.length > 0) await append(access, state, seq, heads);
}

/** What is here of these records is not what the journal says of them; `state` is put after. */
export async function keepDoubts(access: Access, state: StateRow, records: readonly RecordKey[]) {
  if (records.length === 0) return;
  const keys = (await access.keys(journalStore)) as [seq: number, n: number][];
  const [first, ...others] = keys;
  if (first === undefined) return;
  const [seq] = others.reduce((last, key) => (key[1] > last[1] ? key : last), first);
  await append(access, state, seq, records.map(doubtOf));
}

async function append(
  access: Access,
  state: StateRow,
  seq: number,
  heads: JournalEntry['heads'],
): Promise<void> {
  const n = (state.journaled ?? 0) + 1;
  state.journaled = n;
  await access.put(journalStore, [{ seq, n, heads } satisfies JournalRow]);
}

/** Takes the entries past `seq` out, in the order in which they came. */
export async function takeJournal(access: Access, seq: number): Promise<JournalRow[]> {
  const rows = await access.after<JournalRow>(journalStore, [seq, []]);
  await access.delete(
    journalStore,
    rows.map((row) => [row.seq, row.n]),
  );
  return rows.sort((a, b) => a.n - b.n);
}

/** At the end of a reading: all that came before it; `state` is put by the caller. */
export async function dropOld(access: Access, state: StateRow): Promise<void> {
  const { old = 0 } = state;
  const keys = (await access.keys(journalStore)) as [seq: number, n: number][];
  await access.delete(
    journalStore,
    keys.filter(([, n]) => n <= old),
  );
  state.old = 0;
}
