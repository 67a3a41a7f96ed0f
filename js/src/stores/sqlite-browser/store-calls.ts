// What tabs ask of their stores, done in the worker: the join is the worker's own, and stamping
// again is done by what the tab has computed.
import { loadJoin } from '../../core.js';
import { TidemarkError } from '../../errors.js';
import type { Join } from '../../merge.js';
import type { StampText } from '../../wire.js';
import type { SqliteStore } from '../sqlite/store.js';
import type { Commit, LocalWrite } from '../store.js';
import type { CallName, Connection } from './connection.js';
import type { Operation, StampScript } from './protocol.js';
import type { TabLink } from './tab-link.js';

/** What may be done twice: it reads, or begins what is begun anew anyway. */
const repeatable = [
  'load',
  'readOutbox',
  'lead',
  'deadLetters',
  'scan',
  'losses',
  'droppedLosses',
  'pendingRecords',
  'recordState',
  'syncLog',
] as const;
/** What is done once, and noted: nothing is given back. */
const once = [
  'sending',
  'retryDeadLetter',
  'discardDeadLetter',
  'write',
  'writeAgain',
  'dropLoss',
  'appendSyncLog',
  'adoption',
  'clear',
] as const;
export type Repeatable = (typeof repeatable)[number];
export type Once = (typeof once)[number];

let loading: Promise<Join> | null = null;

// As long as nobody syncs, the core is not loaded.
function join(): Promise<Join> {
  loading ??= loadJoin();
  loading.catch(() => {
    loading = null;
  });
  return loading;
}

/** Runs one call of a store. */
export async function storeCall(
  link: TabLink,
  connection: Connection,
  { method, parameters, clock }: Extract<Operation, { do: 'store' }>,
  name: CallName,
): Promise<unknown> {
  const store = link.store(connection);
  if (clock !== undefined) link.setClock(clock);
  const written = tablesOf(method, parameters);
  const tables = link.setup?.tables.map(([table]) => table) ?? [];
  connection.changed(written === 'all' ? tables : written);
  if (method === 'commit') {
    const [commit, term] = parameters as [Commit, number];
    const joined = await join();
    return connection.forStore(null, () => store.commit(commit, joined, term));
  }
  const isOnce = (once as readonly string[]).includes(method);
  if (!isOnce && !(repeatable as readonly string[]).includes(method))
    throw new TidemarkError('bad_input', `a store has no ${method}`);
  const call = store[method as Repeatable] as (...values: unknown[]) => Promise<unknown>;
  return connection.forStore(isOnce ? name : null, () => call.apply(store, parameters));
}

/** The tables whose rows a call may write. */
function tablesOf(method: string, parameters: unknown[]): string[] | 'all' {
  switch (method) {
    case 'commit': {
      const { changes, records = [], complete, reset, acknowledged } = parameters[0] as Commit;
      if (complete || reset) return 'all';
      const dead = acknowledged.filter(({ change }) => change?.deleted).map(({ write }) => write);
      return [...changes, ...records, ...dead].map(({ table }) => table);
    }
    case 'write':
      return [(parameters[0] as LocalWrite).table];
    case 'retryDeadLetter':
    case 'clear':
      return 'all';
    default:
      return [];
  }
}

class Incomplete extends Error {}

/**
 * Stamps the log again as `script` says. Where the log has other entries than the script, nothing
 * is changed, and the first stamps of all entries are returned, for a script that has them; null:
 * it is done.
 */
export async function restampCall(
  store: SqliteStore,
  connection: Connection,
  script: StampScript,
): Promise<StampText[] | null> {
  const firsts: StampText[] = [];
  let isComplete = true;
  const again = (first: StampText): StampText => {
    const [expected, next] = script[firsts.length] ?? [];
    firsts.push(first);
    if (expected === first && next !== undefined) return next;
    isComplete = false;
    return first;
  };
  const check = () => {
    if (!isComplete) throw new Incomplete();
  };
  try {
    await connection.forStore(null, () => store.restamp(again), check);
    return null;
  } catch (error) {
    if (!isComplete) return firsts;
    throw error;
  }
}
