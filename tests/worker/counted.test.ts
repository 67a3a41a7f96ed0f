// Counted keys: what the hub answers where two devices gave one number to different records.
import { describe, expect, test } from 'vitest';
import type { Change, WireRow } from '../../js/src/wire.js';
import { at, nodeA, nodeB, outcomes, patch, remove, whole } from './device.js';
import { inObject, LocalHub, withHub } from './local-hub.js';

const mine = 'a1a1a1a1a1a1a1a1';
const theirs = 'b2b2b2b2b2b2b2b2';

const made = (id: number, tick: number, row: WireRow, born = mine): Change => ({
  ...{ table: 'todos', id: `${id}`, stamp: at(tick), row, create: true, born },
});
const numbered = (id: number, change: Change): Change => ({ ...change, id: `${id}` });
const gone = (id: number, tick: number) => numbered(id, remove('', at(tick)));
const shown = (local: LocalHub) => local.pull().changes;
const asB = (local: LocalHub) => ({ node: nodeB, cursor: local.hub.cursor });

describe('a creation', () => {
  test('is remembered by what it drew, and pulled with it: whole, patched, deleted, asked for', () =>
    withHub((local) => {
      local.push([made(1, 1, { n: 1 }), made(2, 1, { n: 2 })]);
      const { cursor } = local.hub;
      expect(shown(local).map(({ born, create }) => [born, create])).toEqual([
        [mine, undefined],
        [mine, undefined],
      ]);
      local.push([numbered(1, patch('', at(2), { n: 3 })), gone(2, 3)], asB(local));
      const news = local.pull({ cursor }).changes;
      expect(news.map(({ born, patch: isPatch, deleted }) => [born, isPatch, deleted])).toEqual([
        [mine, true, undefined],
        [mine, undefined, true],
      ]);
      const records = [1, 2].map((id) => ({ table: 'todos', id: `${id}` }));
      const request = { ...local.request([]), pull: {}, records };
      const answers = local.hub.full(request, local.now).records;
      expect(answers?.map(({ born }) => born)).toEqual([mine, mine]);
    }));

  test('that is sent again is merged as ever', () =>
    withHub((local) => {
      const { create, ...again } = made(1, 1, { n: 1 });
      local.push([{ ...again, create: true }]);
      const { seq } = local.push([again]);
      expect(seq).toBe(1);
      const later = { ...again, fields: { n: at(4) }, row: { n: 5 } };
      expect(outcomes(local.push([later]))).toEqual(['applied']);
      expect(shown(local)).toMatchObject([{ row: { n: 5 }, born: mine }]);
    }));

  test('under the key of another record collides, and says past which number there is room', () =>
    withHub((local) => {
      local.push([made(1, 1, { n: 1 }), made(12, 1, { n: 12 }), made(7, 1, { n: 7 })]);
      const others = ['"99"', '[100,1]', '-200'].map((id) => ({ ...whole('', at(1), {}), id }));
      local.push([...others, { ...made(300, 1, {}), table: 'other' }]);
      const before = shown(local);
      const { results, seq } = local.push([made(7, 9, { n: 'B' }, theirs)], asB(local));
      expect(results).toEqual([{ outcome: 'collision', past: 12 }]);
      expect([seq, shown(local)]).toEqual([2, before]);
      expect(outcomes(local.push([made(13, 9, { n: 'B' }, theirs)], asB(local)))).toEqual([
        'applied',
      ]);
    }));

  test('collides with a record that does not say how it was born, and with what was offered', () =>
    withHub((local) => {
      local.push([numbered(1, whole('', at(1), { n: 1 }))]);
      expect(outcomes(local.push([made(1, 2, { n: 2 })]))).toEqual(['collision']);
      const offered = { ...made(1, 2, { n: 2 }), offer: local.hub.cursor };
      expect(outcomes(local.push([offered]))).toEqual(['applied']);
      expect(shown(local)).toMatchObject([{ row: { n: 2 }, born: mine }]);
      expect(outcomes(local.push([{ ...offered, born: theirs }]))).toEqual(['collision']);
    }));

  test('that its device deleted before it was sent deletes nobody else’s record', () =>
    withHub((local) => {
      local.push([made(1, 1, { n: 1 })]);
      const undone = { ...gone(1, 9), born: theirs };
      expect(outcomes(local.push([undone], asB(local)))).toEqual(['collision']);
      expect(shown(local)).toMatchObject([{ row: { n: 1 } }]);
      expect(outcomes(local.push([{ ...undone, born: mine }]))).toEqual(['applied']);
      expect(shown(local)).toMatchObject([{ deleted: true, born: mine }]);
    }));

  test('holds back what was sent with it, all but what is refused for itself', () =>
    withHub((local) => {
      local.push([made(1, 1, { n: 1 })]);
      const child = { table: 'parts', id: '1', stamp: at(9), row: { of: 1 } };
      const bad = { ...child, id: '2', row: { of: { '$tm:date': 'soon' } } };
      const { results } = local.push([child, made(1, 9, {}, theirs), bad, gone(5, 9)]);
      expect(results.map(({ outcome }) => outcome)).toEqual([
        'deferred',
        'collision',
        'rejected',
        'deferred',
      ]);
      expect(shown(local)).toHaveLength(1);
      expect(local.meta().counts.parts).toBeUndefined();
    }));
});

describe('a number whose record was deleted', () => {
  const deletedByA = (local: LocalHub) => {
    local.push([made(1, 1, { n: 1 })]);
    local.push([gone(1, 2)], { cursor: local.hub.cursor });
  };

  test('is still that record’s for a device that did not know it', () =>
    withHub((local) => {
      deletedByA(local);
      const reply = local.push([made(1, 3, { n: 2 }, theirs)], { node: nodeB });
      expect(reply.results).toEqual([{ outcome: 'collision', past: 1 }]);
      // And an edit of the record may still bring it back.
      expect(outcomes(local.push([numbered(1, patch('', at(4), { n: 3 }))]))).toEqual(['applied']);
      expect(shown(local)).toMatchObject([{ row: { n: 3 }, born: mine }]);
    }));

  test('is taken again by a device that had read of it, or deleted it itself', () =>
    withHub((local) => {
      deletedByA(local);
      const { results } = local.push([made(1, 3, { n: 2 }, theirs)], asB(local));
      expect(results).toEqual([{ outcome: 'applied' }]);
      expect(shown(local)).toMatchObject([{ row: { n: 2 }, born: theirs }]);
    }));

  test('is taken again by its own device, whatever that had read', () =>
    withHub((local) => {
      deletedByA(local);
      const { results } = local.push([made(1, 3, { n: 2 }, theirs)], { node: nodeA });
      expect(results).toEqual([{ outcome: 'applied' }]);
      expect(shown(local)).toMatchObject([{ row: { n: 2 }, born: theirs }]);
    }));

  test('is free once the delete is purged', () =>
    withHub((local) => {
      deletedByA(local);
      local.push([made(9, 3, {})]);
      local.later(100);
      local.push([made(10, 3, {})]);
      local.later(100);
      local.push([made(11, 3, {})]);
      expect(local.meta().counts.todos).toEqual({ records: 3, tombstones: 0 });
      const { results } = local.push([made(1, 4, { n: 2 }, theirs)], { node: nodeB });
      expect(results).toEqual([{ outcome: 'applied' }]);
      expect(shown(local)).toContainEqual(expect.objectContaining({ id: '1', born: theirs }));
    }));
});

test('a hub that was restored gets back how a record was born, by what is offered', () =>
  withHub((local) => {
    const { cursor } = local.hub;
    local.hub.restored(local.now);
    const { create, ...known } = made(1, 1, { n: 1 });
    expect(outcomes(local.push([{ ...known, offer: cursor }]))).toEqual(['applied']);
    expect(outcomes(local.push([made(1, 2, { n: 2 }, theirs)]))).toEqual(['collision']);
    expect(shown(local)).toMatchObject([{ row: { n: 1 }, born: mine }]);
  }));

test('a storage of an earlier form goes on: its records were born nobody knows how', () =>
  inObject((state) => {
    const before = new LocalHub(state);
    before.push([numbered(1, whole('', at(1), { n: 1 }))]);
    state.storage.sql.exec('ALTER TABLE records DROP COLUMN born');
    const local = new LocalHub(state);
    expect(shown(local)).toEqual([numbered(1, whole('', at(1), { n: 1 }))]);
    expect(outcomes(local.push([made(1, 2, {})]))).toEqual(['collision']);
    expect(outcomes(local.push([made(2, 2, {})]))).toEqual(['applied']);
    expect(shown(local)).toHaveLength(2);
  }));
