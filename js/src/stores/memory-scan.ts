// What verify asks of a memory store: its rows in pages.
import type { IdText } from '../wire.js';
import type { Rows } from './memory-commit.js';
import type { ScannedRow, ScanPage } from './scan.js';

/** The rows of `table` in the order of their ids, from the one after `after`. */
export function scanned(rows: Rows, table: string, limit: number, after: unknown): ScanPage {
  const found: ScannedRow[] = [];
  for (const [place, row] of rows) {
    const [name, id] = JSON.parse(place) as [string, IdText];
    if (name === table && (after === undefined || id > (after as IdText))) found.push({ id, row });
  }
  found.sort((a, b) => (a.id < b.id ? -1 : 1));
  const page = structuredClone(found.slice(0, limit));
  return { rows: page, next: found.length > limit ? page.at(-1)?.id : undefined };
}
