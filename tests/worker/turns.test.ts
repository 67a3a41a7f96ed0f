// Turns: a copy of a running engine is found out, and its writes are read by the one it copied.
import { describe, expect, test } from 'vitest';
import type { Change, PushRequest } from '../../js/src/wire.js';
import { at, Device, nodeA, nodeB, outcomes, whole } from './device.js';
import { withHub } from './local-hub.js';

const [t1, t2, t3, t4] = ['1', '2', '3', '4'].map((digit) => digit.repeat(16)) as [
  string,
  string,
  string,
  string,
];
const one = (id: string, tick: number) => [whole(id, at(tick), { n: tick })];

describe('a push is taken', () => {
  test('if its node is new, goes on from its last turn, or is the same request again', () =>
    withHub((local) => {
      const push = (turn: string, after?: string[]) =>
        outcomes(local.push(one('a', 1), after === undefined ? { turn } : { turn, after }))[0];
      expect(push(t2, [t1])).toBe('applied');
      expect(push(t2, [t1])).toBe('applied');
      expect(push(t2)).toBe('applied');
      expect(push(t3, [t2])).toBe('applied');
      // Of its attempts since the last answer, any may have come through, or none.
      expect(push(t4, [t1, t3, t2])).toBe('applied');
      expect(push(t1, [t2, t3, t4])).toBe('applied');
      expect(push(t2, [t1])).toBe('applied');
    }));

  test('not if it goes on from another turn, is an earlier one, or names none', () =>
    withHub((local) => {
      local.push(one('a', 1), { turn: t1 });
      local.push(one('a', 2), { turn: t2, after: [t1] });
      const before = local.dump;
      const copies: Partial<PushRequest>[] = [
        { turn: t3, after: [t1] },
        { turn: t3, after: [t1, t4, t3] },
        { turn: t3, after: [] },
        { turn: t3 },
        { turn: t1 },
        { turn: t1, after: [t1] },
        {},
      ];
      for (const copy of copies) {
        const reply = local.push([...one('b', 3), ...one('c', 4)], copy);
        expect(outcomes(reply)).toEqual(['clone', 'clone']);
        expect(reply).toMatchObject({ seq: 2, cursor: local.hub.cursor });
      }
      expect(local.dump).toEqual(before);
      // Another node is another engine.
      expect(outcomes(local.push(one('b', 3), { node: nodeB, turn: t1 }))).toEqual(['applied']);
      expect(outcomes(local.push(one('b', 3), { turn: t3, after: [t2] }))).toEqual(['applied']);
    }));

  test('of two that were copied while a push was not answered, by only one', () =>
    withHub((local) => {
      local.push(one('a', 1), { turn: t1 });
      // Both go on from what the first knew: the answered turn, and the one that got no answer.
      local.push(one('a', 2), { turn: t2, after: [t1] });
      expect(outcomes(local.push(one('a', 2), { turn: t3, after: [t1, t2] }))).toEqual(['applied']);
      expect(outcomes(local.push(one('a', 3), { turn: t4, after: [t1, t2] }))).toEqual(['clone']);
    }));

  test('the stamps of a copy retire nobody', () =>
    withHub((local) => {
      local.push([], { turn: t1 });
      const ahead: Change = whole('a', at(0, nodeA, local.now + 1_000_000), {});
      expect(outcomes(local.push([ahead], { turn: t3, after: [t2] }))).toEqual(['clone']);
      expect(outcomes(local.push(one('a', 1), { turn: t2, after: [t1] }))).toEqual(['applied']);
    }));

  test('of a node that was silent as long as deletes are remembered, as of a new one', () =>
    withHub((local) => {
      local.push(one('a', 1), { turn: t1 });
      local.later(90);
      local.hub.maintain(local.now);
      expect(outcomes(local.push(one('a', 2), { turn: t3, after: [t2] }))).toEqual(['clone']);
      local.now += 1;
      local.hub.maintain(local.now);
      expect(outcomes(local.push(one('a', 2), { turn: t3, after: [t2] }))).toEqual(['applied']);
    }));

  test('of any node once the hub was restored: its turns were those of the backup', () =>
    withHub((local) => {
      const push = (turn: string, after: string[]) =>
        outcomes(local.push(one('a', 1), { turn, after }))[0];
      push(t1, []);
      expect(push(t4, [t3])).toBe('clone');
      local.hub.restored(local.now);
      expect(push(t4, [t3])).toBe('applied');
      expect(push(t2, [t1])).toBe('clone');
      // So it is where a reader tells of it.
      local.pull({ cursor: `${local.meta().epoch}:9` });
      expect(push(t2, [t1])).toBe('applied');
    }));

  test('a node that never named a turn need not', () =>
    withHub((local) => {
      expect(outcomes(local.push(one('a', 1)))).toEqual(['applied']);
      expect(outcomes(local.push(one('a', 2)))).toEqual(['applied']);
      expect(outcomes(local.push(one('a', 3), { turn: t1 }))).toEqual(['applied']);
      expect(outcomes(local.push(one('a', 4)))).toEqual(['clone']);
    }));
});

describe('own writes are left out', () => {
  test('of a pull that names the latest turn of the node, of no other', async () => {
    const device = new Device();
    const { cursor } = await device.pull();
    const push = (turn: string, id: string) =>
      device.post('push', { ...device.request(one(id, 1)), turn });
    expect((await push(t1, 'a')).status).toBe(200);
    const seen = async (turn?: string) => {
      const reply = await device.pull(
        turn ? { cursor, node: nodeA, turn } : { cursor, node: nodeA },
      );
      return reply.changes.length;
    };
    expect([await seen(t1), await seen(t2), await seen()]).toEqual([0, 1, 1]);
    expect((await device.pull({ cursor, turn: t1 })).changes).toHaveLength(1);
  });

  test('nor of one that names a turn of a node that never did', () =>
    withHub((local) => {
      const { cursor } = local.pull();
      local.push(one('a', 1));
      expect(local.pull({ cursor, node: nodeA }).changes).toEqual([]);
      expect(local.pull({ cursor, node: nodeA, turn: t1 }).changes).toHaveLength(1);
    }));

  test('a full goes by its push, unless it asks for all; a copy is shown everything', () =>
    withHub((local) => {
      const { cursor } = local.pull();
      const full = (id: string, more: object, pull = {}) => {
        const request = local.request(one(id, 1), { cursor, ...more });
        return local.hub.full({ ...request, pull }, local.now);
      };
      expect(full('a', { turn: t1 }).pull.changes).toEqual([]);
      expect(full('b', { turn: t2, after: [t1] }, { own: true }).pull.changes).toHaveLength(2);
      expect(full('b', { turn: t2, after: [t1] }, { own: false }).pull.changes).toEqual([]);
      const copy = full('c', { turn: t4, after: [t1] });
      expect(outcomes(copy.push)).toEqual(['clone']);
      expect(copy.pull.changes).toHaveLength(2);
    }));
});
