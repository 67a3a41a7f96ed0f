// A hub without HTTP, over real storage: for what takes days, and for storages that are restored.
import { env, runInDurableObject } from 'cloudflare:test';
import { hubHash, hubJoin } from '../../js/src/entry/workerd.js';
import type { Change, PullReply, PullRequest, PushReply, PushRequest } from '../../js/src/wire.js';
import type { HubOptions } from '../../js/src/worker/context.js';
import { Hub } from '../../js/src/worker/hub.js';
import { ObjectStore } from '../../js/src/worker/object-store.js';
import { newScope, nodeA } from './device.js';

export const dayMs = 86_400_000;
/** A time at which every stamp of device.ts is long past. */
export const start = 1_800_000_000_000;

export class LocalHub {
  readonly hub: Hub;
  /** The hub's time, which only the test moves. */
  now = start;

  constructor(
    readonly state: DurableObjectState,
    options: Partial<HubOptions> = {},
  ) {
    this.hub = new Hub(new ObjectStore(state.storage), hubJoin, hubHash, options);
  }

  later(days: number): void {
    this.now += days * dayMs;
  }

  request(changes: Change[], more: Partial<PushRequest> = {}): PushRequest {
    return { device: 'test', node: nodeA, schema: 1, cursor: null, changes, ...more };
  }

  push(changes: Change[], more: Partial<PushRequest> = {}): PushReply {
    return this.hub.push(this.request(changes, more), this.now);
  }

  pull(request: Partial<PullRequest> = {}): PullReply {
    return this.hub.pull({ cursor: null, ...request }, this.now);
  }

  meta() {
    return this.hub.meta({}, this.now);
  }

  /** Everything that the storage holds, as one value. */
  get dump(): unknown {
    const { sql } = this.state.storage;
    const tables = sql.exec<{ name: string }>(
      `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE '\\_%' ESCAPE '\\'`,
    );
    return tables
      .toArray()
      .map(({ name }) => [name, sql.exec(`SELECT * FROM "${name}"`).toArray()]);
  }
}

const scope = newScope();

/**
 * Runs `body` inside an object whose storage is empty. The same each time: with every further one,
 * the pool puts a proxy around a proxy.
 */
export function inObject(body: (state: DurableObjectState) => void | Promise<void>): Promise<void> {
  const stub = env.SYNC.get(env.SYNC.idFromName(scope));
  return runInDurableObject(stub, async (_, state) => {
    await state.storage.deleteAll();
    await body(state);
  });
}

export function withHub(
  body: (local: LocalHub) => void | Promise<void>,
  options: Partial<HubOptions> = {},
): Promise<void> {
  return inObject((state) => body(new LocalHub(state, options)));
}
