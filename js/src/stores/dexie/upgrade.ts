// Upgrades of the app's database. What an upgrade function writes to a synced table is recorded as
// any write of the app: the hub's records would otherwise stay as they were, and come back so to
// every new device. Tables are read from the database itself, as nothing is loaded yet.
import type { DBCore, DBCoreMutateRequest, DBCoreMutateResponse, Transaction } from 'dexie';
import { addLetters } from '../indexeddb/dropped.js';
import type { LogEntry } from '../indexeddb/entry.js';
import {
  type DeadRow,
  deadStore,
  logStore,
  type StateRow,
  stateStore,
} from '../indexeddb/schema.js';
import { type Context, recordMutate } from './record.js';

const native = ({ trans }: DBCoreMutateRequest) => trans as unknown as IDBTransaction;

export function isUpgrade(request: DBCoreMutateRequest): boolean {
  return native(request).mode === 'versionchange';
}

export function mutateInUpgrade(
  context: Omit<Context, 'merge'>,
  request: DBCoreMutateRequest,
): Promise<DBCoreMutateResponse> {
  const { down, tracker, recorder } = context;
  // A table that the new version has no more is nobody's: only what was pending of it counts.
  const stays = tracker.db.tables.some(({ name }) => name === down.name);
  if (!stays || !recorder.records(native(request))) return down.mutate(request);
  const own = (tracker.core as DBCore).table(stateStore);
  return own.get({ trans: request.trans, key: 'sync' }).then((state: StateRow | undefined) => {
    const merge =
      state && Object.hasOwn(state.tables, down.name) ? state.tables[down.name] : undefined;
    return merge === undefined
      ? down.mutate(request)
      : recordMutate({ ...context, merge }, request);
  });
}

/** Makes letters of what was not sent yet of the tables that the new version drops. */
export async function keepDropped(
  trans: Transaction,
  stays: (name: string) => boolean,
): Promise<void> {
  const log = trans.table<LogEntry, number>(logStore);
  const left = await log.filter(({ table, op }) => op === 'put' && !stays(table)).toArray();
  const letters = new Map<string, DeadRow>();
  for (const entry of left)
    addLetters(letters, entry, await trans.table(entry.table).bulkGet(entry.keys as never[]));
  await trans.table(deadStore).bulkAdd([...letters.values()]);
  await log.bulkDelete(left.map(({ id }) => id));
}
