// Devices that write, and sync at any time, hold in the end what the hub holds: whatever pages,
// patches, own writes left out, lost replies and lost deletes did on the way. A device here keeps
// stamps of what is pending only, which stays so through any number of pulls: so only the hub's
// answers can make this true.
import { env, runInDurableObject } from 'cloudflare:test';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { columnsOfChange, type JoinedColumns } from '../../js/src/columns.js';
import { hubHash, hubJoin } from '../../js/src/entry/workerd.js';
import { mergeColumns, mergeRows } from '../../js/src/merge.js';
import { absentField, canonicalText, isAbsent, setOwn } from '../../js/src/values.js';
import type { Change, Cursor, PullReply, PushRequest, WireRow } from '../../js/src/wire.js';
import { Hub } from '../../js/src/worker/hub.js';
import { ObjectStore } from '../../js/src/worker/object-store.js';
import { newScope } from './device.js';

const fieldNames = ['title', 'done', '__proto__'];

class Replica {
  readonly rows = new Map<string, WireRow>();
  cursor: Cursor = null;
  time = 0;
  #pending = new Map<string, Change>();
  #turn = 0;
  /** The last one that was answered, and those since. */
  #turns: string[] = [];

  /** `turns`: whether it names them; a bare client does not. */
  constructor(
    readonly node: string,
    readonly hub: Hub,
    readonly turns: boolean,
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
    const key = { table: 't', id, stamp };
    const held = this.rows.get(id);
    if (kind === 'delete') {
      if (held) this.#record({ ...key, deleted: true });
      this.rows.delete(id);
      return;
    }
    const patch = kind === 'patch' && held !== undefined;
    const written: WireRow = {};
    for (const [i, name] of fieldNames.entries()) {
      if (!(fields & (1 << i))) continue;
      const removes = patch && (value + i) % 5 === 0;
      setOwn(written, name, removes ? absentField : value + i);
    }
    this.rows.set(id, patched(patch ? held : {}, written));
    this.#record(patch ? { ...key, patch, row: written } : { ...key, row: written });
  }

  // What one push says of a record is one change, whatever was written to it.
  #record(change: Change) {
    const { id, stamp, patch, row = {} } = change;
    const pending = this.#pending.get(id);
    if (!patch || pending === undefined) return void this.#pending.set(id, change);
    const fields = { ...pending.fields };
    for (const name of Object.keys(row)) setOwn(fields, name, stamp);
    const merged = pending.patch ? own(pending.row) : patched(pending.row ?? {}, row);
    if (pending.patch) for (const [name, value] of Object.entries(row)) setOwn(merged, name, value);
    this.#pending.set(id, { ...pending, row: merged, fields });
  }

  #push(): PushRequest {
    const changes = [...this.#pending.values()];
    const request = { device: 'd', node: this.node, schema: 1, cursor: this.cursor, changes };
    if (!this.turns) return request;
    const turn = (++this.#turn).toString(16).padStart(16, '0');
    const after = this.#turns.slice(0, 8);
    this.#turns.push(turn);
    return { ...request, turn, after };
  }

  /** `lost`: the reply to another push before this one was lost. */
  sync(limit: number, lost: boolean) {
    if (lost) this.pushInVain();
    const reply = this.hub.full({ ...this.#push(), pull: { limit } }, Date.now());
    expect(reply.push.results.every(({ outcome }) => /applied|merged/.test(outcome))).toBe(true);
    this.#turns.splice(0, this.#turns.length - 1);
    this.#pending.clear();
    this.#read(reply.pull, limit);
  }

  pushInVain() {
    // No more attempts than it may name.
    if (this.#turns.length < 8) this.hub.push(this.#push(), Date.now());
  }

  pull(limit: number) {
    this.#read(this.#page(limit), limit);
  }

  #page(limit: number): PullReply {
    const { cursor, node } = this;
    const [turn] = this.#turns;
    const request = turn === undefined ? { cursor, node } : { cursor, node, turn };
    return this.hub.pull({ ...request, limit }, Date.now());
  }

  #read(first: PullReply, limit: number) {
    for (let page = first; ; page = this.#page(limit)) {
      for (const change of page.changes) this.#apply(change);
      this.cursor = page.cursor;
      if (!page.more) return;
    }
  }

  #apply(change: Change) {
    const { id, stamp, deleted, patch, row = {}, fields = {} } = change;
    for (const each of [stamp, ...Object.values(fields)])
      this.time = Math.max(this.time, Number.parseInt(each.slice(0, 12), 16));
    const pending = this.#pending.get(id);
    if (pending) return this.#meet(change, pending);
    if (deleted) return void this.rows.delete(id);
    const held = this.rows.get(id);
    if (patch && !held) throw new Error(`a patch of ${id}, which this device does not hold`);
    this.rows.set(id, patched(patch ? (held as WireRow) : {}, row));
  }

  // The stamps decide, as they will at the hub.
  #meet(change: Change, pending: Change) {
    const { id, deleted, patch, row = {} } = change;
    const [mine, theirs] = [columnsOfChange(pending), columnsOfChange(change)];
    const [joined] = hubJoin([mine], [theirs]) as [JoinedColumns];
    const { deleted: gone } = mergeColumns(mine, theirs, joined);
    if (gone) return void this.rows.delete(id);
    if (deleted) return;
    const held = this.rows.get(id);
    // A delete that loses to a patch: the hub shows the row once it hears of the delete.
    if (patch && !held) return;
    const local = patch ? (held as WireRow) : (pending.row ?? {});
    if (pending.deleted) this.rows.set(id, patched({}, row));
    else this.rows.set(id, mergeRows(local, row, joined, () => 0).row);
  }

  get state() {
    return [...this.rows]
      .map(([id, row]) => [id, canonicalText(row)] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1));
  }
}

/** `row` with what a patch writes. */
function patched(row: WireRow, patch: WireRow): WireRow {
  const next = own(row);
  for (const [name, value] of Object.entries(patch))
    if (isAbsent(value)) delete next[name];
    else setOwn(next, name, value);
  return next;
}

function own(row: WireRow = {}): WireRow {
  const copy = {};
  for (const [name, value] of Object.entries(row)) setOwn(copy, name, value);
  return copy;
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

test('devices hold in the end what the hub holds', async () => {
  const property = fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
    const stub = env.SYNC.get(env.SYNC.idFromName(newScope()));
    await runInDurableObject(stub, (_, state) => {
      const hub = new Hub(new ObjectStore(state.storage), hubJoin, hubHash);
      const replicas = ['a', 'b', 'c'].map((d, i) => new Replica(d.repeat(16), hub, i > 0));
      const of = (who: number) => replicas[who] as Replica;
      for (const s of steps)
        if (s.type === 'sync') of(s.who).sync(s.limit, s.lost);
        else if (s.type === 'pull') {
          if (s.lost) of(s.who).pushInVain();
          of(s.who).pull(s.limit);
        } else of(s.who).write(s.id, s.kind, s.fields, s.value, s.skew);
      for (const replica of [...replicas, ...replicas]) replica.sync(1_000, false);
      const fresh = new Replica('d'.repeat(16), hub, false);
      fresh.sync(1_000, false);
      for (const replica of replicas) expect(replica.state).toEqual(fresh.state);
    });
  });
  await fc.assert(property, { numRuns: 150, endOnFailure: false });
}, 120_000);
