// What a write on the app's behalf leaves, and what it says: a retried letter, an undone loss.
import { TidemarkError } from '../errors.js';
import { msOf } from '../stamp-words.js';
import { decodeRow } from '../values.js';
import type { WireRow } from '../wire.js';
import { changedFields, patchedRow } from './changed.js';
import { placeOf } from './pending.js';
import type { DeadLetter, LocalWrite, PendingRecord } from './reports.js';
import type { MergeMode, Outbox, PendingWrite } from './store.js';

/** `row` null: a delete. `fields` null: all of them. */
export interface Written {
  row: WireRow | null;
  fields: string[] | null;
  create: boolean;
}

/**
 * What `change` makes of `before`, in tagged form; null: nothing. `letter`: it is retried, so it is
 * written even where nothing differs, and a record that is gone has the letter's row.
 */
export function writtenBy(
  change: LocalWrite,
  before: WireRow | undefined,
  merge: MergeMode,
  letter?: DeadLetter,
): Written | null {
  if (change.deleted) return { row: null, fields: null, create: false };
  const from = before ?? letter?.row;
  const row = change.patch ? patchedRow(from ?? {}, change.row) : (change.row ?? from);
  if (row === undefined) return null;
  // A value that is not in the grammar is refused here.
  decodeRow(structuredClone(row));
  const create = before === undefined;
  if (create || merge === 'record') return { row, fields: null, create };
  const names = Object.keys(change.row ?? {});
  if (letter) return { row, fields: change.patch ? names : null, create };
  const fields = changedFields(before, row);
  return fields.length === 0 ? null : { row, fields, create };
}

export function noLetter(id: number): TidemarkError {
  return new TidemarkError('bad_input', `there is no dead letter ${id}`);
}

/**
 * Throws `reread_pending` for a refused delete whose record is to be read again: until then, what
 * it takes with it is not what its user has seen.
 */
export function checkRetry({ change }: DeadLetter, isReread: boolean): void {
  if (change.deleted && isReread)
    throw new TidemarkError('reread_pending', `${change.table} ${change.id}`);
}

/** What an outbox with all writes says of each record. */
export function pendingRecordsOf({ writes, rows }: Outbox): PendingRecord[] {
  const records = new Map<string, PendingRecord>();
  for (const write of writes) {
    const { table, id, columns } = write;
    const since = msOf(columns.register);
    let record = records.get(placeOf(write));
    if (record === undefined) {
      record = { table, id, operations: [], fields: [], since };
      const row = rows.get(table)?.get(id);
      if (row !== undefined) record.row = row;
      records.set(placeOf(write), record);
    }
    record.since = Math.min(record.since, since);
    const operation = operationOf(write);
    if (record.operations.at(-1) !== operation) record.operations.push(operation);
    if (columns.base !== null || columns.deleted) record.fields = null;
    else if (record.fields !== null)
      record.fields = [...new Set([...record.fields, ...columns.fields.keys()])];
  }
  return [...records.values()];
}

function operationOf({ columns, create, sent }: PendingWrite) {
  if (columns.deleted) return 'delete';
  return create || sent ? 'create' : 'update';
}
