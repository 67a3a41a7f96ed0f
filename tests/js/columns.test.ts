// Columns and stamps on their way into the core and back: the shared vectors, read by this side.
import { beforeAll, describe, expect, test } from 'vitest';
import { columnsOfChange } from '../../js/src/columns.js';
import { type Join, mergeColumns } from '../../js/src/merge.js';
import { stampAfter } from '../../js/src/stores/store.js';
import { realJoin } from './support/core.js';
import { columnsOf, mergeVectors, stampOf, stampVectors } from './support/vectors.js';

const vectors = await mergeVectors();
const stamps = await stampVectors();

describe('a stamp', () => {
  test.each(stamps.after)('$n after $first is $stamp', ({ first, n, stamp }) => {
    expect(stampAfter(first, n)).toBe(stamp);
  });

  test('is ordered as text', () => {
    expect([...stamps.ascending].sort()).toEqual(stamps.ascending);
  });

  test('after another is greater, and keeps its node', () => {
    for (const { text } of stamps.valid.slice(0, -1)) {
      const next = stampAfter(text, 1);
      expect(next > text).toBe(true);
      expect(next.slice(17)).toBe(text.slice(17));
    }
  });
});

describe('the join in the core', () => {
  let join: Join;
  beforeAll(async () => {
    join = await realJoin();
  });

  const complete = vectors.filter(({ local, remote }) => local !== null && remote !== null);
  const pair = ({ local, remote }: (typeof complete)[number]) =>
    [columnsOf(local as object), columnsOf(remote as object)] as const;

  test.each(complete)('$name', (vector) => {
    const [local, remote] = pair(vector);
    const [joined] = join([local], [remote]);
    const { base, register, fields } = vector.joined;
    expect(joined).toEqual({ base, register, fields: new Map(Object.entries(fields)) });
  });

  test('of many records at once is that of each', () => {
    const pairs = Array.from({ length: 40 }, () => complete)
      .flat()
      .map(pair);
    const all = join(
      pairs.map(([local]) => local),
      pairs.map(([, remote]) => remote),
    );
    expect(all).toHaveLength(pairs.length);
    for (const [i, joined] of all.entries()) {
      const [local, remote] = pairs[i] as ReturnType<typeof pair>;
      expect([joined]).toEqual(join([local], [remote]));
    }
  });

  test('of no records is nothing', () => {
    expect(join([], [])).toEqual([]);
  });

  test('carries every bit of a stamp', () => {
    for (const { text } of stamps.valid) {
      const at = { base: text, fields: new Map(), register: text, deleted: false };
      const [same] = join([at], [at]);
      expect(same).toMatchObject({ base: 'tie', register: 'tie' });
    }
    for (const [i, greater] of stamps.ascending.slice(1).entries()) {
      const of = (stamp: string) => ({
        base: stamp,
        fields: new Map(),
        register: stamp,
        deleted: false,
      });
      const [joined] = join([of(stamps.ascending[i] as string)], [of(greater)]);
      expect(joined).toMatchObject({ base: 'remote', register: 'remote' });
    }
  });

  test('knows fields by name, whatever the name, on either side', () => {
    const names = ['__proto__', 'constructor', '', '\u0000', '0', 'a,b', '\ud800'];
    const at = (list: string[], n: number) =>
      columnsOf({ alive: n, fields: Object.fromEntries(list.map((name) => [`:${name}`, n])) });
    const [joined] = join([at(names, 20)], [at([...names].reverse(), 30)]);
    const merged = mergeColumns(at(names, 20), at([...names].reverse(), 30), joined as never);
    expect([...merged.fields.keys()].sort()).toEqual(names.map((name) => `:${name}`).sort());
    expect(new Set(merged.fields.values())).toEqual(new Set([stampOf(30)]));
  });

  test.each(stamps.invalid)('refuses the stamp "%s"', (stamp) => {
    const at = { base: null, fields: new Map(), register: stamp, deleted: false };
    const fine = columnsOf({ alive: 10 });
    expect(() => join([fine, at], [fine, fine])).toThrow(
      expect.objectContaining({ code: 'bad_stamp' }),
    );
    expect(() => join([fine, fine], [at, fine])).toThrow(
      expect.objectContaining({ code: 'bad_stamp' }),
    );
  });

  test('refuses a digit that is none, wherever it is', () => {
    const [, text] = stamps.valid.map(({ text }) => text) as [string, string];
    const fine = columnsOf({ alive: 10 });
    for (let at = 0; at < text.length; at++)
      for (const wrong of ['/', ':', '@', 'A', '`', 'g', 'o', '\u007f', '\u00b1']) {
        const register = `${text.slice(0, at)}${wrong}${text.slice(at + 1)}`;
        const columns = { base: null, fields: new Map(), register, deleted: false };
        expect(() => join([fine], [columns])).toThrow('malformed stamp');
      }
  });

  test('takes more stamps than are read at once, of one record and in any order', () => {
    const names = Array.from({ length: 1_300 }, (_, n) => `f${n}`);
    const at = (list: string[], n: number) =>
      columnsOf({
        alive: n,
        fields: Object.fromEntries(list.map((name) => [name, n + 10 * Number(name.slice(1))])),
      });
    const [joined] = join([at(names, 11)], [at([...names].reverse(), 12)]);
    expect(joined?.fields).toEqual(new Map(names.map((name) => [name, 'remote'])));
    const [again] = join([at(names, 12)], [at([...names].reverse(), 11)]);
    expect(again?.fields).toEqual(new Map(names.map((name) => [name, 'local'])));
  });

  test('of unsorted fields is that of sorted ones', () => {
    const local = columnsOf({ base: 10, alive: 40, fields: { z: 20, a: 30, m: 40 } });
    const remote = columnsOf({ alive: 50, fields: { m: 30, a: 40, z: 50 } });
    const [joined] = join([local], [remote]);
    expect(joined?.fields).toEqual(
      new Map([
        ['z', 'remote'],
        ['a', 'remote'],
        ['m', 'local'],
      ]),
    );
  });
});

describe('the columns of a change', () => {
  const at = stampOf;

  test('of a whole row: its base, and the fields with their own stamps', () => {
    const row = { a: 1, b: 2 };
    expect(columnsOfChange({ table: 't', id: '1', stamp: at(10), row })).toEqual(
      columnsOf({ base: 10, alive: 10 }),
    );
    const change = { table: 't', id: '1', stamp: at(10), row, fields: { b: at(30) } };
    expect(columnsOfChange(change)).toEqual(columnsOf({ base: 10, alive: 30, fields: { b: 30 } }));
  });

  test('of a patch: only its fields, at their own stamps or at its own', () => {
    const patch = { table: 't', id: '1', stamp: at(10), patch: true as const, row: { a: 1, b: 2 } };
    expect(columnsOfChange(patch)).toEqual(columnsOf({ alive: 10, fields: { a: 10, b: 10 } }));
    const change = { ...patch, fields: { b: at(30) } };
    expect(columnsOfChange(change)).toEqual(columnsOf({ alive: 30, fields: { a: 10, b: 30 } }));
  });

  test('of a patch of nothing: no base', () => {
    const change = { table: 't', id: '1', stamp: at(10), patch: true as const, row: {} };
    expect(columnsOfChange(change)).toEqual(columnsOf({ alive: 10 }));
  });

  test('of a delete: the register alone', () => {
    expect(columnsOfChange({ table: 't', id: '1', stamp: at(10), deleted: true })).toEqual(
      columnsOf({ deleted: 10 }),
    );
  });

  test('with a field __proto__: a field like any other', () => {
    const change = JSON.parse(
      `{"table":"t","id":"1","stamp":"${at(10)}","patch":true,` +
        `"row":{"__proto__":1,"constructor":2}}`,
    );
    expect([...columnsOfChange(change).fields]).toEqual([
      ['__proto__', at(10)],
      ['constructor', at(10)],
    ]);
  });
});
