// An app's SQLite database with some of its tables synced, for tests of what is recorded of SQL.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sqlite3InitModule, { type Database } from '@sqlite.org/sqlite-wasm';
import { databaseOf } from '../../../js/src/stores/sqlite/libraries.js';
import { SqliteStore } from '../../../js/src/stores/sqlite/store.js';
import type { AppTriggers } from '../../../js/src/stores/sqlite/unrecorded.js';
import type { MergeMode, PendingWrite } from '../../../js/src/stores/store.js';
import { TestClock } from '../../../js/src/testing/index.js';

const sqlite3 = await sqlite3InitModule();

export function openMemory(): Database {
  return new sqlite3.oo1.DB(':memory:');
}

export function storeOver(
  handle: Database,
  tables: readonly string[] | Record<string, MergeMode>,
  triggers: AppTriggers = 'local',
): SqliteStore {
  const modes = Array.isArray(tables)
    ? new Map(tables.map((name): [string, MergeMode] => [name, 'field']))
    : new Map(Object.entries(tables as Record<string, MergeMode>));
  return SqliteStore.open(databaseOf(handle), {
    ...{ tables: modes, clock: new TestClock(), triggers },
  });
}

/** A database made by `schema`, its `tables` synced, and nothing pending. */
export async function synced(
  schema: string,
  tables: readonly string[] | Record<string, MergeMode>,
) {
  const handle = openMemory();
  handle.exec(schema);
  const store = storeOver(handle, tables);
  await settle(store);
  return { handle, store };
}

/** As if the hub had taken everything. */
export async function settle(store: SqliteStore): Promise<void> {
  const { writes } = await store.readOutbox(10_000);
  const term = await store.lead();
  const acknowledged = writes.map((write) => ({ write, result: 'sent' as const }));
  const nothing = { changes: [], clock: null, offsetMs: null };
  await store.commit({ acknowledged, ...nothing }, () => [], term);
}

/** What the log says of each write, oldest first. */
export async function recorded(store: SqliteStore): Promise<string[]> {
  const { writes } = await store.readOutbox(10_000);
  return writes.map(said);
}

function said({ table, id, columns, create }: PendingWrite): string {
  const { base, deleted, fields } = columns;
  if (deleted) return `${table} ${id} deleted`;
  if (create) return `${table} ${id} created`;
  return `${table} ${id} ${base === null ? [...fields.keys()].sort().join() : 'whole'}`;
}

/** How much SQLite works for what `work` asks, in steps of its machine: of all kept statements. */
export function stepsOf(handle: Database, work: () => void): number {
  const { capi } = sqlite3;
  const count = () => {
    let steps = 0;
    let each = capi.sqlite3_next_stmt(handle.pointer as never, 0 as never);
    for (; each; each = capi.sqlite3_next_stmt(handle.pointer as never, each))
      steps += capi.sqlite3_stmt_status(each, capi.SQLITE_STMTSTATUS_VM_STEP, 1);
    return steps;
  };
  count();
  work();
  return count();
}

/** Runs SQL in the plain `sqlite3` shell on the database's file; gives the database then. */
export function inShell(handle: Database, sql: string): Database {
  const folder = mkdtempSync(path.join(tmpdir(), 'tidemark-'));
  try {
    const file = path.join(folder, 'app.db');
    writeFileSync(file, bytesOf(handle));
    execFileSync('sqlite3', ['-bail', file], { input: sql });
    return openBytes(new Uint8Array(readFileSync(file)));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A database as its file would be. */
export function bytesOf(handle: Database): Uint8Array {
  return sqlite3.capi.sqlite3_js_db_export(handle);
}

export function openBytes(bytes: Uint8Array): Database {
  const handle = openMemory();
  const { capi, wasm } = sqlite3;
  const { pointer } = handle;
  if (pointer === undefined) throw new Error('the database is closed');
  const at = wasm.allocFromTypedArray(bytes);
  const flags = capi.SQLITE_DESERIALIZE_FREEONCLOSE | capi.SQLITE_DESERIALIZE_RESIZEABLE;
  const code = capi.sqlite3_deserialize(pointer, 'main', at, bytes.length, bytes.length, flags);
  handle.checkRc(code);
  return handle;
}
