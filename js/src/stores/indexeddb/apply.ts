// Applies one exchange in one transaction: acknowledgements, what was asked for, the page,
// the reset or the sweep, the journal, the state.
import { TidemarkError } from '../../errors.js';
import type { Join } from '../../merge.js';
import { moveCursor } from '../journal.js';
import type { Commit, CommitResult, PendingWrite, Stamper } from '../store.js';
import type { Access } from './access.js';
import { acknowledge } from './acknowledge.js';
import { keepDoubts, keepJournal } from './journal.js';
import { countLog, pendingOf } from './log.js';
import { keepLosses } from './losses.js';
import { applyChanges, type PageOutcome, type Pending } from './page.js';
import { gravesStore, rereadsStore, type StateRow } from './schema.js';
import { applyReset, markShown, sweep } from './sweep.js';
import { showTaken } from './taken.js';

/** Null, and nothing done: it takes all covered tables in the transaction. */
export async function applyCommit(
  access: Access,
  commit: Commit,
  join: Join,
  term: number,
  stamper: Stamper,
): Promise<CommitResult | null> {
  const state = await access.state();
  if (state.term !== term) throw new TidemarkError('closed', 'another context took the lead');
  // A cursor that moved meanwhile did so because another context added a table, which is to be read
  // from the beginning.
  const moved = commit.after !== undefined && commit.after !== state.cursor;
  const sweeps = commit.complete === true && state.sweeping === true && !moved && !commit.reset;
  const covered = Object.keys(state.tables).filter((table) => access.has(table));
  if ((sweeps || commit.reset?.adopt) && !covered.every((table) => access.holds(table)))
    return null;
  const refused = await acknowledge(access, commit.acknowledged);
  await keepDoubts(
    access,
    state,
    refused.filter((change) => !change.deleted),
  );
  const gone = await showTaken(access, state, commit.acknowledged);
  const { clock, offsetMs } = commit;
  Object.assign(state, { clock, offsetMs, hub: state.hub ?? commit.hub ?? null });
  const outcome = await takeChanges(access, state, commit, join, stamper);
  if (commit.reset) await applyReset(access, state, commit.reset, join, stamper);
  else if (commit.cursor !== undefined && !moved) moveCursor(state, commit.cursor);
  if (sweeps) await sweep(access, state, covered);
  await keepJournal(access, state, commit);
  await keepDoubts(access, state, outcome.refused);
  await access.putState(state);
  return {
    ...(await countLog(access)),
    missing: outcome.missing.length,
    rereads: await access.count(rereadsStore),
    losses: await keepLosses(access, [...gone, ...outcome.losses]),
    refused: refused.length + outcome.refused.length,
    sweeping: state.sweeping ?? false,
    cursor: state.cursor,
    known: state.known ?? null,
    tables: Object.keys(state.tables),
  };
}

async function takeChanges(
  access: Access,
  state: StateRow,
  commit: Commit,
  join: Join,
  stamper: Stamper,
): Promise<PageOutcome> {
  const { changes, records = [] } = commit;
  const outcome: PageOutcome = {
    missing: [],
    contested: [],
    covered: [],
    losses: [],
    refused: [],
  };
  const aside = (await access.count(gravesStore)) > 0;
  const some = changes.length + records.length > 0 || (aside && commit.acknowledged.length > 0);
  const pending: Pending = some ? await pendingOf(access, stamper) : new Map();
  const acknowledged = commit.acknowledged.map(({ write }) => write);
  if (aside) await dropGraves(access, acknowledged, pending);
  await applyChanges(access, records, join, pending, outcome);
  await applyChanges(access, changes, join, pending, outcome);
  await settle(access, outcome.covered, pending);
  if (state.sweeping) await markShown(access, changes);
  await keepRereads(access, commit, outcome);
  return outcome;
}

/** Takes out what was shown, and adds what is missing or contested. */
async function keepRereads(access: Access, commit: Commit, outcome: PageOutcome): Promise<void> {
  const shown = [...(commit.records ?? []), ...commit.changes.filter(({ patch }) => !patch)];
  if ((await access.count(rereadsStore)) > 0)
    await access.delete(
      rereadsStore,
      shown.map(({ table, id }) => [table, id]),
    );
  await access.put(rereadsStore, [...outcome.missing, ...outcome.contested]);
}

/** Takes what the page covered out of the log, and what was kept aside for it. */
async function settle(access: Access, covered: readonly PendingWrite[], pending: Pending) {
  if (covered.length === 0) return;
  await acknowledge(
    access,
    covered.map((write) => ({ write, result: 'sent' })),
  );
  await dropGraves(access, covered, pending);
}

async function dropGraves(access: Access, done: readonly PendingWrite[], pending: Pending) {
  const settled = done.filter(({ table, id }) => !pending.get(table)?.has(id));
  await access.delete(
    gravesStore,
    settled.map(({ table, id }) => [table, id]),
  );
}
