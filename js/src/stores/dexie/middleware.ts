// The DBCore middleware: sees every write of every tracked table, below Dexie's hooks (so with what
// they changed) and above its observability (so that what sync writes is seen by live queries).
import type {
  DBCore,
  DBCoreMutateRequest,
  DBCoreMutateResponse,
  DBCoreTable,
  Middleware,
} from 'dexie';
import { Recorder } from '../indexeddb/recorder.js';
import { logStore } from '../indexeddb/schema.js';
import { recordMutate } from './record.js';
import type { DexieTracker } from './tracker.js';
import { isUpgrade, mutateInUpgrade } from './upgrade.js';

export function trackingMiddleware(tracker: DexieTracker): Middleware<DBCore> {
  const recorder = new Recorder(tracker);
  return {
    stack: 'dbcore',
    name: 'tidemark',
    level: 1,
    create(down) {
      tracker.core = down as DBCore;
      return {
        transaction: (stores, mode, options) =>
          (down as DBCore).transaction(
            mode === 'readwrite' ? withLog(stores, tracker) : stores,
            mode,
            options as never,
          ),
        table: (name) => trackedTable((down as DBCore).table(name), tracker, recorder),
      };
    },
  };
}

function withLog(stores: string[], tracker: DexieTracker): string[] {
  if (tracker.tables.size === 0 || stores.includes(logStore)) return stores;
  return stores.some((store) => tracker.tables.has(store)) ? [...stores, logStore] : stores;
}

function trackedTable(down: DBCoreTable, tracker: DexieTracker, recorder: Recorder): DBCoreTable {
  return {
    ...down,
    mutate(request: DBCoreMutateRequest): Promise<DBCoreMutateResponse> {
      if (isUpgrade(request)) return mutateInUpgrade({ down, tracker, recorder }, request);
      const merge = tracker.tables.get(down.name);
      if (merge === undefined || !recorder.records(request.trans as unknown as IDBTransaction))
        return down.mutate(request);
      return recordMutate({ down, tracker, recorder, merge }, request);
    },
  };
}
