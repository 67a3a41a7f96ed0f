// Devices over a hub that purges soon and is restored from backups, and pages that other writes
// come between: in the end they hold what the hub holds.
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { TidemarkError } from '../../js/src/errors.js';
import type { Change, PullReply, PushResult, WireRow } from '../../js/src/wire.js';
import { inObject, LocalHub } from './local-hub.js';
import { Replica } from './replica.js';

const backupDays = 1;
const options = { backupDays, tombstoneDays: 2, lossDays: 30 };
const dayMs = 86_400_000;
/** What is offered is pushed under it, so that whoever offers reads what became of it. */
const offerNode = 'f'.repeat(16);

type Table = [name: string, rows: Record<string, SqlStorageValue>[]];

/** The hub, its clock, and its last backup. */
class World {
  readonly local: LocalHub;
  #backup: { at: number; tables: Table[] } | null = null;
  #value = 0;

  constructor(readonly state: DurableObjectState) {
    this.local = new LocalHub(state, options);
  }

  /** So that three fields have values of their own, none of which is a removal. */
  nextValue(): number {
    this.#value += 5;
    return this.#value + 1;
  }

  backUp(): void {
    this.#backup = { at: this.local.now, tables: this.local.dump as Table[] };
  }

  /** From a backup that is not too old. */
  restore(): void {
    const { local, state } = this;
    if (this.#backup === null || local.now - this.#backup.at > backupDays * dayMs) return;
    for (const [name, rows] of this.#backup.tables) {
      state.storage.sql.exec(`DELETE FROM "${name}"`);
      for (const row of rows) {
        const values = Object.values(row);
        const places = values.map(() => '?').join();
        state.storage.sql.exec(`INSERT INTO "${name}" VALUES (${places})`, ...values);
      }
    }
    local.hub.restored(local.now);
  }
}

class Device extends Replica {
  /** What was acknowledged to it or pulled by it, and the hub's seq then. */
  #journal: { seq: number; change: Change }[] = [];
  #offers: Change[] = [];
  /** The records shown since a reset; null: there was none. */
  #shown: Set<string> | null = null;
  #sweeps = true;

  constructor(
    node: string,
    readonly world: World,
  ) {
    super(node, true);
  }

  get #hub() {
    return this.world.local.hub;
  }

  get isDone(): boolean {
    const { pending, cursor } = this;
    const nothing = pending.size === 0 && this.#offers.length === 0 && this.#shown === null;
    return nothing && cursor === this.#hub.cursor;
  }

  override write(...args: Parameters<Replica['write']>): void {
    const [id, kind] = args;
    const before = this.rows.get(id);
    super.write(...args);
    const change = this.pending.get(id);
    if (kind === 'whole' && !before && change) this.pending.set(id, { ...change, create: true });
  }

  protected override meet(change: Change, pending: Change): void {
    const isPart = change.patch && !this.rows.has(change.id);
    super.meet(isPart ? this.#reread(change) : change, pending);
  }

  // A patch does not say what it has brought back.
  #reread({ table, id }: Change): Change {
    const { local } = this.world;
    const request = local.request([], { node: offerNode, cursor: null });
    const full = { ...request, pull: { limit: 1 }, records: [{ table, id }] };
    return this.#hub.full(full, local.now).records?.[0] as Change;
  }

  /** One exchange: a page after a reset, or a push and a page. */
  sync(limit: number, lost: boolean): void {
    if (this.#shown !== null) return this.pull(limit);
    try {
      if (lost && this.turns.length < 8) {
        this.#hub.push(this.push(), this.world.local.now);
        this.#attempted();
      }
      this.#offer();
      const request = this.push();
      const reply = this.#hub.full({ ...request, pull: { limit } }, this.world.local.now);
      this.answered();
      this.#settle(request.changes, reply.push.results, reply.push.seq);
      this.#read(reply.pull, limit);
    } catch (error) {
      if (!(error instanceof TidemarkError) || error.code !== 'reset_required') throw error;
      this.pull(limit);
    }
  }

  pull(limit: number): void {
    const { cursor, node } = this;
    const [turn] = this.turns;
    const request = turn === undefined ? { cursor, node } : { cursor, node, turn };
    const own = this.#shown === null ? request : { cursor };
    this.#read(this.#hub.pull({ ...own, limit }, this.world.local.now), limit);
  }

  // A creation is one only the first time that it is sent.
  #attempted(): void {
    for (const [id, { create, ...change }] of this.pending) this.pending.set(id, change);
  }

  #offer(): void {
    for (let change = this.#offers[0]; change !== undefined; change = this.#offers[0]) {
      const more = { node: offerNode, cursor: this.cursor };
      const { results, seq } = this.world.local.push([change], more);
      this.#offers.shift();
      const { offer, ...known } = change;
      if (/applied|merged/.test(results[0]?.outcome ?? ''))
        this.#journal.push({ seq, change: known });
    }
  }

  #settle(changes: readonly Change[], results: readonly PushResult[], seq: number): void {
    for (const [i, { create, ...change }] of changes.entries()) {
      const { outcome } = results[i] as PushResult;
      const row = this.rows.get(change.id);
      this.pending.delete(change.id);
      if (outcome === 'needFull' && row) this.pending.set(change.id, wholeOf(change, row));
      else if (outcome === 'rejected') {
        this.rows.delete(change.id);
      } else {
        expect(outcome).toMatch(/applied|merged/);
        this.#journal.push({ seq, change });
      }
    }
  }

  #read(page: PullReply, limit: number): void {
    if (page.reset) return this.#begin(page, limit);
    for (const change of page.changes) {
      this.apply(change);
      this.#journal.push({ seq: page.seq as number, change });
      this.#shown?.add(change.id);
    }
    this.cursor = page.cursor;
    if (!page.more) this.#sweep();
  }

  #begin({ offer, adopt }: PullReply, limit: number): void {
    const cursor = this.cursor as string;
    const least = offer ?? Number.POSITIVE_INFINITY;
    for (const { seq, change } of this.#journal)
      if (seq > least) this.#offers.push({ ...change, offer: cursor });
    this.#journal = this.#journal.filter(({ seq }) => seq <= least);
    this.#shown = new Set();
    this.#sweeps = !adopt;
    this.cursor = null;
    this.pull(limit);
  }

  #sweep(): void {
    for (const id of [...this.rows.keys()])
      if (this.#shown?.has(id) === false && this.#sweeps && !this.pending.has(id))
        this.rows.delete(id);
    this.#shown = null;
  }
}

function wholeOf({ table, id, stamp, fields = {} }: Change, row: WireRow): Change {
  const greatest = [stamp, ...Object.values(fields)].sort().at(-1) as string;
  return { table, id, stamp: greatest, row };
}

const who = fc.integer({ min: 0, max: 2 });
const limit = fc.integer({ min: 1, max: 3 });
const write = fc.record({
  type: fc.constant('write' as const),
  who,
  id: fc.constantFrom('1', '2', '3', '4'),
  kind: fc.constantFrom('whole' as const, 'patch' as const, 'patch' as const, 'delete' as const),
  fields: fc.integer({ min: 1, max: 7 }),
  skew: fc.constantFrom(0, 0, 0, 5, 50),
});
const sync = fc.record({ type: fc.constant('sync' as const), who, limit, lost: fc.boolean() });
const pull = fc.record({ type: fc.constant('pull' as const), who, limit });
const days = fc.constantFrom(0.1, 0.6, 1.5);
const step = fc.oneof(
  { weight: 6, arbitrary: write },
  { weight: 6, arbitrary: sync },
  { weight: 2, arbitrary: pull },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('pass' as const), days }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('backUp' as const) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('restore' as const) }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

function take(world: World, devices: readonly Device[], s: Step): void {
  if (s.type === 'pass') return world.local.later(s.days);
  if (s.type === 'backUp') return world.backUp();
  if (s.type === 'restore') return world.restore();
  const device = devices[s.who] as Device;
  if (s.type === 'sync') device.sync(s.limit, s.lost);
  else if (s.type === 'pull') device.pull(s.limit);
  else device.write(s.id, s.kind, s.fields, world.nextValue(), s.skew);
}

function settle(devices: readonly Device[]): void {
  for (let round = 0; round < 50 && !devices.every(({ isDone }) => isDone); round++)
    for (const device of devices) device.sync(3, false);
  expect(devices.map(({ isDone }) => isDone)).toEqual(devices.map(() => true));
}

function converge(world: World, steps: readonly Step[]): void {
  const devices = ['a', 'b', 'c'].map((digit) => new Device(digit.repeat(16), world));
  for (const each of steps) take(world, devices, each);
  settle(devices);
  const fresh = new Device('d'.repeat(16), world);
  settle([fresh]);
  for (const device of devices) expect(device.state).toEqual(fresh.state);
}

const length = { minLength: 30, maxLength: 100, size: 'max' } as const;

test('devices hold in the end what a hub holds that was restored, more than once', async () => {
  const property = fc.asyncProperty(fc.array(step, length), (steps) =>
    inObject((state) => {
      converge(new World(state), steps);
    }),
  );
  await fc.assert(property, { numRuns: 100, endOnFailure: true });
}, 120_000);
