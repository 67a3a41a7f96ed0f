// Takes tables into sync: checks that they can be, starts recording, and logs the rows that were
// there before.
import { TidemarkError } from '../../errors.js';
import { newDeviceId } from '../../ids.js';
import { nodeOf } from '../../stamp-words.js';
import { encodeKey } from '../../values.js';
import { moveCursor } from '../journal.js';
import { adoptionStamp } from '../pending.js';
import { type MergeMode, type Stamper, stampAfter } from '../store.js';
import type { Access } from './access.js';
import { type Draft, type LogEntry, partsOf, spanOf } from './entry.js';
import { logStore, type StateRow, stateStore } from './schema.js';
import type { Tracker } from './tracker.js';

/** Within how long another context hears that a table is tracked. */
const newsSettleMs = 50;

/**
 * Throws `table_unsupported` for a table that cannot be synced. `counts`: whether the database
 * counts its keys; undefined: it has no such table. `mark` is what declares such keys.
 */
export function checkTables(
  tables: Iterable<string>,
  counts: (name: string) => boolean | undefined,
  mark: string,
): void {
  for (const name of tables) {
    const isCounted = counts(name);
    if (isCounted === undefined || name.startsWith('$tidemark_'))
      throw new TidemarkError('table_unsupported', `there is no table ${name}`);
    if (isIllFormed(name))
      throw new TidemarkError('table_unsupported', 'a lone surrogate in a name fits into no url');
    if (isCounted)
      throw new TidemarkError(
        'table_unsupported',
        `${name} counts its keys (${mark}), and two devices would count the same ones: ` +
          `declare the key without ${mark} and make keys with sync.newId()`,
      );
  }
}

// encodeURIComponent throws for exactly the texts that are not well-formed.
function isIllFormed(name: string): boolean {
  try {
    encodeURIComponent(name);
    return false;
  } catch {
    return true;
  }
}

/**
 * Tracks exactly `tables` from now on. A table that was not covered before has its rows logged as
 * created before everything else, so that they never beat a synced edit, and the hub is read from
 * the beginning for it.
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
  const stores = [...tables.keys(), logStore, stateStore];
  const cover = (access: Access) => coverFresh(access, tables, stamper, device);
  try {
    const { fresh, changed } = await tracker.transact('rw', stores, cover);
    tracker.tables = new Map(tables);
    if (changed) tracker.tellTables();
    if (fresh.length > 0) await adoptLate(tracker, fresh, stamper);
  } catch (error) {
    tracker.tables = before;
    throw error;
  }
}

/**
 * Adopts what other contexts added between the adoption and hearing of it. Rows that are logged are
 * sent as they are then.
 */
async function adoptLate(tracker: Tracker, fresh: readonly string[], stamper: Stamper) {
  await new Promise((resolve) => setTimeout(resolve, newsSettleMs));
  await tracker.transact('rw', [...fresh, logStore], (access) =>
    adoptRows(access, fresh, nodeOf(stamper.reserve(1))),
  );
}

async function coverFresh(
  access: Access,
  tables: ReadonlyMap<string, MergeMode>,
  stamper: Stamper,
  device: string | undefined,
): Promise<{ fresh: string[]; changed: boolean }> {
  const known = await access.get<StateRow>(stateStore, 'sync');
  if (known === undefined) await forgetDeletes(access);
  const fresh = [...tables.keys()].filter((name) => !known || !Object.hasOwn(known.tables, name));
  if (fresh.length > 0) await adoptRows(access, fresh, nodeOf(stamper.reserve(1)));
  const state = known ?? firstState();
  if (fresh.length > 0) moveCursor(state, null);
  await access.putState({
    ...state,
    device: device ?? state.device,
    tables: Object.fromEntries(tables),
    everCovered: [...new Set([...everCoveredOf(state), ...tables.keys()])],
  });
  const changed = JSON.stringify(known?.tables) !== JSON.stringify(Object.fromEntries(tables));
  return { fresh, changed };
}

/**
 * Deletes in the log of a database without a state are those of emptying it, store by store: nobody
 * meant the hub's records.
 */
async function forgetDeletes(access: Access): Promise<void> {
  const log = await access.all<LogEntry>(logStore);
  const deletes = log.filter(({ op }) => op === 'delete');
  await access.delete(
    logStore,
    deletes.map(({ id }) => id),
  );
}

/** A state that an earlier version wrote knows only what was covered last. */
export function everCoveredOf({ everCovered, tables }: StateRow): string[] {
  return everCovered ?? Object.keys(tables);
}

function firstState(): StateRow {
  return {
    key: 'sync',
    cursor: null,
    known: null,
    clock: null,
    offsetMs: null,
    device: newDeviceId(),
    tables: {},
    // Greater than any of a database that this one takes the place of.
    term: Date.now(),
    hub: null,
    sweeping: false,
  };
}

/**
 * Logs the rows of `tables` that the log does not know, as written before everything else; and as
 * created, unless a hub knew of them.
 */
export async function adoptRows(
  access: Access,
  tables: readonly string[],
  node: string,
  create = true,
): Promise<void> {
  const log = await access.all<LogEntry>(logStore);
  const entries: Omit<LogEntry, 'id'>[] = [];
  let adopted = 0;
  for (const entry of log) if (entry.adopted) adopted += spanOf(entry);
  for (const table of tables) {
    const known = new Set<string>();
    for (const entry of log)
      if (entry.table === table) for (const key of entry.keys) known.add(encodeKey(key));
    const keys = (await access.keys(table)).filter((key) => !known.has(encodeKey(key)));
    if (keys.length === 0) continue;
    const draft: Draft = { table, keys, op: 'put', adopted: true };
    if (create) draft.create = true;
    for (const part of partsOf(draft)) {
      const stamp = stampAfter(adoptionStamp(node), adopted);
      adopted += part.keys.length;
      entries.push({ ...part, stamp, ...(part.keys.length > 1 && { many: part.keys.length }) });
    }
  }
  await access.put(logStore, entries);
}
