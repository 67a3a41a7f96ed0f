// Records one write call of the app: what it wrote, by kind of call. The app's write goes first and
// the log's right behind it; only a call whose operations partly failed is corrected afterwards, in
// the same transaction.
import type {
  DBCore,
  DBCoreAddRequest,
  DBCoreDeleteRangeRequest,
  DBCoreDeleteRequest,
  DBCoreMutateRequest,
  DBCoreMutateResponse,
  DBCorePutRequest,
  DBCoreTable,
  Dexie,
} from 'dexie';
import { encodeKey } from '../../values.js';
import { checkFields, checkRow } from '../changed.js';
import { checkKey, type Draft } from '../indexeddb/entry.js';
import { draftOf, FieldSets } from '../indexeddb/field-sets.js';
import type { Logged, Recorder } from '../indexeddb/recorder.js';
import { logStore } from '../indexeddb/schema.js';
import type { MergeMode } from '../store.js';
import type { DexieTracker } from './tracker.js';

export interface Context {
  down: DBCoreTable;
  tracker: DexieTracker;
  recorder: Recorder;
  merge: MergeMode;
}

type Response = Promise<DBCoreMutateResponse>;

export function recordMutate(context: Context, request: DBCoreMutateRequest): Response {
  try {
    switch (request.type) {
      case 'add':
        return recordWhole(context, request, true);
      case 'put':
        return recordPut(context, request);
      case 'delete':
        return recordDelete(context, request);
      case 'deleteRange':
        return recordDeleteRange(context, request);
    }
  } catch (cause) {
    return rejected(context, cause);
  }
}

// Dexie's own promise: a native one would leave the transaction's zone.
function rejected({ tracker }: Context, cause: unknown): Response {
  const { Promise: DexiePromise } = tracker.db.constructor as typeof Dexie;
  return DexiePromise.reject(cause) as unknown as Response;
}

function native(request: DBCoreMutateRequest): IDBTransaction {
  return request.trans as unknown as IDBTransaction;
}

/** The keys of a call that writes rows. */
function keysOf({ down }: Context, request: DBCoreAddRequest | DBCorePutRequest): unknown[] {
  const { extractKey } = down.schema.primaryKey;
  const keys = request.keys ?? request.values.map((row) => extractKey?.(row));
  for (const key of keys) checkKey(key);
  return keys;
}

function recordWhole(
  context: Context,
  request: DBCoreAddRequest | DBCorePutRequest,
  create: boolean,
) {
  const { down, recorder } = context;
  const keys = keysOf(context, request);
  for (const row of request.values) checkRow(row, down.name);
  const done = down.mutate(request);
  const draft: Draft = { table: down.name, keys, op: 'put' };
  if (create) draft.create = true;
  return settle(context, request, done, recorder.log(native(request), draft, null));
}

function recordDelete(context: Context, request: DBCoreDeleteRequest): Response {
  const { down, recorder } = context;
  for (const key of request.keys) checkKey(key);
  const done = down.mutate(request);
  const draft: Draft = { table: down.name, keys: request.keys, op: 'delete' };
  return settle(context, request, done, recorder.log(native(request), draft, null));
}

function recordDeleteRange(context: Context, request: DBCoreDeleteRangeRequest): Response {
  const { down, recorder } = context;
  const { trans, range } = request;
  const query = { index: down.schema.primaryKey, range };
  return down.query({ trans, values: false, query }).then(({ result: keys }) => {
    for (const key of keys) checkKey(key);
    const done = down.mutate(request);
    const draft: Draft = { table: down.name, keys, op: 'delete' };
    return settle(context, request, done, recorder.log(native(request), draft, null));
  });
}

function recordPut(context: Context, request: DBCorePutRequest): Response {
  if (request.values.length === 0) return context.down.mutate(request);
  if (context.merge === 'record') return recordWhole(context, request, false);
  if (!hasUpdatingHook(context)) {
    if (request.changeSpec) return recordUpdate(context, request);
    if (request.updates && !request.upsert) return recordUpdates(context, request);
  }
  return recordChanges(context, request);
}

// A hook may change more fields than the app asked for.
function hasUpdatingHook({ tracker, down }: Context): boolean {
  const { updating } = tracker.db.table(down.name).hook as unknown as {
    updating: { subscribers: unknown[] };
  };
  return updating.subscribers.length > 0;
}

const topLevel = (keyPath: string) => keyPath.split('.', 1)[0] as string;

function fieldsOf(changeSpec: object): string[] {
  return [...new Set(Object.keys(changeSpec).map(topLevel))];
}

/** `update` and `modify` with an object: one set of fields for all keys. */
function recordUpdate(context: Context, request: DBCorePutRequest): Response {
  const { down, recorder } = context;
  const fields = fieldsOf(request.changeSpec as object);
  const keys = keysOf(context, request);
  for (const row of request.values) checkFields(row, fields, down.name);
  const done = down.mutate(request);
  const draft: Draft = { table: down.name, keys, op: 'put', fields: [fields] };
  return settle(context, request, done, recorder.log(native(request), draft, null));
}

/**
 * `bulkUpdate`: `updates` has a set of fields for each key asked for, the request only the keys
 * that exist.
 */
function recordUpdates(context: Context, request: DBCorePutRequest): Response {
  const { down, recorder } = context;
  const { keys: asked, changeSpecs } = request.updates as NonNullable<typeof request.updates>;
  const keys = keysOf(context, request);
  const sets = new FieldSets();
  let next = 0;
  for (const [i, key] of keys.entries()) {
    const id = encodeKey(key);
    while (next < asked.length && encodeKey(asked[next]) !== id) next++;
    const fields = fieldsOf(changeSpecs[next++] as object);
    checkFields(request.values[i], fields, down.name);
    sets.add(fields);
  }
  const done = down.mutate(request);
  const draft: Draft = { table: down.name, keys, op: 'put', ...sets.columns() };
  return settle(context, request, done, recorder.log(native(request), draft, null));
}

/** Any other put in a table merged by field: the old rows tell what changed. */
function recordChanges(context: Context, request: DBCorePutRequest): Response {
  const { down, recorder } = context;
  const { values, trans } = request;
  const keys = keysOf(context, request);
  for (const row of values) checkRow(row, down.name);
  if ((trans as { _cache?: unknown })._cache)
    // `modify` and hooks have just read the old rows: Dexie has them at hand.
    return down.getMany({ trans, keys, cache: 'immutable' }).then((before) => {
      const done = down.mutate(request);
      const [draft, operations] = draftOf(down.name, keys, before, values);
      return settle(context, request, done, recorder.log(native(request), draft, operations));
    });
  return recordBehind(context, request, keys);
}

/**
 * Reads the old rows in front of the write, without waiting in between: requests are done in order.
 */
function recordBehind(context: Context, request: DBCorePutRequest, keys: unknown[]): Response {
  const { down, recorder } = context;
  const trans = native(request);
  // The app's own may change before the old ones are here.
  const values = request.values.map((row) => ({ ...row }));
  const logged: Logged[] = [];
  readRows(trans, down.name, keys, (before) => {
    const [draft, operations] = draftOf(down.name, keys, before, values);
    logged.push(...recorder.log(trans, draft, operations));
  });
  return settle(context, request, down.mutate(request), logged);
}

function readRows(
  trans: IDBTransaction,
  table: string,
  keys: readonly unknown[],
  done: (rows: unknown[]) => void,
): void {
  const store = trans.objectStore(table);
  const rows: unknown[] = new Array(keys.length);
  let last: IDBRequest | null = null;
  for (const [i, key] of keys.entries()) {
    last = store.get(key as IDBValidKey);
    last.onsuccess = ({ target }) => {
      rows[i] = (target as IDBRequest).result;
      if (target === last) done(rows);
    };
  }
}

/** Corrects the log where operations failed, before the app hears of it and may catch it. */
function settle(context: Context, request: DBCoreMutateRequest, done: Response, logged: Logged[]) {
  const { down, tracker, recorder } = context;
  // Any request waits until the log's own are done, in the zone of the transaction.
  const forget = (failed: (operation: number) => boolean) =>
    (tracker.core as DBCore)
      .table(logStore)
      .get({ trans: request.trans, key: -1 })
      .then(() => recorder.forget(native(request), logged, failed));
  return done.then(
    (response) =>
      response.numFailures === 0
        ? response
        : forget((i) => i in response.failures).then(() => response),
    (cause) => {
      // IndexedDB refused one operation at once, and those before it are under way: what has a row
      // may have been written.
      const keys = request.type === 'add' || request.type === 'put' ? keysOf(context, request) : [];
      return down
        .getMany({ trans: request.trans, keys })
        .then((rows) => forget((i) => rows[i] === undefined))
        .catch(() => {}) // the transaction is over: nothing of it stays
        .then(() => {
          throw cause;
        });
    },
  );
}
