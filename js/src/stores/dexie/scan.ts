// What verify asks of a Dexie store: its rows in pages, and writing those again that the hub does
// not know.
import { decodeKey, encodeKey, encodeRow } from '../../values.js';
import type { RecordKey } from '../../wire.js';
import { groupBy } from '../group.js';
import type { ScannedRow, ScanPage } from '../scan.js';
import { type Access, transact } from './access.js';
import type { Recorder } from './recorder.js';
import { logStore } from './schema.js';

// Kinds of ranges, as DBCore numbers them.
const anyKey = 3;
const someKeys = 2;

/** A page of a table in the order of its keys, from the one after `after`. */
export async function scan(
  access: Access,
  table: string,
  limit: number,
  after: unknown,
): Promise<ScanPage> {
  const core = access.core.table(table);
  const type = after === undefined ? anyKey : someKeys;
  const range = { type, lower: after, lowerOpen: true } as never;
  const query = { index: core.schema.primaryKey, range };
  const read = async (values: boolean) =>
    (await core.query({ trans: access.trans, values, query, limit })).result;
  const keys = await read(false);
  const rows = await read(true);
  return {
    rows: keys.flatMap((key, i) => scannedRow(table, key, rows[i])),
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
  return transact(recorder.tracker, 'rw', [...tables.keys(), logStore], async (access) => {
    for (const [table, of] of tables) {
      const all = of.map(({ id }) => decodeKey(id));
      const rows = await access.getMany(table, all);
      const keys = all.filter((_, i) => rows[i] !== undefined);
      recorder.log(access.native, { table, keys, op: 'put', create: true }, null);
    }
  });
}
