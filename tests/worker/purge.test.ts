// Purge: when a delete is forgotten, and what a change is worth then whose record is not there.
import { describe, expect, test } from 'vitest';
import type { Change, PushReply } from '../../js/src/wire.js';
import { at, nodeB, nodeC, patch, remove, whole } from './device.js';
import { type LocalHub, withHub } from './local-hub.js';

const outcomes = ({ results }: PushReply) => results.map((r) => ('code' in r ? r.code : r.outcome));
const tombstones = (local: LocalHub) => local.meta().counts.todos?.tombstones ?? 0;

/** Days pass, and somebody writes. */
function pass(local: LocalHub, days: number): void {
  local.later(days);
  local.push([{ ...whole('clock', at(1), { day: local.now }), stamp: at(1, nodeC, local.now) }]);
}

/** A record that was deleted at `at(9)` long ago, and one that is there. */
function purged(local: LocalHub): void {
  local.push([whole('gone', at(5), { n: 1 }), whole('here', at(6), { n: 1 })]);
  local.push([remove('gone', at(9))]);
  pass(local, 1);
  pass(local, 91);
  expect(tombstones(local)).toBe(0);
}

describe('tombstones are purged', () => {
  test('when they are old; the fence is the greatest seq, and a reader behind it begins again', () =>
    withHub((local) => {
      local.push([whole('gone', at(1), {}), whole('here', at(2), {})]);
      const behind = local.hub.cursor;
      const { cursor } = local.push([remove('gone', at(3))]);
      pass(local, 89);
      expect(local.meta()).toMatchObject({ fence: 0, safe: 1 });
      expect(tombstones(local)).toBe(1);
      // The mark of the day of the delete is of before it: one more is needed that is old.
      pass(local, 2);
      expect(tombstones(local)).toBe(1);
      pass(local, 89);
      expect(tombstones(local)).toBe(0);
      expect(local.meta()).toMatchObject({ fence: 2, counts: { todos: { records: 2 } } });
      expect(local.pull({ cursor: behind })).toMatchObject({ reset: true, offer: null, fence: 2 });
      expect(local.pull({ cursor: behind }).adopt).toBeUndefined();
      expect(local.pull({ cursor }).reset).toBeUndefined();
      expect(() => local.push([], { cursor: behind })).toThrow(/cursor/);
      const ids = local.pull().changes.map(({ id }) => id);
      expect(ids.sort()).toEqual(['"clock"', '"here"']);
    }));

  test('not while a backup may be from before them', () =>
    withHub(
      (local) => {
        local.push([remove('gone', at(1))]);
        pass(local, 50);
        expect(tombstones(local)).toBe(1);
        pass(local, 51);
        expect(tombstones(local)).toBe(0);
      },
      { backupDays: 100, tombstoneDays: 10 },
    ));

  test('not while the epoch is younger than backups are old', () =>
    withHub((local) => {
      local.push([remove('gone', at(1))]);
      local.later(100);
      local.hub.restored(local.now);
      pass(local, 0);
      pass(local, 29);
      local.hub.maintain(local.now);
      expect(tombstones(local)).toBe(1);
      local.later(1);
      local.hub.maintain(local.now);
      expect(tombstones(local)).toBe(0);
    }));

  test('after as many days as an app likes', () =>
    withHub(
      (local) => {
        local.push([remove('gone', at(1))]);
        pass(local, 1.5);
        expect(tombstones(local)).toBe(1);
        pass(local, 1);
        expect(tombstones(local)).toBe(0);
      },
      { backupDays: 1, tombstoneDays: 2 },
    ));

  test('ten thousand at once, the oldest first; the rest an hour later', () =>
    withHub((local) => {
      for (let i = 10; i >= 0; i--) {
        const ids = Array.from({ length: 1_000 }, (_, n) => `${String(i).padStart(2, '0')}-${n}`);
        local.push(ids.map((id) => remove(id, at(1))));
      }
      pass(local, 0.1);
      local.later(91);
      local.hub.maintain(local.now);
      expect([tombstones(local), local.meta().fence]).toEqual([1_000, 10]);
      expect(local.pull().changes.filter(({ id }) => id.startsWith('"00-'))).toHaveLength(1_000);
      pass(local, 0.1);
      expect([tombstones(local), local.meta().fence]).toEqual([0, 11]);
    }));

  test('and marks of time are, where they are of no more use', () =>
    withHub((local) => {
      for (let day = 0; day < 200; day++) pass(local, 1);
      const [{ marks } = { marks: 0 }] = local.state.storage.sql
        .exec<{ marks: number }>('SELECT count(*) AS marks FROM marks')
        .toArray();
      expect(marks).toBe(92);
    }));
});

describe('a change of an absent record', () => {
  test('that is older than what was purged is refused, unless it says that it creates', () =>
    withHub((local) => {
      purged(local);
      const changes = [
        whole('gone', at(9, '0'.repeat(16)), { n: 2 }),
        patch('other', at(8), { n: 2 }),
        whole('made', at(8), { n: 2 }, { create: true }),
        patch('half', at(8), { n: 2 }, { create: true }),
        patch('here', at(8), { n: 2 }),
      ];
      const reply = local.push(changes);
      expect(outcomes(reply)).toEqual(['purged', 'purged', 'applied', 'needFull', 'applied']);
      expect(reply.results[0]).toEqual({
        outcome: 'rejected',
        code: 'purged',
        message: 'the record was deleted long ago',
        retryable: false,
      });
      const rows = local.pull().changes.map(({ id, row }) => [id, row?.n]);
      expect(rows).toEqual(
        expect.arrayContaining([
          ['"made"', 2],
          ['"here"', 2],
        ]),
      );
      expect(rows).toHaveLength(3);
    }));

  test('that is newer is taken; its greatest stamp counts', () =>
    withHub((local) => {
      purged(local);
      const reply = local.push([
        whole('gone', at(10), { n: 2 }),
        whole('late', at(8), { n: 2 }, { fields: { n: at(10) } }),
        patch('patched', at(10), { n: 2 }),
      ]);
      expect(outcomes(reply)).toEqual(['applied', 'applied', 'needFull']);
    }));

  test('deletes are kept, older ones as well: they hold off older creations', () =>
    withHub((local) => {
      purged(local);
      const before = local.meta().counts.todos?.records;
      const old = local.push([remove('never', at(8))]);
      expect(outcomes(old)).toEqual(['applied']);
      expect(tombstones(local)).toBe(1);
      local.push([whole('never', at(7), {}, { create: true })]);
      expect([tombstones(local), local.meta().counts.todos?.records]).toEqual([1, before]);
    }));

  test('an older delete that comes late opens no way past the one that was purged', () =>
    withHub((local) => {
      purged(local);
      local.push([remove('gone', at(7))]);
      const edits = [patch('gone', at(8), { n: 2 }), whole('gone', at(8, nodeB), { n: 2 })];
      for (const edit of edits) expect(outcomes(local.push([edit]))).toEqual(['purged']);
      expect(outcomes(local.push([whole('gone', at(10), { n: 3 })]))).toEqual(['applied']);
    }));

  test('only the greatest stamp that was purged counts, of any epoch', () =>
    withHub((local) => {
      purged(local);
      // One that is purged later, and has a lesser stamp, lessens nothing.
      local.push([remove('here', at(7))]);
      pass(local, 1);
      pass(local, 100);
      expect(tombstones(local)).toBe(0);
      expect(outcomes(local.push([whole('here', at(8), {})]))).toEqual(['purged']);
      local.hub.restored(local.now);
      expect(outcomes(local.push([whole('gone', at(9), {})]))).toEqual(['purged']);
      expect(outcomes(local.push([whole('gone', at(10), {})]))).toEqual(['applied']);
    }));
});

test('what was purged in an epoch that is forgotten stays so', () =>
  withHub((local) => {
    purged(local);
    const first = local.hub.cursor;
    local.hub.restored(local.now);
    const second = local.hub.cursor;
    for (let i = 0; i < 99; i++) local.hub.restored(local.now);
    expect(local.pull({ cursor: first })).toMatchObject({ adopt: true });
    expect(local.pull({ cursor: second }).adopt).toBeUndefined();
    const outcomeOf = (tick: number, more = {}) =>
      outcomes(local.push([whole('gone', at(tick), {}, more)]))[0];
    expect([outcomeOf(9), outcomeOf(9, { offer: first })]).toEqual(['purged', 'purged']);
    expect(outcomeOf(9, { offer: second })).toBe('applied');
  }));

describe('an offer', () => {
  const offered = (change: Change, offer: string): Change => ({ ...change, offer });

  test('is refused only for what was purged in epochs that its device did not read', () =>
    withHub((local) => {
      const first = local.hub.cursor;
      purged(local);
      const second = local.hub.cursor;
      local.hub.restored(local.now);
      const offer = (id: string, tick: number, cursor: string) =>
        outcomes(local.push([offered(whole(id, at(tick), {}), cursor)]))[0];
      expect(offer('a', 1, first)).toBe('applied');
      expect(offer('b', 2, second)).toBe('applied');
      expect(offer('c', 3, local.hub.cursor)).toBe('applied');
      expect(offer('d', 3, 'elsewhere')).toBe('purged');
      local.push([remove('a', at(7)), remove('b', at(7))]);
      pass(local, 31);
      pass(local, 91);
      expect(tombstones(local)).toBe(0);
      expect(offer('a', 7, second)).toBe('purged');
      expect(offer('e', 8, second)).toBe('applied');
      expect(offer('a', 7, local.hub.cursor)).toBe('applied');
    }));

  test('of a patch asks for the whole', () =>
    withHub((local) => {
      const change = offered(patch('a', at(1), { n: 1 }), local.hub.cursor);
      expect(outcomes(local.push([change]))).toEqual(['needFull']);
    }));

  test('may carry any stamps of a retired node: they were taken once', () =>
    withHub((local) => {
      const drift = 60_000;
      const bound = local.now + drift;
      const { cursor } = local.hub;
      const of = (id: string, ms: number) => whole(id, at(0, nodeB, ms), {});
      expect(outcomes(local.push([of('x', bound + 1)]))).toEqual(['clock']);
      local.later(1);
      const late = outcomes(
        local.push([
          offered(of('b', bound), cursor),
          offered(of('c', bound + 1), cursor),
          offered(whole('d', at(1), { n: 1 }, { fields: { n: at(0, nodeB, bound) } }), cursor),
          offered(whole('e', at(1), { n: 1 }, { fields: { n: at(0, nodeB, bound + 1) } }), cursor),
        ]),
      );
      expect(late).toEqual(['applied', 'applied', 'applied', 'applied']);
    }));

  test('that is ahead of the time of the hub still retires its node', () =>
    withHub((local) => {
      const { cursor } = local.hub;
      const ahead = whole('a', at(0, nodeB, local.now + 60_001), {});
      expect(outcomes(local.push([offered(ahead, cursor)]))).toEqual(['clock']);
      const next = whole('b', at(0, nodeB, local.now + 60_001), {});
      local.later(1);
      expect(outcomes(local.push([next]))).toEqual(['clock']);
      // Not even once its time has come.
      local.later(1);
      expect(outcomes(local.push([ahead]))).toEqual(['clock']);
      expect(outcomes(local.push([offered(ahead, cursor)]))).toEqual(['applied']);
    }));
});
