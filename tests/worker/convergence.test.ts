// Devices that write, and sync at any time, hold in the end what the hub holds: whatever pages,
// patches, own writes left out and lost deletes did on the way. A device here keeps no stamps of
// its rows, so only the hub's answers can make this true.
import { env, runInDurableObject } from 'cloudflare:test';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { hubHash, hubJoin } from '../../js/src/entry/workerd.js';
import { isAbsent } from '../../js/src/values.js';
import type { Change, Cursor, WireRow } from '../../js/src/wire.js';
import { Hub } from '../../js/src/worker/hub.js';
import { ObjectStore } from '../../js/src/worker/object-store.js';
import { newScope } from './device.js';

const fieldNames = ['title', 'done', '__proto__'];

class Replica {
  readonly rows = new Map<string, Map<string, unknown>>();
  cursor: Cursor = null;
  time = 0;
  #pending = new Map<string, Change>();

  constructor(
    readonly node: string,
    readonly hub: Hub,
  ) {}

  write(
    id: string,
    kind: 'whole' | 'patch' | 'delete',
    fields: number,
    value: number,
    skew: number,
  ) {
    this.time += 1 + skew;
    const stamp = `${this.time.toString(16).padStart(12, '0')}-0000-${this.node}`;
    if (this.#pending.has(id)) return;
    const held = this.rows.get(id);
    if (kind === 'delete') {
      if (!held) return;
      this.rows.delete(id);
      this.#pending.set(id, { table: 't', id, stamp, deleted: true });
      return;
    }
    const patch = kind === 'patch' && held !== undefined;
    const row = new Map(patch ? held : []);
    const written = new Map<string, unknown>();
    for (const [i, name] of fieldNames.entries()) {
      if (!(fields & (1 << i))) continue;
      const removes = patch && (value + i) % 5 === 0;
      written.set(name, removes ? { '$tm:absent': 0 } : value + i);
      if (removes) row.delete(name);
      else row.set(name, value + i);
    }
    this.rows.set(id, row);
    const change: Change = { table: 't', id, stamp, row: Object.fromEntries(written) as WireRow };
    this.#pending.set(id, patch ? { ...change, patch } : change);
  }

  /** `twice`: the reply to the first of two pushes was lost. */
  sync(limit: number, twice: boolean) {
    const changes = [...this.#pending.values()];
    const request = { device: 'd', node: this.node, schema: 1, cursor: this.cursor, changes };
    if (twice) this.hub.push(request, Date.now());
    const reply = this.hub.full({ ...request, pull: { limit } }, Date.now());
    expect(reply.push.results.every(({ outcome }) => /applied|merged/.test(outcome))).toBe(true);
    this.#pending.clear();
    let page = reply.pull;
    for (;;) {
      for (const change of page.changes) this.#apply(change);
      this.cursor = page.cursor;
      if (!page.more) return;
      page = this.hub.pull({ cursor: this.cursor, node: this.node, limit }, Date.now());
    }
  }

  #apply({ id, stamp, deleted, patch, row = {}, fields = {} }: Change) {
    for (const each of [stamp, ...Object.values(fields)])
      this.time = Math.max(this.time, Number.parseInt(each.slice(0, 12), 16));
    if (deleted) return void this.rows.delete(id);
    const held = this.rows.get(id);
    if (patch && !held) throw new Error(`a patch of ${id}, which this device does not hold`);
    const next = new Map(patch ? held : []);
    for (const [name, value] of Object.entries(row))
      if (isAbsent(value)) next.delete(name);
      else next.set(name, value);
    this.rows.set(id, next);
  }

  get state() {
    return [...this.rows]
      .map(([id, row]) => [id, [...row].sort(([a], [b]) => (a < b ? -1 : 1))] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1));
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
    twice: fc.boolean(),
  }),
);

test('devices hold in the end what the hub holds', async () => {
  const property = fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
    const stub = env.SYNC.get(env.SYNC.idFromName(newScope()));
    await runInDurableObject(stub, (_, state) => {
      const hub = new Hub(new ObjectStore(state.storage), hubJoin, hubHash);
      const replicas = ['a', 'b', 'c'].map((digit) => new Replica(digit.repeat(16), hub));
      const of = (who: number) => replicas[who] as Replica;
      for (const s of steps)
        if (s.type === 'sync') of(s.who).sync(s.limit, s.twice);
        else of(s.who).write(s.id, s.kind, s.fields, s.value, s.skew);
      for (const replica of [...replicas, ...replicas]) replica.sync(1_000, false);
      const fresh = new Replica('d'.repeat(16), hub);
      fresh.sync(1_000, false);
      for (const replica of replicas) expect(replica.state).toEqual(fresh.state);
    });
  });
  await fc.assert(property, { numRuns: 150, endOnFailure: false });
}, 120_000);
