// The hub of one scope: the calls of protocol 1 over any store, each in one transaction. It knows
// neither HTTP nor the time.
import type { Join } from '../merge.js';
import { setOwn } from '../values.js';
import {
  type FullReply,
  type FullRequest,
  type MetaReply,
  type PullReply,
  type PullRequest,
  type PushReply,
  type PushRequest,
  protocolVersion,
} from '../wire.js';
import { formatCursor } from './cursor.js';
import type { HubStore } from './hub-store.js';
import { readPage } from './pull.js';
import { applyPush } from './push.js';

export class Hub {
  readonly #store: HubStore;
  readonly #join: Join;

  constructor(store: HubStore, join: Join) {
    this.#store = store;
    this.#join = join;
  }

  /** Where a reader that has everything stands. */
  get cursor(): string {
    const head = this.#store.head();
    return formatCursor(head, head.seq);
  }

  push(request: PushRequest, serverTime: number): PushReply {
    return this.#store.transaction(() => applyPush(this.#store, this.#join, request, serverTime));
  }

  pull(request: PullRequest, serverTime: number): PullReply {
    return this.#store.transaction(() => readPage(this.#store, request, serverTime));
  }

  full(request: FullRequest, serverTime: number): FullReply {
    const { cursor, node } = request;
    return this.#store.transaction(() => ({
      push: applyPush(this.#store, this.#join, request, serverTime),
      pull: readPage(this.#store, { ...request.pull, cursor, node }, serverTime),
      serverTime,
    }));
  }

  meta(serverTime: number): MetaReply {
    const counts: MetaReply['counts'] = {};
    for (const { table, ...numbers } of this.#store.counts()) setOwn(counts, table, numbers);
    return { protocol: protocolVersion, ...this.#store.head(), safe: 0, counts, serverTime };
  }
}
