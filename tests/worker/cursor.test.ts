// Cursors within a reading of several pages: what moves on meanwhile, and the fence.
import { describe, expect, test } from 'vitest';
import type { Change, Cursor } from '../../js/src/wire.js';
import { at, nodeB, nodeC, patch, remove, whole } from './device.js';
import { type LocalHub, withHub } from './local-hub.js';

/** Days pass, and somebody writes. */
function pass(local: LocalHub, days: number): void {
  local.later(days);
  local.push([{ ...whole('clock', at(1), { day: local.now }), stamp: at(1, nodeC, local.now) }]);
}

/** A scope that has purged something, its fence at 3, and then holds `d` and `e`, too. */
function fenced(local: LocalHub): void {
  for (const [i, id] of ['a', 'b'].entries()) local.push([whole(id, at(i + 1), { n: i })]);
  local.push([remove('gone', at(3))]);
  pass(local, 1);
  pass(local, 91);
  for (const [i, id] of ['d', 'e'].entries()) local.push([whole(id, at(i + 5), { n: i })]);
  expect(local.meta().fence).toBe(3);
}

const three = ['a', 'b', 'c'];

describe('a record that moves on while it is passed over', () => {
  test('is sent whole to a reader from the beginning that never saw it', () =>
    withHub((local) => {
      for (const [i, id] of three.entries())
        local.push([whole(id, at(i + 1), { title: id, done: 0 })]);
      const seen: Change[] = [];
      let cursor: Cursor = null;
      for (let page = 0; page < 3; page++) {
        const reply = local.pull({ cursor, limit: 1 });
        seen.push(...reply.changes);
        expect(reply.more).toBe(page < 2);
        ({ cursor } = reply);
        // `b` was not read yet, and is past every page until the last from now on.
        if (page < 2) local.push([patch('b', at(10 + page), { done: page + 1 })]);
      }
      expect(seen).toEqual([
        whole('a', at(1), { title: 'a', done: 0 }),
        whole('c', at(3), { title: 'c', done: 0 }),
        whole('b', at(2), { title: 'b', done: 2 }, { fields: { done: at(11) } }),
      ]);
    }));

  test('is sent with all its fields past the beginning of the reading, and no more', () =>
    withHub((local) => {
      for (const [i, id] of three.entries()) local.push([whole(id, at(i + 1), { n: 0, m: 0 })]);
      const { cursor } = local.pull();
      for (const [i, id] of three.entries()) local.push([patch(id, at(i + 11), { n: 1 })]);
      const first = local.pull({ cursor, limit: 1 });
      local.push([patch('b', at(20), { m: 1 })]);
      const second = local.pull({ cursor: first.cursor, limit: 1 });
      const last = local.pull({ cursor: second.cursor, limit: 1 });
      expect([...first.changes, ...second.changes, ...last.changes]).toEqual([
        patch('a', at(11), { n: 1 }),
        patch('c', at(13), { n: 1 }),
        patch('b', at(12), { n: 1, m: 1 }, { fields: { m: at(20) } }),
      ]);
      // The reading is at its end: from here on, only what is new.
      local.push([patch('b', at(30), { m: 2 })]);
      expect(local.pull({ cursor: last.cursor }).changes).toEqual([patch('b', at(30), { m: 2 })]);
    }));

  test('was not read by a writer within its reading: what it overwrites is kept', () =>
    withHub((local) => {
      for (const [i, id] of three.entries()) local.push([whole(id, at(i + 1), { n: id, m: 0 })]);
      const { cursor } = local.pull({ limit: 1 });
      // Its `n` is of seq 2, which the cursor passes.
      local.push([patch('b', at(10), { m: 1 })]);
      const passed = local.pull({ cursor, limit: 1 });
      expect(passed.changes.map(({ id }) => id)).toEqual(['"c"']);
      const late = [patch('b', at(20, nodeB), { n: 'mine' })];
      local.push(late, { node: nodeB, cursor: passed.cursor });
      const { losses } = local.hub.losses({ after: 0 });
      expect(losses).toMatchObject([{ stamp: at(2), row: { n: 'b' }, winner: at(20, nodeB) }]);
    }));
});

describe('a reading from the beginning', () => {
  test('goes on behind the fence', () =>
    withHub((local) => {
      fenced(local);
      const ids: string[] = [];
      let cursor: Cursor = null;
      for (let more = true; more; ) {
        const reply = local.pull({ cursor, limit: 1 });
        expect(reply.reset).toBeUndefined();
        // Nor may it be kept from pushing.
        expect(local.push([], { cursor: reply.cursor }).results).toEqual([]);
        ids.push(...reply.changes.map(({ id }) => id));
        ({ cursor, more } = reply);
      }
      expect(ids).toEqual(['"a"', '"b"', '"clock"', '"d"', '"e"']);
    }));

  test('begins again if the fence moves on meanwhile, unless it is past that', () =>
    withHub((local) => {
      fenced(local);
      const behind = local.pull({ limit: 1 }).cursor;
      local.push([remove('b', at(20))]);
      pass(local, 1);
      pass(local, 1);
      const past = local.pull({ limit: 4 });
      expect(past).toMatchObject({ more: true, seq: 8 });
      pass(local, 90);
      expect(local.meta().fence).toBe(8);
      expect(local.pull({ cursor: behind })).toMatchObject({ reset: true, offer: null });
      expect(() => local.push([], { cursor: behind })).toThrow(/cursor/);
      const rest = local.pull({ cursor: past.cursor });
      expect([rest.reset, rest.changes.map(({ id }) => id)]).toEqual([undefined, ['"clock"']]);
    }));
});

describe('the form of a cursor', () => {
  test('two parts at the end of a reading, four within', () =>
    withHub((local) => {
      for (const [i, id] of three.entries()) local.push([whole(id, at(i + 1), {})]);
      const { epoch } = local.meta();
      const first = local.pull({ limit: 1 });
      const second = local.pull({ cursor: `${epoch}:1`, limit: 1 });
      const last = local.pull({ cursor: second.cursor, limit: 1 });
      const cursors = [first, second, last].map(({ cursor }) => cursor);
      expect(cursors).toEqual([`${epoch}:1:0:0`, `${epoch}:2:1:0`, `${epoch}:3`]);
    }));

  test('any other is none of the hub; one of an older epoch is known by it, whatever its form', () =>
    withHub((local) => {
      for (const [i, id] of three.entries()) local.push([whole(id, at(i + 1), {})]);
      const { epoch } = local.meta();
      for (const tail of [
        '2:0',
        '2:2:0',
        '2:3:0',
        '2:0:0:0',
        '2:0:',
        '2:-1:0',
        '2:0:9007199254740993',
      ])
        expect([tail, local.pull({ cursor: `${epoch}:${tail}` })]).toMatchObject([
          tail,
          { reset: true, offer: 0, adopt: true },
        ]);
      const { cursor } = local.pull({ limit: 1 });
      local.hub.restored(local.now);
      const reply = local.pull({ cursor });
      expect([reply.reset, reply.offer, reply.adopt]).toEqual([true, 3, undefined]);
    }));
});
