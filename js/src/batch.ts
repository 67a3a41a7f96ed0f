// From the outbox to the changes of a push: the rows' half of what the core planned from the
// stamps.
import type { BatchRecord } from './batch-records.js';
import type { EngineBatch, NumberedOutbox } from './engine.js';
import type { Outbox, PendingWrite } from './stores/store.js';
import { absentField, setOwn } from './values.js';
import type { Change, WireRow } from './wire.js';

export interface Batch {
  changes: Change[];
  /** By change: the writes it covers. */
  writes: PendingWrite[][];
  /** Covered writes whose row is gone without a trace: there is nothing left to send. */
  vanished: PendingWrite[];
  split: boolean;
}

export const emptyBatch: Batch = { changes: [], writes: [], vanished: [], split: false };

/** Numbers the records and transactions of an outbox in the order of their first write. */
export function numberOutbox(outbox: Outbox): NumberedOutbox {
  const records: NumberedOutbox['records'] = [];
  const recordNumber = new Map<string, Map<string, number>>();
  const transactionNumber = new Map<string, number>();
  const recordOf: number[] = [];
  const transactionOf: number[] = [];
  for (const { table, id, transaction } of outbox.writes) {
    let ofTable = recordNumber.get(table);
    if (ofTable === undefined) recordNumber.set(table, (ofTable = new Map()));
    let record = ofTable.get(id);
    if (record === undefined) {
      record = records.length;
      ofTable.set(id, record);
      const row = outbox.rows.get(table)?.get(id);
      const bytes = id.length + (row === undefined ? 0 : JSON.stringify(row).length);
      records.push({ table, id, bytes });
    }
    recordOf.push(record);
    if (!transactionNumber.has(transaction))
      transactionNumber.set(transaction, transactionNumber.size);
    transactionOf.push(transactionNumber.get(transaction) as number);
  }
  return { outbox, records, recordOf, transactionOf };
}

export function buildBatch(numbered: NumberedOutbox, planned: EngineBatch): Batch {
  const covered = writesByRecord(numbered, planned);
  const batch: Batch = { changes: [], writes: [], vanished: [], split: planned.split };
  for (const state of planned.records) {
    const writes = covered.get(state.record) ?? [];
    const change = changeOf(numbered, state, writes);
    if (change === null) batch.vanished.push(...writes);
    else {
      batch.changes.push(change);
      batch.writes.push(writes);
    }
  }
  return batch;
}

function writesByRecord(
  { outbox, recordOf }: NumberedOutbox,
  { selected }: EngineBatch,
): Map<number, PendingWrite[]> {
  const covered = new Map<number, PendingWrite[]>();
  for (const [i, write] of outbox.writes.entries()) {
    if (!selected[i]) continue;
    const record = recordOf[i] as number;
    const writes = covered.get(record);
    if (writes === undefined) covered.set(record, [write]);
    else writes.push(write);
  }
  return covered;
}

function changeOf(
  { outbox, records }: NumberedOutbox,
  state: BatchRecord,
  writes: readonly PendingWrite[],
): Change | null {
  const { table, id } = records[state.record] as { table: string; id: string };
  const now = outbox.rows.get(table)?.get(id);
  // Offered, too: gone from here without a delete, so there is nothing to say.
  if (now === undefined && !state.deleted) return null;
  const change = shaped(table, id, now, state);
  if (!state.deleted && writes.some(({ create }) => create)) change.create = true;
  const born = writes.find((write) => write.born !== undefined)?.born;
  if (born !== undefined) change.born = born;
  const offered = writes.filter(({ offer }) => offer !== undefined).at(-1);
  if (offered?.offer !== undefined) change.offer = offered.offer;
  return change;
}

function shaped(table: string, id: string, now: WireRow = {}, state: BatchRecord): Change {
  if (state.deleted) return { table, id, stamp: state.register, deleted: true };
  return state.base === null ? patch(table, id, now, state) : whole(table, id, now, state);
}

function whole(table: string, id: string, row: WireRow, state: BatchRecord): Change {
  const stamp = state.base as string;
  const change: Change = { table, id, stamp, row };
  const fields = stampsOtherThan(stamp, state.fields);
  if (fields !== null) change.fields = fields;
  return change;
}

// The stamp of most fields is the patch's; only the others are named.
function patch(table: string, id: string, now: WireRow, state: BatchRecord): Change {
  const [stamp = state.register] = [...state.fields.values()].sort();
  const row = {};
  for (const name of state.fields.keys())
    setOwn(row, name, Object.hasOwn(now, name) ? now[name] : absentField);
  const change: Change = { table, id, stamp, patch: true, row };
  const fields = stampsOtherThan(stamp, state.fields);
  if (fields !== null) change.fields = fields;
  return change;
}

function stampsOtherThan(
  stamp: string,
  all: ReadonlyMap<string, string>,
): Record<string, string> | null {
  let fields: Record<string, string> | null = null;
  for (const [name, at] of all) {
    if (at === stamp) continue;
    fields ??= {};
    setOwn(fields, name, at);
  }
  return fields;
}
