// Reads what is waiting to be sent, and the rows it left, in one transaction.
import { asTidemarkError, type TidemarkError } from '../../errors.js';
import { decodeKey, encodeRow } from '../../values.js';
import type { IdText, WireRow } from '../../wire.js';
import { carrying } from '../carried.js';
import { type Outbox, type PendingWrite, rereadsMax, type Stamper } from '../store.js';
import type { Access } from './access.js';
import { acknowledge } from './acknowledge.js';
import type { Backlog } from './backlog.js';
import { type LogEntry, writeOf } from './entry.js';
import { keepDoubts } from './journal.js';
import { countLog, stampedLog } from './log.js';
import {
  deadStore,
  type GraveRow,
  gravesStore,
  journalStore,
  logStore,
  rereadsStore,
  stateStore,
} from './schema.js';
import type { Tracker } from './tracker.js';

/** Entries read at a time: enough for many small ones, few enough for a run of large ones. */
const entriesAtATime = 64;

/** A write whose row cannot be sent: adopted with a value that sync does not know. */
interface Unsendable {
  write: PendingWrite;
  error: TidemarkError;
}

interface Loaded extends Outbox {
  unsendable: Unsendable[];
  unstamped: boolean;
}

export async function readOutbox(
  tracker: Tracker,
  stamper: Stamper,
  backlog: Backlog,
  limit: number,
): Promise<Outbox> {
  // All there are: a table that is no longer synced may have writes pending.
  const stores = tracker.storeNames();
  for (;;) {
    const loaded = await tracker.transact('r', stores, (access) => load(access, backlog, limit));
    const { unsendable, unstamped, ...outbox } = loaded;
    if (unstamped)
      await tracker.transact('rw', [logStore], (access) => stampedLog(access, stamper));
    else if (unsendable.length > 0) await bury(tracker, unsendable);
    else return outbox;
  }
}

async function load(access: Access, backlog: Backlog, limit: number): Promise<Loaded> {
  await access.state(); // or nothing is to be sent: the database was emptied
  const { writes, unstamped } = await loadWrites(access, limit);
  const keys = (await access.keys(rereadsStore, rereadsMax)) as [string, IdText][];
  const rereads = keys.map(([table, id]) => ({ table, id }));
  const nothing = { writes: [], rows: new Map(), pending: 0, counted: 0, rereads, unsendable: [] };
  if (unstamped) return { ...nothing, unstamped };
  const unsendable: Unsendable[] = [];
  const rows = await loadRows(access, writes, unsendable);
  const { pending, counted } = await countLog(access);
  if (pending === writes.length) backlog.forget();
  const left = pending > writes.length ? await backlog.behind(access, writes) : [];
  if (left === null) return { ...nothing, unstamped: true };
  return { writes: carrying(writes, left), rows, pending, counted, rereads, unsendable, unstamped };
}

async function loadWrites(access: Access, limit: number) {
  const writes: PendingWrite[] = [];
  let last = Number.NEGATIVE_INFINITY;
  while (writes.length < limit) {
    const entries = await access.after<LogEntry>(logStore, last, Math.min(entriesAtATime, limit));
    for (const entry of entries) {
      if (entry.stamp === null) return { writes, unstamped: true };
      const count = Math.min(entry.keys.length, limit - writes.length);
      for (let i = 0; i < count; i++) writes.push(writeOf(entry, i));
      if (count < entry.keys.length || writes.length === limit)
        return { writes: wholeTransactions(writes), unstamped: false };
      last = entry.id;
    }
    if (entries.length === 0) break;
  }
  return { writes, unstamped: false };
}

/**
 * Without the last transaction, of which the limit may have cut the rest off, unless there is no
 * other.
 */
function wholeTransactions(writes: PendingWrite[]): PendingWrite[] {
  const last = writes[writes.length - 1]?.transaction;
  const first = writes.findIndex((write) => write.transaction === last);
  return first <= 0 ? writes : writes.slice(0, first);
}

async function loadRows(access: Access, writes: readonly PendingWrite[], unsendable: Unsendable[]) {
  const rows = new Map<string, Map<IdText, WireRow>>();
  const aside = await access.count(gravesStore);
  for (const [table, of] of byTable(writes)) {
    const ids = [...of.keys()];
    const found = access.has(table) ? await access.getMany<object>(table, ids.map(decodeKey)) : [];
    const missing = aside === 0 ? [] : ids.filter((_, i) => found[i] === undefined);
    const graves = await access.getMany<GraveRow>(
      gravesStore,
      missing.map((id) => [table, id]),
    );
    const kept = new Map(missing.map((id, i) => [id, graves[i]?.row]));
    const encoded = new Map<IdText, WireRow>();
    for (const [i, id] of ids.entries()) {
      const row = found[i] ?? kept.get(id);
      if (row !== undefined) encodeInto(encoded, id, row, of.get(id) as PendingWrite[], unsendable);
    }
    rows.set(table, encoded);
  }
  return rows;
}

function encodeInto(
  rows: Map<IdText, WireRow>,
  id: IdText,
  row: object,
  writes: readonly PendingWrite[],
  unsendable: Unsendable[],
): void {
  try {
    rows.set(id, encodeRow(row));
  } catch (cause) {
    const error = asTidemarkError(cause, 'value_unsupported');
    for (const write of writes) unsendable.push({ write, error });
  }
}

function byTable(writes: readonly PendingWrite[]): Map<string, Map<IdText, PendingWrite[]>> {
  const tables = new Map<string, Map<IdText, PendingWrite[]>>();
  for (const write of writes) {
    let of = tables.get(write.table);
    if (of === undefined) tables.set(write.table, (of = new Map()));
    const known = of.get(write.id);
    if (known === undefined) of.set(write.id, [write]);
    else known.push(write);
  }
  return tables;
}

/** Makes dead letters of writes that cannot be sent, so that they do not hold up the rest. */
async function bury(tracker: Tracker, unsendable: readonly Unsendable[]): Promise<void> {
  await tracker.transact(
    'rw',
    [logStore, gravesStore, deadStore, rereadsStore, journalStore, stateStore],
    async (access) => {
      const acknowledged = unsendable.map(({ write, error }) => ({
        write,
        result: 'dead' as const,
        refusal: { outcome: 'rejected' as const, ...error.toJSON() },
        change: { table: write.table, id: write.id, stamp: write.columns.register },
      }));
      const state = await access.state();
      await keepDoubts(access, state, await acknowledge(access, acknowledged));
      await access.putState(state);
    },
  );
}
