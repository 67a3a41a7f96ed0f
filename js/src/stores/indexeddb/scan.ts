// What verify asks of a store: its rows in pages, and writing those again that the hub does
// not know.
import { decodeKey, encodeKey, encodeRow } from '../../values.js';
import type { RecordKey } from '../../wire.js';
import { groupBy } from '../group.js';
import type { ScannedRow, ScanPage } from '../scan.js';
import type { Access } from './access.js';
import type { Recorder } from './recorder.js';
import { logStore } from './schema.js';

/** A page of a table in the order of its keys, from the one after `after`. */
export async function scan(
  access: Access,
  table: string,
  limit: number,
  after: unknown,
): Promise<ScanPage> {
  const keys = await access.keys(table, limit, after);
  const rows = await access.after<object>(table, after, limit);
  return {
    rows: keys.flatMap((key, i) => scannedRow(table, key, rows[i] as object)),
    next: keys.length < limit ? undefined : keys.at(-1),
  };
}

// What cannot be synced is not the hub's either.
function scannedRow(table: string, key: unknown, row: object): ScannedRow[] {
  try {
    return [{ id: encodeKey(key), row: encodeRow(row, table) }];
  } catch {
    return [];
  }
}

/** Records a write of rows as they are, whole and as new to the hub. */
export function writeAgain(recorder: Recorder, records: readonly RecordKey[]): Promise<void> {
  const tables = groupBy(records, ({ table }) => table);
  return recorder.tracker.transact('rw', [...tables.keys(), logStore], async (access) => {
    for (const [table, of] of tables) {
      const all = of.map(({ id }) => decodeKey(id));
      const rows = await access.getMany(table, all);
      const keys = all.filter((_, i) => rows[i] !== undefined);
      recorder.log(access.native, { table, keys, op: 'put', create: true }, null);
    }
  });
}
