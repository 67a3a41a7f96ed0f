// Devices that write, and sync at any time, hold in the end what the hub holds: whatever pages,
// patches, own writes left out, lost replies and lost deletes did on the way. A device here keeps
// stamps of what is pending only, which stays so through any number of pulls: so only the hub's
// answers can make this true.
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { hubHash, hubJoin } from '../../js/src/entry/workerd.js';
import type { PullReply } from '../../js/src/wire.js';
import { Hub } from '../../js/src/worker/hub.js';
import { ObjectStore } from '../../js/src/worker/object-store.js';
import { inObject } from './local-hub.js';
import { Replica } from './replica.js';

class Device extends Replica {
  constructor(
    node: string,
    readonly hub: Hub,
    named: boolean,
  ) {
    super(node, named);
  }

  /** `lost`: the reply to another push before this one was lost. */
  sync(limit: number, lost: boolean) {
    if (lost) this.pushInVain();
    const request = this.push();
    const reply = this.hub.full({ ...request, pull: { limit } }, Date.now());
    const { results } = reply.push;
    expect(results.every(({ outcome }) => /applied|merged/.test(outcome))).toBe(true);
    this.answered();
    this.pending.clear();
    this.#read(reply.pull, limit);
    for (const [i, { id, deleted }] of request.changes.entries())
      if (deleted && results[i]?.outcome === 'merged' && !this.rows.has(id)) this.#reread(id);
  }

  // A page that was read before may not have said what the delete lost to: a write of no field.
  #reread(id: string) {
    const request = { device: 'd', node: this.node, schema: 1, cursor: this.cursor, changes: [] };
    const records = [{ table: 't', id }];
    const reply = this.hub.full({ ...request, pull: { limit: 1 }, records }, Date.now());
    for (const record of reply.records ?? []) this.apply(record);
  }

  pushInVain() {
    // No more attempts than it may name.
    if (this.turns.length < 8) this.hub.push(this.push(), Date.now());
  }

  pull(limit: number) {
    this.#read(this.#page(limit), limit);
  }

  #page(limit: number): PullReply {
    const { cursor, node } = this;
    const [turn] = this.turns;
    const request = turn === undefined ? { cursor, node } : { cursor, node, turn };
    return this.hub.pull({ ...request, limit }, Date.now());
  }

  #read(first: PullReply, limit: number) {
    for (let page = first; ; page = this.#page(limit)) {
      for (const change of page.changes) this.apply(change);
      this.cursor = page.cursor;
      if (!page.more) return;
    }
  }
}

const replicaNumber = fc.integer({ min: 0, max: 2 });
const step = fc.oneof(
  fc.record({
    type: fc.constant('write' as const),
    who: replicaNumber,
    id: fc.constantFrom('1', '2'),
    kind: fc.constantFrom('whole' as const, 'patch' as const, 'patch' as const, 'delete' as const),
    fields: fc.integer({ min: 0, max: 7 }),
    value: fc.integer({ min: 0, max: 9 }),
    skew: fc.constantFrom(0, 0, 0, 5, 50),
  }),
  fc.record({
    type: fc.constant('sync' as const),
    who: replicaNumber,
    limit: fc.constantFrom(1, 2, 1_000),
    lost: fc.boolean(),
  }),
  fc.record({
    type: fc.constant('pull' as const),
    who: replicaNumber,
    limit: fc.constantFrom(1, 2, 1_000),
    lost: fc.boolean(),
  }),
);

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;
const write = (
  who: number,
  id: '1' | '2',
  kind: 'whole' | 'patch' | 'delete',
  fields = 0,
): Step => ({
  ...{ type: 'write', who, id, kind, fields, value: 0, skew: 0 },
});
const sync = (who: number): Step => ({ type: 'sync', who, limit: 1, lost: false });
const pull = (who: number, lost: boolean): Step => ({ type: 'pull', who, limit: 1, lost });

/** A delete that was sent and has lost, and then a patch that writes none of the row's fields. */
const lostToAPatch = [
  ...[write(0, '2', 'whole'), sync(0), pull(1, false), write(1, '2', 'delete')],
  ...[write(0, '1', 'whole'), write(0, '2', 'whole', 1), sync(0), pull(1, true)],
  ...[write(0, '2', 'patch'), sync(0), pull(1, false)],
];

test('devices hold in the end what the hub holds', async () => {
  const property = fc.asyncProperty(
    fc.array(step, { minLength: 10, maxLength: 40, size: 'max' }),
    (steps) =>
      inObject((state) => {
        const hub = new Hub(new ObjectStore(state.storage), hubJoin, hubHash);
        const replicas = ['a', 'b', 'c'].map((d, i) => new Device(d.repeat(16), hub, i > 0));
        const of = (who: number) => replicas[who] as Device;
        for (const s of steps)
          if (s.type === 'sync') of(s.who).sync(s.limit, s.lost);
          else if (s.type === 'pull') {
            if (s.lost) of(s.who).pushInVain();
            of(s.who).pull(s.limit);
          } else of(s.who).write(s.id, s.kind, s.fields, s.value, s.skew);
        for (const replica of [...replicas, ...replicas]) replica.sync(1_000, false);
        const fresh = new Device('d'.repeat(16), hub, false);
        fresh.sync(1_000, false);
        for (const replica of replicas) expect(replica.state).toEqual(fresh.state);
      }),
  );
  await fc.assert(property, { numRuns: 150, endOnFailure: false, examples: [[lostToAPatch]] });
}, 120_000);
