// Writes on the app's behalf: a retried letter, an undone loss. The triggers record them like the
// app's own; what they cannot see is put right in the entry that they made.
import { TidemarkError } from '../../errors.js';
import { sql } from '../../generated/sqlite.js';
import { checkRetry, writtenBy } from '../local-write.js';
import type { DeadLetter, LocalWrite } from '../store.js';
import { rowsOf } from './commit.js';
import type { SqliteDatabase } from './database.js';
import { isReread } from './letters.js';
import { op, type RowsByNumber } from './log.js';
import type { Rows } from './rows.js';

/** `again`: the row is written as it is, as if the app had just made it; not where it is gone. */
export function writeLocal(
  db: SqliteDatabase,
  tables: RowsByNumber,
  change: LocalWrite,
  letter?: DeadLetter,
  again?: 'again',
): void {
  const { table, id } = change;
  const rows = rowsOf(tables, table);
  if (rows === undefined || !rows.table.covered || !rows.exists)
    throw new TidemarkError('table_unsupported', `${table} is not synced`);
  if (letter) checkRetry(letter, isReread(db, change));
  const before = rows.read(id);
  if (again) {
    if (before !== undefined) log(rows, id, op.created, null);
    return;
  }
  const written = writtenBy(change, before, rows.table.merge, letter);
  if (written === null) return;
  const { row, fields, create } = written;
  const [[last] = []] = db.all(sql.logLast);
  if (row === null) rows.remove(id);
  else rows.put(id, row);
  // Values that a column cannot hold are the same to a trigger.
  db.all(sql.logRemoveAfter, [last as number]);
  if (row === null) log(rows, id, op.deleted, null);
  // A creation that was refused is still one: another device's may have taken its key since.
  else if (letter?.change.born !== undefined) log(rows, id, op.created, letter.change.born);
  else if (fields === null) log(rows, id, create ? op.created : op.whole, null);
  else log(rows, id, op.changed, maskOf(rows, fields));
}

/** Adds an entry with a stamp of now. */
export function log(rows: Rows, id: string, code: number, mask: string | null): void {
  const { db, table } = rows;
  const [[last] = []] = db.all(sql.logLast);
  const [[time] = []] = db.all(sql.logNow);
  const key = rows.key(id);
  const entry = (last as number) + 1;
  const parameters = [entry, table.tbl, key, code, mask, time ?? null, null, null, null, null];
  db.all(sql.logAdd, parameters);
}

/** Fields that have no column have no place, either: then all of the row is written. */
function maskOf({ db, table }: Rows, fields: readonly string[]): string {
  const unknown = fields.filter((name) => !table.fields.includes(name));
  if (unknown.length > 0) {
    table.fields.push(...unknown);
    db.all(sql.tableSetFields, [table.tbl, JSON.stringify(table.fields)]);
  }
  return table.fields.map((name) => Number(fields.includes(name))).join('');
}
