// Takes tables into sync: checks that they can be, starts recording, and logs the rows that were there before.
import type { Dexie } from 'dexie';
import { TidemarkError } from '../../errors.js';
import { newDeviceId } from '../../ids.js';
import { encodeKey } from '../../values.js';
import { adoptionStamp, nodeOf } from '../pending.js';
import { type MergeMode, type Stamper, stampAfter } from '../store.js';
import { type Access, transact } from './access.js';
import { type Draft, type LogEntry, partsOf } from './entry.js';
import { logStore, type StateRow, stateStore } from './schema.js';
import type { Tracker } from './tracker.js';

/** Rejects with `table_unsupported` for a table that cannot be synced. */
export function checkTables(db: Dexie, tables: ReadonlyMap<string, MergeMode>): void {
  for (const name of tables.keys()) {
    const table = db.tables.find((known) => known.name === name);
    if (table === undefined || name.startsWith('$tidemark_'))
      throw new TidemarkError('table_unsupported', `there is no table ${name}`);
    if (table.schema.primKey.auto)
      throw new TidemarkError(
        'table_unsupported',
        `${name} counts its keys (++), and two devices would count the same ones: ` +
          'declare the key without ++ and make keys with sync.newId()',
      );
  }
  if (!db.tables.some((table) => table.name === logStore))
    throw new TidemarkError('table_unsupported', 'declare the tables with db.version(n).stores(…)');
}

/**
 * Tracks exactly `tables` from now on. A table that was not covered before has its rows logged as created before everything
 * else, so that they never beat a synced edit, and the hub is read from the beginning for it.
 */
export async function coverTables(
  tracker: Tracker,
  tables: ReadonlyMap<string, MergeMode>,
  stamper: Stamper,
  device: string | undefined,
): Promise<void> {
  // From here on writes are recorded; the transaction below waits for those that began before.
  const before = tracker.tables;
  tracker.tables = new Map([...before, ...tables]);
  try {
    const stores = [...tables.keys(), logStore, stateStore];
    const changed = await transact(tracker, 'rw', stores, (access) =>
      cover(access, tables, stamper, device),
    );
    tracker.tables = new Map(tables);
    if (changed) tracker.tellTables();
  } catch (error) {
    tracker.tables = before;
    throw error;
  }
}

async function cover(
  access: Access,
  tables: ReadonlyMap<string, MergeMode>,
  stamper: Stamper,
  device: string | undefined,
): Promise<boolean> {
  const known = await access.get<StateRow>(stateStore, 'sync');
  const fresh = [...tables.keys()].filter((name) => !known || !Object.hasOwn(known.tables, name));
  if (fresh.length > 0) await adoptRows(access, fresh, nodeOf(stamper.reserve(1)));
  const state = known ?? firstState();
  await access.putState({
    ...state,
    cursor: fresh.length > 0 ? null : state.cursor,
    device: device ?? state.device,
    tables: Object.fromEntries(tables),
  });
  return JSON.stringify(known?.tables) !== JSON.stringify(Object.fromEntries(tables));
}

function firstState(): StateRow {
  return {
    key: 'sync',
    cursor: null,
    clock: null,
    offsetMs: null,
    device: newDeviceId(),
    tables: {},
    term: 0,
  };
}

async function adoptRows(access: Access, tables: readonly string[], node: string): Promise<void> {
  const entries: Omit<LogEntry, 'id'>[] = [];
  let adopted = 0;
  for (const table of tables) {
    const keys = await access.keys(table);
    for (const key of keys) encodeKey(key);
    const draft: Draft = { table, keys, op: 'put', create: true, adopted: true };
    if (keys.length > 0)
      for (const part of partsOf(draft)) {
        const stamp = stampAfter(adoptionStamp(node), adopted);
        adopted += part.keys.length;
        entries.push({ ...part, stamp, ...(part.keys.length > 1 && { many: part.keys.length }) });
      }
  }
  await access.put(logStore, entries);
}
