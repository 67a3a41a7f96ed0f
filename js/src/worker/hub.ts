// The hub of one scope: the calls of protocol 1 over any store, each in one transaction. It knows
// neither HTTP nor the time.
import type { Hash } from '../core.js';
import type { Join } from '../merge.js';
import { setOwn } from '../values.js';
import {
  type DigestReply,
  type DigestRequest,
  type FullReply,
  type FullRequest,
  type LossesReply,
  type LossesRequest,
  type MetaReply,
  type MetaRequest,
  type PullReply,
  type PullRequest,
  type PushReply,
  type PushRequest,
  protocolVersion,
} from '../wire.js';
import { type Context, defaultOptions, type HubOptions } from './context.js';
import { formatCursor } from './cursor.js';
import { readDigest } from './digest.js';
import { checkCaller, checkHub } from './gate.js';
import type { HubStore } from './hub-store.js';
import { beginEpoch } from './lineage.js';
import { readLosses } from './loss-page.js';
import { maintain, safeSeq } from './maintenance.js';
import { readPage, readRecords } from './pull.js';
import { applyPush } from './push.js';

export class Hub {
  readonly #store: HubStore;
  readonly #context: Context;

  constructor(store: HubStore, join: Join, hash: Hash, options: Partial<HubOptions> = {}) {
    this.#store = store;
    this.#context = { store, join, hash, options: { ...defaultOptions, ...options } };
  }

  /** Where a reader that has everything stands. */
  get cursor(): string {
    const head = this.#store.head();
    return formatCursor(head, head.seq);
  }

  push(request: PushRequest, serverTime: number): PushReply {
    return this.#answer((context) => {
      checkCaller(context, request);
      return applyPush(context, request, serverTime);
    });
  }

  pull(request: PullRequest, serverTime: number): PullReply {
    return this.#answer((context) => {
      checkCaller(context, request);
      return readPage(context, request, serverTime);
    });
  }

  full(request: FullRequest, serverTime: number): FullReply {
    return this.#answer((context) => {
      checkCaller(context, request);
      const push = applyPush(context, request, serverTime);
      const pull = readPage(context, pullOf(request), serverTime);
      const { records } = request;
      const reply = { push, pull, serverTime };
      return records === undefined ? reply : { ...reply, records: readRecords(context, records) };
    });
  }

  losses(request: LossesRequest): LossesReply {
    return this.#answer((context) => {
      checkCaller(context, request);
      return readLosses(context, request);
    });
  }

  digest(request: DigestRequest, serverTime: number): DigestReply {
    return this.#answer((context) => {
      checkCaller(context, request);
      return readDigest(context, request, serverTime);
    });
  }

  meta(request: MetaRequest, serverTime: number): MetaReply {
    return this.#answer((context) => {
      checkHub(context, request);
      const counts: MetaReply['counts'] = {};
      for (const { table, ...numbers } of this.#store.counts()) setOwn(counts, table, numbers);
      const devices: NonNullable<MetaReply['devices']> = {};
      for (const [device, numbers] of this.#store.devices.all()) setOwn(devices, device, numbers);
      const safe = safeSeq(context, serverTime);
      const head = this.#store.head();
      return { protocol: protocolVersion, ...head, safe, counts, devices, serverTime };
    });
  }

  /** The storage was restored, and holds what had `seq` or less. */
  restored(now: number, seq = this.#store.head().seq): void {
    this.#answer(() => beginEpoch(this.#store, seq, now));
  }

  /** Forgets what is old enough. Pushes see to it that this is done. */
  maintain(now: number): void {
    this.#answer((context) => maintain(context, now));
  }

  #answer<T>(call: (context: Context) => T): T {
    return this.#store.transaction(() => call(this.#context));
  }
}

// Its push was taken as that turn: what it wrote may be left out.
function pullOf({ cursor, node, turn, pull: { own, ...options } }: FullRequest): PullRequest {
  if (own) return { ...options, cursor };
  return turn === undefined ? { ...options, cursor, node } : { ...options, cursor, node, turn };
}
