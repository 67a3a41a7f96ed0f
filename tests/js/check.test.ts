// What `npm start -- --check` compares with, and that it sees what is wrong.
import { describe, expect, test } from 'vitest';
import { canonicalText } from '../../scripts/lib/canonical.mjs';
import { Comparison, rowsOfText, summary } from '../../scripts/lib/check/compare.mjs';
import { dexieSchemas, withDexieNames } from '../../scripts/lib/check/dexie-tables.mjs';
import { Model } from '../../scripts/lib/check/model.mjs';
import { decode } from '../../scripts/lib/hub-reader.mjs';

const rows = (...pairs: [string, object][]) =>
  new Map(pairs.map(([k, row]) => [canonicalText(k), row]));
const texts = (map: Map<string, object>) =>
  new Map([...map].map(([key, row]) => [key, canonicalText(row)]));

function compare(expected: Map<string, object>, one: Map<string, object>, two = one) {
  const comparison = new Comparison(['one', 'two']);
  comparison.table('one', 'todos', expected, texts(one));
  comparison.table('two', 'todos', expected, texts(two));
  return comparison;
}

describe('Comparison', () => {
  const both = rows(['a', { x: 1, y: 2 }], ['b', { x: -0 }]);

  test('the same rows, whatever the order of their fields', () => {
    const comparison = compare(both, rows(['b', { x: -0 }], ['a', { y: 2, x: 1 }]));
    expect(comparison).toMatchObject({ ok: true, lost: 0, converged: true });
    expect(comparison.firstDifference()).toBeNull();
  });

  test('a row missing on one device', () => {
    const comparison = compare(both, both, rows(['a', { x: 1, y: 2 }]));
    expect(comparison).toMatchObject({ ok: false, lost: 1, converged: false });
    expect(comparison.firstDifference()).toContain('two: no such record');
  });

  test('a value lost everywhere, to the sign of a zero', () => {
    const comparison = compare(both, rows(['a', { x: 1, y: 2 }], ['b', { x: 0 }]));
    expect(comparison).toMatchObject({ ok: false, lost: 1, converged: true });
  });

  test('a deleted record that came back is not lost, and not well', () => {
    const comparison = compare(rows(), rows(['c', {}]));
    expect(comparison).toMatchObject({ ok: false, lost: 0, converged: true });
  });

  test('the last line', () => {
    const traffic = [
      { pushed: 3, pulled: 1 },
      { pushed: 1, pulled: 3 },
    ];
    const line = summary({ records: 2, traffic, comparison: compare(both, both) });
    expect(line).toBe('devices=2 records=2 pushed=4 pulled=4 lost=0 converged=true');
  });

  test('rows as a page gives them', () => {
    const key = canonicalText('a\tb\n');
    const row = canonicalText({ 'c\td': '\n' });
    expect(rowsOfText(`${key}\t${row}`)).toEqual(new Map([[key, row]]));
    expect(rowsOfText('').size).toBe(0);
  });
});

describe('Model', () => {
  test('the last write of each field counts, and brings a deleted record back whole', () => {
    const model = new Model();
    model.write({ id: 'a', title: 'one', done: 0 });
    model.remove('a');
    expect(model.rows().size).toBe(0);
    model.write({ id: 'a', title: 'two', done: 1 }, ['done']);
    expect(model.rows().get('"a"')).toEqual({ id: 'a', title: 'one', done: 1 });
  });
});

describe('tables of an import', () => {
  test('keys stay in the row where IndexedDB can find them', () => {
    const schema = (keyFields: string[] | null) => dexieSchemas([{ name: 't', keyFields }])[0]?.[1];
    expect(schema(['id'])).toBe('id');
    expect(schema(['a', 'b'])).toBe('[a+b]');
    for (const outbound of [null, ['a.b'], ['a b'], ['__proto__'], [''], ['a', 'b-c']])
      expect(schema(outbound)).toBe('');
  });

  test('names that no table can have', () => {
    const tables = ['todos', 'constructor', 'table constructor', '\ud800'].map((name) => ({
      name,
    }));
    const named = withDexieNames(tables, () => {}).map(({ name }: { name: string }) => name);
    expect(named).toEqual(['todos', 'table constructor_', 'table constructor', 'table \ufffd']);
  });
});

test('values of the wire', () => {
  const wire =
    '{"a":{"$tm:date":5},"b":[{"$tm:bigint":"12"},{"$tm:number":"-0"}],"c":{"$tm:object":{"$tm:date":1}},"__proto__":{"$tm:undefined":0},"d":{"$tm:bytes":"AQI="}}';
  const row = decode(JSON.parse(wire));
  expect(Object.keys(row)).toEqual(['a', 'b', 'c', '__proto__', 'd']);
  expect(canonicalText(row)).toBe(
    '{"__proto__":undefined,"a":Date(5),"b":[12n,-0],"c":{"$tm:date":1},"d":Uint8Array("1,2")}',
  );
});
