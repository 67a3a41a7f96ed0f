// Losses: of two writes that did not know of each other, what was discarded is kept, once.
// tidy: long, because the cases of one call share their helpers
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Change, Loss, WireRow } from '../../js/src/wire.js';
import { at, Device, nodeA, nodeB, nodeC, patch, remove, whole } from './device.js';
import { inObject, LocalHub, start, withHub } from './local-hub.js';

const absent = { '$tm:absent': 0 };

function lossesOf(local: LocalHub): Omit<Loss, 'table'>[] {
  const { losses, more } = local.hub.losses({ after: 0 });
  expect([more, losses.every(({ table }) => table === 'todos')]).toEqual([false, true]);
  return losses.map(({ table: _, n: _n, ...loss }) => loss);
}

const loss = (stamp: string, row: WireRow, winner: string, more = {}) => ({
  id: '"a"',
  stamp,
  row,
  winner,
  at: start,
  ...more,
});

/** A record that A wrote whole (seq 1), and whose title and note it then patched (seq 2). */
function held(local: LocalHub): { whole: string; patched: string } {
  const first = local.push([whole('a', at(1), { title: 'x', done: 0, old: 1 })]);
  const second = local.push([patch('a', at(5), { title: 'A', note: absent })]);
  return { whole: first.cursor, patched: second.cursor };
}

describe('a value that arrives and loses', () => {
  const late = patch('a', at(3, nodeB), { title: 'B', done: 0, note: 'n', old: 2 });

  test('is kept, with what it lost to; not what won, nor what is the same', () =>
    withHub((local) => {
      held(local);
      const same = patch('a', at(3, nodeC), { title: 'A' });
      local.push([late], { node: nodeB });
      local.push([same], { node: nodeC });
      expect(lossesOf(local)).toMatchObject([
        loss(at(3, nodeB), { title: 'B', note: 'n' }, at(5)),
        // This one was held, and nobody but A had read it.
        loss(at(1), { old: 1 }, at(3, nodeB)),
      ]);
    }));

  test('once, however often it is sent, and whatever wins by then', () =>
    withHub((local) => {
      const { patched } = held(local);
      const send = () => local.push([late], { node: nodeB, cursor: patched });
      for (let i = 0; i < 3; i++) send();
      local.push([patch('a', at(9), { title: 'AA' })], { cursor: local.hub.cursor });
      send();
      expect(lossesOf(local)).toEqual([loss(at(3, nodeB), { title: 'B', note: 'n' }, at(5))]);
    }));

  test('by the stamp of each field', () =>
    withHub((local) => {
      held(local);
      local.push([patch('a', at(7), { done: 7 })]);
      const fields = { done: at(6, nodeB) };
      const row = { title: 'B', done: 6, old: 1 };
      local.push([whole('a', at(2, nodeB), row, { fields })], { node: nodeB });
      expect(lossesOf(local)).toEqual([
        loss(at(2, nodeB), { title: 'B' }, at(5)),
        loss(at(6, nodeB), { done: 6 }, at(7)),
      ]);
    }));

  test('a removal is one, too', () =>
    withHub((local) => {
      held(local);
      local.push([patch('a', at(3, nodeB), { title: absent })], { node: nodeB });
      expect(lossesOf(local)).toEqual([loss(at(3, nodeB), { title: absent }, at(5))]);
    }));
});

describe('a value that is held and loses', () => {
  test('is kept where the writer had not read it', () =>
    withHub((local) => {
      const cursors = held(local);
      const later = patch('a', at(7, nodeB), { title: 'B', done: 1, note: 'n' });
      local.push([later], { node: nodeB, cursor: cursors.whole });
      expect(lossesOf(local)).toEqual([loss(at(5), { title: 'A', note: absent }, at(7, nodeB))]);
    }));

  test.each<[string, (cursors: { whole: string; patched: string }) => object, Change]>([
    [
      'where it had',
      ({ patched }) => ({ node: nodeB, cursor: patched }),
      patch('a', at(7, nodeB), { title: 'B' }),
    ],
    [
      'where it was its own',
      ({ whole: cursor }) => ({ node: nodeA, cursor }),
      patch('a', at(7), { title: 'B' }),
    ],
    [
      'where it is the same',
      ({ whole: cursor }) => ({ node: nodeB, cursor }),
      patch('a', at(7, nodeB), { title: 'A', note: absent }),
    ],
    [
      'where it stays',
      ({ whole: cursor }) => ({ node: nodeB, cursor }),
      patch('a', at(7, nodeB), { done: 3 }),
    ],
  ])('is not, %s', (_, more, change) =>
    withHub((local) => {
      const cursors = held(local);
      expect(local.push([change], more(cursors)).results).toEqual([{ outcome: 'applied' }]);
      expect(lossesOf(local)).toEqual([]);
    }),
  );

  test('to what was offered by its own writer, who had not read it', () =>
    withHub((local) => {
      const { whole: cursor } = held(local);
      const offered = patch('a', at(7, nodeB), { title: 'B' }, { offer: cursor });
      local.push([offered], { node: nodeA, cursor });
      expect(lossesOf(local)).toEqual([loss(at(5), { title: 'A' }, at(7, nodeB))]);
    }));

  test('to a row that lacks it, as well', () =>
    withHub((local) => {
      const { patched } = held(local);
      local.push([patch('a', at(6, nodeC), { old: 2 })], { node: nodeC, cursor: patched });
      local.push([whole('a', at(7, nodeB), { title: 'A' })], { node: nodeB, cursor: patched });
      expect(lossesOf(local)).toEqual([loss(at(6, nodeC), { old: 2 }, at(7, nodeB))]);
    }));
});

describe('an edit and a delete', () => {
  const deleted = { deleted: true };

  test('the edit arrives and loses: all that it wrote is kept', () =>
    withHub((local) => {
      held(local);
      const { cursor } = local.push([remove('a', at(9))]);
      const late = patch(
        'a',
        at(8, nodeB),
        { title: 'B', done: 0 },
        { fields: { done: at(8.5, nodeB) } },
      );
      for (let i = 0; i < 2; i++) local.push([late], { node: nodeB, cursor });
      expect(lossesOf(local)).toEqual([
        loss(at(8, nodeB), { title: 'B' }, at(9), deleted),
        loss(at(8.5, nodeB), { done: 0 }, at(9), deleted),
      ]);
    }));

  test('the edit is held and loses: what the deleter had not read is kept', () =>
    withHub((local) => {
      const cursors = held(local);
      local.push([remove('a', at(9, nodeB))], { node: nodeB, cursor: cursors.whole });
      expect(lossesOf(local)).toEqual([loss(at(5), { title: 'A' }, at(9, nodeB), deleted)]);
    }));

  test('who deletes what it had read loses nothing', () =>
    withHub((local) => {
      const { patched } = held(local);
      local.push([remove('a', at(9, nodeB))], { node: nodeB, cursor: patched });
      local.push([remove('a', at(10, nodeC))], { node: nodeC });
      expect(lossesOf(local)).toEqual([]);
    }));

  test('a delete that loses has no value to be kept', () =>
    withHub((local) => {
      held(local);
      const reply = local.push([remove('a', at(3, nodeB))], { node: nodeB });
      expect(reply.results).toEqual([{ outcome: 'merged', lost: ['deleted'] }]);
      expect(lossesOf(local)).toEqual([]);
    }));
});

test('what is refused discards nothing', () =>
  withHub((local) => {
    const { whole: cursor } = held(local);
    const text = 'x'.repeat(700_000);
    local.push([patch('a', at(6), { big: text })]);
    const change = patch('a', at(7, nodeB), { title: 'B', more: text });
    const before = lossesOf(local);
    const reply = local.push([change], { node: nodeB, cursor });
    expect(reply.results).toMatchObject([{ code: 'too_large' }]);
    expect(lossesOf(local)).toEqual(before);
  }));

describe('the call', () => {
  const collide = (local: LocalHub, id: string) => {
    local.push([whole(id, at(5), { v: 'A' })]);
    local.push([whole(id, at(3, nodeB), { v: 'B' })], { node: nodeB });
  };

  test('gives pages in the order in which they were recorded', () =>
    withHub((local) => {
      for (let i = 0; i < 5; i++) collide(local, `k${i}`);
      const first = local.hub.losses({ after: 0, limit: 2 });
      expect(first.losses.map(({ n, id }) => [n, id])).toEqual([
        [1, '"k0"'],
        [2, '"k1"'],
      ]);
      expect(first.more).toBe(true);
      const rest = local.hub.losses({ after: 2, limit: 3 });
      expect([rest.losses.map(({ n }) => n), rest.more]).toEqual([[3, 4, 5], false]);
      expect(local.hub.losses({ after: 5 })).toEqual({ losses: [], more: false });
    }));

  test('ends a page at a mebibyte', () =>
    withHub((local) => {
      const v = 'x'.repeat(600_000);
      for (const id of ['a', 'b', 'c']) {
        local.push([whole(id, at(5), { v: 'A' })]);
        local.push([whole(id, at(3, nodeB), { v })], { node: nodeB });
      }
      const { losses, more } = local.hub.losses({ after: 0 });
      expect([losses.length, more]).toEqual([2, true]);
      expect(local.hub.losses({ after: 2 })).toMatchObject({
        losses: [{ id: '"c"' }],
        more: false,
      });
    }));

  test('keeps them for their days, and never gives a number twice', () =>
    withHub(
      (local) => {
        collide(local, 'old');
        local.later(3);
        local.hub.maintain(local.now);
        expect(local.hub.losses({ after: 0 }).losses).toHaveLength(1);
        local.now += 1;
        local.hub.maintain(local.now);
        expect(local.hub.losses({ after: 0 }).losses).toEqual([]);
        collide(local, 'new');
        expect(local.hub.losses({ after: 0 }).losses).toMatchObject([{ n: 2, id: '"new"' }]);
      },
      { lossDays: 3 },
    ));

  test('over HTTP, with names of any kind', async () => {
    const scope = new Device().scope;
    const [a, b] = [new Device(scope), new Device(scope, nodeB)];
    const named = (stamp: string, value: number): Change => {
      const row = JSON.parse(`{"__proto__":${value},"":${value},"\\ud800":{"__proto__":${value}}}`);
      return { table: '__proto__', id: '"\\ud800"', stamp, row };
    };
    await a.push(named(at(5), 1));
    await b.push(named(at(3, nodeB), 2));
    const response = await a.fetch('losses');
    expect(response.status).toBe(200);
    const { losses } = (await response.json()) as { losses: Loss[] };
    expect(losses).toHaveLength(1);
    expect(losses[0]).toMatchObject({ table: '__proto__', id: '"\\ud800"', winner: at(5), n: 1 });
    const sorted = Object.entries(losses[0]?.row ?? {}).sort(([x], [y]) => (x < y ? -1 : 1));
    const sent = Object.entries(named(at(3), 2).row ?? {}).sort(([x], [y]) => (x < y ? -1 : 1));
    expect(JSON.stringify(sorted)).toBe(JSON.stringify(sent));
    for (const query of ['after=-1', 'after=x', 'limit=0', 'limit=1.5', 'schema=-1'])
      expect([query, (await a.fetch(`losses?${query}`)).status]).toEqual([query, 400]);
  });
});

// Nobody reads here, so every write is concurrent with every other: then each value is shown in the
// end, or is among the losses.
test('no value is gone without a trace', async () => {
  const write = fc.record({
    tick: fc.integer({ min: 1, max: 12 }),
    kind: fc.constantFrom('whole', 'whole', 'patch', 'patch', 'delete'),
    fields: fc.subarray(['a', 'b', '__proto__']),
    own: fc.subarray(['a', 'b', '__proto__']),
  });
  const run = (writes: { tick: number; kind: string; fields: string[]; own: string[] }[]) =>
    inObject((state) => {
      const local = new LocalHub(state);
      const sent = new Set<string>();
      for (const [i, { tick, kind, fields, own }] of writes.entries()) {
        const node = (i + 1).toString(16).padStart(16, '0');
        const pairs = fields.map((name) => `${JSON.stringify(name)}:"${i}${name}"`);
        const row = JSON.parse(`{${pairs.join()}}`) as WireRow;
        const stamps = own
          .filter((name) => fields.includes(name))
          .map((name) => `${JSON.stringify(name)}:"${at(tick + 2, node)}"`);
        const more = { fields: JSON.parse(`{${stamps.join()}}`) };
        const change =
          kind === 'delete'
            ? remove('k', at(tick, node))
            : (kind === 'whole' ? whole : patch)('k', at(tick, node), row, more);
        const [result] = local.push([change], { node }).results;
        if (result?.outcome === 'needFull' || kind === 'delete') continue;
        for (const name of fields) sent.add(`${i}${name}`);
      }
      const rows = [...local.pull().changes, ...local.hub.losses({ after: 0 }).losses];
      const kept = new Set(rows.flatMap(({ row }) => Object.values(row ?? {})));
      for (const value of sent) expect(kept).toContain(value);
    });
  const property = fc.asyncProperty(fc.array(write, { minLength: 2, maxLength: 8 }), run);
  await fc.assert(property, { numRuns: 200, endOnFailure: false });
}, 120_000);
