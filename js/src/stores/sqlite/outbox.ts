// Reads what is waiting to be sent, and the rows that it left.
import { sql } from '../../generated/sqlite.js';
import type { IdText, WireRow } from '../../wire.js';
import { carrying } from '../carried.js';
import { placeOf } from '../pending.js';
import { type Outbox, rereadsMax } from '../store.js';
import type { SqliteDatabase } from './database.js';
import { buryUnnamed } from './letters.js';
import {
  countLog,
  type LogWrite,
  type RowsByNumber,
  readBehind,
  readWrites,
  settleLog,
  type Unnamed,
} from './log.js';

export function readOutbox(db: SqliteDatabase, tables: RowsByNumber, limit: number): Outbox {
  settleLog(db, tables);
  const { writes, refused } = loadWrites(db, tables, limit);
  const { pending, counted } = countLog(db);
  const last = writes.at(-1);
  const left = last && pending > writes.length ? readBehind(db, tables, last.entry) : [];
  const rereads = db
    .all(sql.rereads, [rereadsMax])
    .map(([table, id]) => ({ table: table as string, id: id as IdText }));
  const rows = rowsOf(db, tables, writes);
  const outbox: Outbox = { writes: carrying(writes, left), rows, pending, counted, rereads };
  return refused > 0 ? { ...outbox, refused } : outbox;
}

/** Without the last transaction, of which the limit cuts the rest off, unless there is no other. */
function loadWrites(db: SqliteDatabase, tables: RowsByNumber, limit: number) {
  const unnamed: Unnamed[] = [];
  const writes = readWrites(db, tables, limit + 1, unnamed);
  buryUnnamed(db, tables, unnamed);
  const refused = unnamed.length;
  const next = writes[limit];
  if (next === undefined) return { writes, refused };
  const first = writes.findIndex(({ transaction }) => transaction === next.transaction);
  return { writes: writes.slice(0, first > 0 ? first : limit), refused };
}

function rowsOf(db: SqliteDatabase, tables: RowsByNumber, writes: readonly LogWrite[]) {
  const rows = new Map<string, Map<IdText, WireRow>>();
  const aside = db.all(sql.graveCount)[0]?.[0] !== 0;
  const read = new Set<string>();
  for (const write of writes) {
    const { table, id, tbl, key } = write;
    let ofTable = rows.get(table);
    if (ofTable === undefined) rows.set(table, (ofTable = new Map()));
    if (read.has(placeOf(write))) continue;
    read.add(placeOf(write));
    const row = tables.get(tbl)?.read(id) ?? (aside ? graveOf(db, tbl, key) : undefined);
    if (row !== undefined) ofTable.set(id, row);
  }
  return rows;
}

/** A row that a pulled delete took while writes of it were pending. */
export function graveOf(
  db: SqliteDatabase,
  tbl: number,
  key: LogWrite['key'],
): WireRow | undefined {
  const [found] = db.all(sql.grave, [tbl, key]);
  return found && JSON.parse(found[0] as string);
}
