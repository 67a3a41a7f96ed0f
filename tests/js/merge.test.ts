// The host's half of the merge: values moved as the core decided, and what was lost on the way.
import { beforeAll, describe, expect, test } from 'vitest';
import type { JoinedColumns, Side } from '../../js/src/columns.js';
import { type Join, mergeColumns, mergeRows } from '../../js/src/merge.js';
import { absentField } from '../../js/src/values.js';
import { realJoin } from './support/core.js';
import { compareTexts } from './support/states.js';
import { columnsOf, stampOf } from './support/vectors.js';

const joined = (base: Side | null, fields: Record<string, Side> = {}): JoinedColumns => ({
  base,
  register: 'local',
  fields: new Map(Object.entries(fields)),
});
const merge = (local: object, remote: object, how: JoinedColumns) =>
  mergeRows(local as never, remote as never, how, compareTexts);

describe('a row', () => {
  test('of the side whose base won is taken whole, with what it lacks', () => {
    const { row, changed, lost } = merge({ a: 1, b: 2 }, { a: 3, c: 4 }, joined('remote'));
    expect([row, changed, lost]).toEqual([{ a: 3, c: 4 }, true, []]);
  });

  test('that won here stays, and says what was lost', () => {
    const { row, changed, lost } = merge({ a: 1, b: 2 }, { a: 3, b: 2, c: 4 }, joined('local'));
    expect([row, changed, lost]).toEqual([{ a: 1, b: 2 }, false, ['a', 'c']]);
  });

  test('takes fields above the base from their own side', () => {
    const how = joined('local', { a: 'remote', b: 'local' });
    const { row, changed, lost } = merge({ a: 1, b: 2, c: 3 }, { a: 5, b: 6 }, how);
    expect([row, changed, lost]).toEqual([{ a: 5, b: 2, c: 3 }, true, ['b']]);
  });

  test('loses a field that a patch removed', () => {
    const { row, changed } = merge(
      { a: 1, b: 2 },
      { a: absentField },
      joined('local', { a: 'remote' }),
    );
    expect([row, changed]).toEqual([{ b: 2 }, true]);
  });

  test('does not change when a field that it lacks is removed', () => {
    const { row, changed, lost } = merge(
      { b: 2 },
      { a: absentField },
      joined('local', { a: 'remote' }),
    );
    expect([row, changed, lost]).toEqual([{ b: 2 }, false, []]);
  });

  test('names a removal that lost', () => {
    const { row, lost } = merge({ a: 1 }, { a: absentField }, joined('local', { a: 'local' }));
    expect([row, lost]).toEqual([{ a: 1 }, ['a']]);
  });

  test('that is the same on both sides neither changes nor loses', () => {
    const value = { a: { x: [1], y: 2 }, b: null };
    const other = { b: null, a: { y: 2, x: [1] } };
    for (const side of ['local', 'remote', 'tie'] as const)
      expect(merge(value, other, joined(side))).toMatchObject({ changed: false, lost: [] });
  });

  test.each([
    [1, 2, 2],
    [2, 1, 2],
    ['a', 'b', 'b'],
    [{ a: 1 }, { a: 2 }, { a: 2 }],
    [absentField, 0, 0],
    [0, absentField, 0],
  ])('of one stamp with %j and %j has the greater text, %j', (mine, theirs, winner) => {
    const how = joined('local', { a: 'tie' });
    expect(merge({ a: mine }, { a: theirs }, how).row).toEqual({ a: winner });
  });

  test('of one stamp that is there on one side only is there', () => {
    expect(merge({}, { a: 1 }, joined('tie')).row).toEqual({ a: 1 });
    expect(merge({ a: 1 }, {}, joined('tie')).row).toEqual({ a: 1 });
  });

  test('of a patch joined with a patch has the fields of both', () => {
    const { row } = merge({ a: 1 }, { b: 2 }, joined(null, { a: 'local', b: 'remote' }));
    expect(row).toEqual({ a: 1, b: 2 });
  });

  test('with hostile field names is merged like any other', () => {
    const local = JSON.parse('{"__proto__":{"polluted":1},"constructor":1}');
    const remote = JSON.parse('{"__proto__":{"polluted":2},"toString":2}');
    const { row } = merge(local, remote, joined('remote'));
    expect(JSON.stringify(row)).toBe('{"__proto__":{"polluted":2},"toString":2}');
    expect(merge(local, remote, joined('local')).lost.sort()).toEqual(['__proto__', 'toString']);
  });

  test('leaves both of its arguments as they were', () => {
    const [local, remote] = [{ a: 1 }, { a: 2, b: absentField }].map((row) => Object.freeze(row));
    merge(local as object, remote as object, joined('remote'));
    expect([local, remote]).toEqual([{ a: 1 }, { a: 2, b: absentField }]);
  });
});

describe('the columns of a joined state', () => {
  let join: Join;
  beforeAll(async () => {
    join = await realJoin();
  });
  const of = (local: object, remote: object) => {
    const [left, right] = [columnsOf(local), columnsOf(remote)];
    return mergeColumns(left, right, join([left], [right])[0] as JoinedColumns);
  };

  test('are the greater stamps of both', () => {
    const local = { base: 10, alive: 40, fields: { a: 20, b: 40 } };
    expect(of(local, { base: 30, alive: 50, fields: { c: 50 } })).toEqual(
      columnsOf({ base: 30, alive: 50, fields: { b: 40, c: 50 } }),
    );
  });

  test('are deleted if one side is, at one stamp', () => {
    expect(of({ base: 10, alive: 20 }, { deleted: 20 }).deleted).toBe(true);
    expect(of({ deleted: 20 }, { base: 10, alive: 20 }).deleted).toBe(true);
  });

  test('keep the fields under a tombstone', () => {
    const merged = of({ base: 10, alive: 20, fields: { a: 20 } }, { deleted: 30 });
    expect(merged).toEqual({ ...columnsOf({ base: 10, deleted: 30, fields: { a: 20 } }) });
    expect(merged.register).toBe(stampOf(30));
  });
});
