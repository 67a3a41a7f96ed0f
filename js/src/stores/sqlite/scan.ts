// What verify asks of a SQLite store: the rows of a table in pages, in the order of their keys.
import type { ScannedRow, ScanPage } from '../scan.js';
import { rowsOf } from './commit.js';
import type { SqlValue } from './database.js';
import { exactTexts } from './exact-texts.js';
import { keyOf } from './keys.js';
import type { RowsByNumber } from './log.js';

export function scanned(
  tables: RowsByNumber,
  name: string,
  limit: number,
  after: unknown,
): ScanPage {
  const rows = rowsOf(tables, name);
  if (!rows?.exists) return { rows: [], next: undefined };
  const { table, db } = rows;
  const found =
    after === undefined
      ? db.all(table.texts.first, [limit])
      : db.all(table.texts.next, [...(after as SqlValue[]), limit]);
  const places = table.keys.map(({ name: key }) => table.columns.findIndex((c) => c.name === key));
  const partsOf = (row: SqlValue[]) => places.map((i) => row[i] as SqlValue);
  const page = found.flatMap((row): ScannedRow[] => {
    const key = keyOf(partsOf(row));
    try {
      const id = rows.id(key);
      return [{ id, row: rows.tagged(exactTexts(db, table, row, rows.parts(id)), key) }];
    } catch {
      return []; // what cannot be synced is not the hub's either
    }
  });
  const last = found.at(-1);
  return { rows: page, next: found.length < limit || !last ? undefined : partsOf(last) };
}
