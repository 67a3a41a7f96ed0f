// Many rows of a page, each as quick as its database takes it: bound one by one, or, where binding
// is dear, as one text that SQLite reads itself. What takes more than that is left to `Rows`.
import { TidemarkError } from '../../errors.js';
import type { IdText, WireRow } from '../../wire.js';
import { isRefusal, type SqliteDatabase, type SqlValue } from './database.js';
import type { Rows } from './rows.js';
import type { Table } from './tables.js';

type Put = [IdText, WireRow];

/** Writes whole rows, and returns those that it did not: refused, or more than their columns. */
export function putMany(rows: Rows, puts: ReadonlyMap<IdText, WireRow>): Put[] {
  const text = rows.db.readsJson ? textOfJson(rows.table) : null;
  return text === null ? putEach(rows, puts) : putText(rows, puts, text);
}

function putEach(rows: Rows, puts: ReadonlyMap<IdText, WireRow>): Put[] {
  const { columns, texts } = rows.table;
  const bent = columns.every(({ affinity }) => affinity !== 'none');
  const left: Put[] = [];
  for (const put of puts) {
    const values = plainValues(rows, put);
    if (values === null || !isTaken(rows.db, texts.put, values, bent)) left.push(put);
  }
  return left;
}

/** All that the text can say, or none of it. */
function putText(rows: Rows, puts: ReadonlyMap<IdText, WireRow>, text: string): Put[] {
  const said: SqlValue[][] = [];
  const left: Put[] = [];
  for (const put of puts) {
    const values = plainValues(rows, put);
    if (values?.every(isSame)) said.push(values);
    else left.push(put);
  }
  return isTaken(rows.db, text, [JSON.stringify(said)]) ? left : [...puts];
}

// A key that has no place here is refused where this row is written alone.
function plainValues(rows: Rows, [id, row]: Put): SqlValue[] | null {
  try {
    return rows.plain(id, row);
  } catch (error) {
    if (error instanceof TidemarkError) return null;
    throw error;
  }
}

function isTaken(db: SqliteDatabase, text: string, values: SqlValue[], bent?: boolean): boolean {
  try {
    db.all(text, values, bent);
    return true;
  } catch (error) {
    if (isRefusal(db, error)) return false;
    throw error;
  }
}

/** Whether SQLite reads this value from JSON as it is: not so each number with a fraction. */
function isSame(value: SqlValue): boolean {
  return value === null || typeof value === 'string' || Number.isSafeInteger(value);
}

/**
 * The put of a table with the rows from a text, arrays of their columns' values; null: the app has
 * names that look like it.
 */
function textOfJson({ columns, texts }: Table): string | null {
  const marks = `) VALUES (${columns.map(() => '?').join(', ')})`;
  const [before, after, ...more] = texts.put.split(marks);
  if (before === undefined || after === undefined || more.length > 0) return null;
  const values = columns.map((_, i) => `value ->> ${i}`);
  return `${before}) SELECT ${values.join(', ')} FROM json_each(?) WHERE true${after}`;
}
