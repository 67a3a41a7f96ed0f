// Many rows of a page, each as quick as its database takes it: bound one by one, or, where binding
// is dear, as one text that SQLite reads itself. What takes more than that is left to `Rows`.
import { TidemarkError } from '../../errors.js';
import type { IdText, WireRow } from '../../wire.js';
import { isConstraint, type SqliteDatabase, type SqlValue } from './database.js';
import type { Rows } from './rows.js';
import type { Table } from './tables.js';

type Put = [IdText, WireRow];
type Bound = [put: Put, values: SqlValue[]];

/** Writes whole rows, and returns those that it did not: refused, or more than their columns. */
export function putMany(rows: Rows, puts: ReadonlyMap<IdText, WireRow>): Put[] {
  const { db, table } = rows;
  const text = db.readsJson ? textOfJson(table) : null;
  const left: Put[] = [];
  const bound: Bound[] = [];
  for (const put of puts) {
    const values = plainValues(rows, put);
    if (values === null || (text !== null && !values.every(isSame))) left.push(put);
    else bound.push([put, values]);
  }
  const refused = text === null ? putEach(db, table, bound) : putText(db, text, bound);
  return [...left, ...refused];
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

function putEach(db: SqliteDatabase, { columns, texts }: Table, bound: readonly Bound[]): Put[] {
  const bent = columns.every(({ affinity }) => affinity !== 'none');
  return bound.flatMap(([put, values]) =>
    isTaken(() => db.all(texts.put, values, bent)) ? [] : [put],
  );
}

/** All, or none. */
function putText(db: SqliteDatabase, text: string, bound: readonly Bound[]): Put[] {
  const json = JSON.stringify(bound.map(([, values]) => values));
  return isTaken(() => db.all(text, [json])) ? [] : bound.map(([put]) => put);
}

function isTaken(write: () => unknown): boolean {
  try {
    write();
    return true;
  } catch (error) {
    if (isConstraint(error)) return false;
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
