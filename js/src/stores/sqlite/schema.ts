// The schema of the app as it changes: which tables are synced, which columns have come, and the
// triggers that follow.
import { sql } from '../../generated/sqlite.js';
import { newDeviceId } from '../../ids.js';
import { nodeOf } from '../../stamp-words.js';
import { isAbsent } from '../../values.js';
import { moveCursor } from '../journal.js';
import type { Clock, MergeMode } from '../store.js';
import { coveredNames } from './commit.js';
import { type SqliteDatabase, transact } from './database.js';
import type { RowsByNumber } from './log.js';
import { adoptRows, firstEntry } from './reading.js';
import { greatestNumber } from './renumber.js';
import { Rows } from './rows.js';
import { nodeNumber } from './stamps.js';
import { putState, readState } from './state.js';
import {
  areNewest,
  checkTable,
  dropTriggers,
  isRebuilt,
  readTables,
  rebuildTriggers,
  type Table,
} from './tables.js';

export interface Covering {
  tables: ReadonlyMap<string, MergeMode>;
  clock: Clock;
  device?: string | undefined;
}

/** Whether the database has a store. */
export function hasStore(db: SqliteDatabase): boolean {
  return db.all(sql.version).length > 0;
}

export function rowsByNumber(db: SqliteDatabase): RowsByNumber {
  return new Map(readTables(db).map((table) => [table.tbl, new Rows(db, table)]));
}

/**
 * Syncs exactly these tables from now on. One that was not covered before has its rows logged as
 * created before everything else, so that they never beat a synced edit, and the hub is read from
 * the beginning for it.
 */
export function coverTables(db: SqliteDatabase, { tables, clock, device }: Covering): void {
  if (!hasStore(db)) {
    db.exec(sql.schema);
    db.all(sql.begin, [device ?? newDeviceId()]);
  }
  const before = new Set(coveredNames(rowsByNumber(db)));
  for (const name of tables.keys()) db.all(sql.tableRenamed, [name]);
  for (const [name, merge] of tables)
    db.all(sql.tableAdd, [name, merge, Number(checkTable(db, name))]);
  for (const { table } of rowsByNumber(db).values())
    if (before.has(table.name) && !tables.has(table.name)) keepKnown(db, table);
  db.all(sql.tableUncover, [JSON.stringify([...tables.keys()])]);
  const node = nodeOf(clock.reserve(1));
  const state = readState(db);
  if (device !== undefined) state.device = device;
  putState(db, state);
  const fresh = readTables(db).filter(({ covered, name }) => covered && !before.has(name));
  for (const table of readTables(db))
    if (!table.covered) dropTriggers(db, table.tbl);
    else if (before.has(table.name)) follow(db, table, node);
  adoptTables(db, fresh, node);
}

/** A hub may know the numbers that there are: what is counted from here on is past them. */
function keepKnown(db: SqliteDatabase, { tbl, counted }: Table): void {
  if (counted) db.all(sql.tableKnown, [tbl, greatestNumber(db, tbl)]);
}

/**
 * Logs the rows of these tables as created before everything else, so that they never beat a synced
 * edit, and has the hub read from the beginning.
 */
function adoptTables(db: SqliteDatabase, tables: readonly Table[], node: string): void {
  if (tables.length === 0) return;
  for (const table of tables) followColumns(db, table, null);
  adoptRows(db, rowsByNumber(db), node, true, new Set(tables.map(({ tbl }) => tbl)));
  const state = readState(db);
  moveCursor(state, null);
  putState(db, state);
}

/**
 * Follows what became of a table. What a migration put into one that it made anew, nobody knows:
 * its rows are adopted.
 */
function follow(db: SqliteDatabase, table: Table, node: string): void {
  if (!isRebuilt(db, table)) return followColumns(db, table, node);
  keepKnown(db, table);
  adoptTables(db, [table], node);
}

/** Follows a schema that another program changed. */
export function followSchema(db: SqliteDatabase, clock: Clock): void {
  db.all(sql.tableDropped);
  for (const table of readTables(db)) {
    if (!table.covered) continue;
    if (newColumns(table).length > 0 || isRebuilt(db, table))
      follow(db, table, nodeOf(clock.reserve(1)));
    else if (!areNewest(db, table.tbl)) rebuildTriggers(db, table.tbl);
  }
}

function newColumns({ columns, fields }: Table): string[] {
  return columns.map(({ name }) => name).filter((name) => !fields.includes(name));
}

/** `node`: null for a table that is synced only now: all of its rows are adopted. */
function followColumns(db: SqliteDatabase, table: Table, node: string | null): void {
  const added = newColumns(table);
  db.all(sql.tableFields, [table.tbl]);
  if (node !== null)
    for (const name of added) {
      adoptColumn(db, table, name, node);
      takeExtras(db, table, name);
    }
  rebuildTriggers(db, table.tbl);
}

/** Values that came for a field before it had its column. */
function takeExtras(db: SqliteDatabase, table: Table, name: string): void {
  dropTriggers(db, table.tbl);
  const rows = new Rows(db, table);
  for (const [key, value] of db.all(sql.fieldExtras, [table.tbl, name])) {
    const tagged = JSON.parse(value as string);
    if (!isAbsent(tagged)) rows.patch(rows.id(key as never), { [name]: tagged });
  }
}

/** What a new column holds: its default is no value yet, and the rest nobody else knows. */
function adoptColumn(db: SqliteDatabase, table: Table, name: string, node: string): void {
  const [texts = []] = db.all(sql.columnTexts, [table.tbl, name]);
  const absent = table.columns.find((column) => column.name === name)?.absent ?? null;
  const [mark, log] = texts as [string, string];
  db.all(mark, [absent]);
  const [[adopted] = []] = db.all(sql.logAdopted);
  db.all(log, [firstEntry(db), adopted as number, nodeNumber(node), absent]);
}

/**
 * Runs `work`, which changes the app's schema, in one transaction: also what Tidemark's triggers
 * would hinder, such as dropping a column. Rows that it writes are recorded, whole.
 */
export function migrate<T>(db: SqliteDatabase, work: () => T): T {
  return transact(db, () => {
    const end = beginMigration(db);
    const result = work();
    end();
    return result;
  });
}

/** The same where the caller has the transaction; returns what is to be called at its end. */
export function beginMigration(db: SqliteDatabase): () => void {
  const tables = hasStore(db) ? readTables(db).filter(({ covered }) => covered) : [];
  for (const { tbl } of tables) rebuildTriggers(db, tbl, true);
  return () => {
    for (const table of hasStore(db) ? readTables(db) : []) {
      const wasSynced = tables.some(({ tbl }) => tbl === table.tbl);
      // The store follows what was made anew.
      if (wasSynced && table.columns.length > 0 && !isRebuilt(db, table))
        rebuildTriggers(db, table.tbl);
    }
  };
}
