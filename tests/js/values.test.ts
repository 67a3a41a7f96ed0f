// Values on their way through JSON: every kind there and back, and what cannot be synced refused
// by name.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  absentField,
  canonicalText,
  decodeRow,
  decodeValue,
  encodeRow,
  encodeValue,
  isAbsent,
  setOwn,
  valueDepthMax,
} from '../../js/src/values.js';
import { errorOf } from './support/errors.js';
import { anyValue, describeValue, goodValues, objectOf } from './support/values.js';

const overTheWire = (encoded: unknown): unknown => JSON.parse(JSON.stringify(encoded));
const nested = (levels: number): unknown =>
  Array.from({ length: levels }).reduce(
    (inner: unknown, _, i) => (i % 2 ? [inner] : { in: inner }),
    1,
  );

describe('a value', () => {
  test.each(goodValues)('%s comes back as it was', (_, value) => {
    const before = describeValue(value);
    expect(describeValue(decodeValue(overTheWire(encodeValue(value))))).toBe(before);
    expect(describeValue(value)).toBe(before);
  });

  test.each(goodValues)('%s comes back as a field', (_, value) => {
    const row = decodeRow(overTheWire(encodeRow({ field: value })) as Record<string, unknown>);
    expect(describeValue(row)).toBe(describeValue({ field: value }));
  });

  test('any structured value comes back as it was', () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        const before = describeValue(value);
        expect(describeValue(decodeValue(overTheWire(encodeValue(value))))).toBe(before);
        expect(describeValue(value)).toBe(before);
      }),
      { numRuns: 2_000 },
    );
  });

  test('that needs no tag is passed on, not copied', () => {
    const value = { a: [1, { b: 'x' }], c: null };
    expect(encodeValue(value)).toBe(value);
    expect(decodeValue(value)).toBe(value);
  });

  test('has the tagged form of the protocol', () => {
    const encoded = [new Date(7), new Date(Number.NaN), 12n, Uint8Array.of(1, 2), undefined, -0];
    expect(encodeValue([...encoded, Number.NaN, -1 / 0, { '$tm:x': 1 }])).toEqual([
      { '$tm:date': 7 },
      { '$tm:date': null },
      { '$tm:bigint': '12' },
      { '$tm:bytes': 'AQI=' },
      { '$tm:undefined': 0 },
      { '$tm:number': '-0' },
      { '$tm:number': 'NaN' },
      { '$tm:number': '-Infinity' },
      { '$tm:object': { '$tm:x': 1 } },
    ]);
  });

  test('of bytes that are a Buffer or a subarray carries only its own', () => {
    const bytes = new Uint8Array(new ArrayBuffer(8), 2, 3);
    bytes.set([1, 2, 3]);
    expect(encodeValue(bytes)).toEqual({ '$tm:bytes': 'AQID' });
  });

  test('of an object without a prototype is a plain object', () => {
    const bare = Object.assign(Object.create(null), { a: undefined }) as object;
    expect(encodeValue(bare)).toEqual({ a: { '$tm:undefined': 0 } });
  });

  test('with a hole in an array has undefined there', () => {
    const holed = Object.assign(new Array(3), { 0: 1, 2: 2 });
    expect(decodeValue(overTheWire(encodeValue(holed)))).toEqual([1, undefined, 2]);
  });
});

describe('what cannot be synced', () => {
  class Point {
    x = 1;
  }
  const bad: [string, unknown][] = [
    ['a function', () => 1],
    ['a symbol', Symbol('s')],
    ['a Map', new Map()],
    ['a Set', new Set()],
    ['a RegExp', /x/],
    ['an Error', new Error('x')],
    ['a Promise', Promise.resolve()],
    ['a WeakMap', new WeakMap()],
    ['an ArrayBuffer', new ArrayBuffer(1)],
    ['a Float64Array', new Float64Array(1)],
    ['a DataView', new DataView(new ArrayBuffer(1))],
    ['a boxed number', Object(1)],
    ['an instance of a class', new Point()],
    ['a Blob', new Blob([])],
  ];

  test.each(bad)('%s is refused, and its place named', (_, value) => {
    const top = errorOf(() => encodeValue(value, 'todos.title'));
    expect([top.code, top.message]).toEqual([
      'value_unsupported',
      expect.stringContaining('todos.title'),
    ]);
    const deep = errorOf(() => encodeRow({ list: [1, { 'a b': value }] }, 'todos'));
    expect(deep.code).toBe('value_unsupported');
    expect(deep.message).toContain('todos.list[1].a b is a');
    expect(deep.retryable).toBe(false);
  });

  test('nesting up to the limit passes, one level more does not', () => {
    const deepest = nested(valueDepthMax);
    expect(decodeValue(overTheWire(encodeValue(deepest)))).toEqual(nested(valueDepthMax));
    expect(errorOf(() => encodeValue(nested(valueDepthMax + 1), 'v')).message).toContain(
      '64 levels',
    );
    expect(errorOf(() => encodeRow({ v: nested(valueDepthMax) })).code).toBe('value_unsupported');
    expect(() => encodeRow({ v: nested(valueDepthMax - 1) })).not.toThrow();
  });

  test('a value that contains itself ends at the limit', () => {
    const cycle: unknown[] = [];
    cycle.push(cycle);
    expect(errorOf(() => encodeValue(cycle)).code).toBe('value_unsupported');
  });
});

describe('a tagged form from outside', () => {
  const broken: [string, unknown][] = [
    ['an unknown tag', { '$tm:map': [] }],
    ['an absent field inside a value', [{ '$tm:absent': 0 }]],
    ['a bigint that is a number', { '$tm:bigint': 1 }],
    ['a bigint that is no number', { '$tm:bigint': '1x' }],
    ['an empty bigint', { '$tm:bigint': '' }],
    ['a number that is a number', { '$tm:number': 1 }],
    ['a number that needs no tag', { '$tm:number': '12' }],
    ['a number that is a word', { '$tm:number': 'many' }],
    ['a date that is a text', { '$tm:date': '2020-01-01' }],
    ['a date that is an object', { '$tm:date': {} }],
    ['bytes that are no base64', { '$tm:bytes': '*' }],
    ['bytes that are an array', { '$tm:bytes': [1] }],
    ['an escape of nothing', { '$tm:object': null }],
    ['an escape of two keys', { '$tm:object': { a: 1, b: 2 } }],
  ];

  test.each(broken)('%s is a bad reply', (_, value) => {
    expect(errorOf(() => decodeValue({ in: [overTheWire(value)] })).code).toBe('bad_reply');
  });

  test('nested past any limit is a bad reply, not a crash', () => {
    const deep = JSON.parse(`${'['.repeat(5_000)}${']'.repeat(5_000)}`);
    expect(errorOf(() => decodeValue(deep)).code).toBe('bad_reply');
    const escaped = '{"$tm:object":{"$tm:x":'.repeat(2_000) + 0 + '}}'.repeat(2_000);
    expect(errorOf(() => decodeValue(JSON.parse(escaped))).code).toBe('bad_reply');
  });

  test('that is any JSON decodes or is a bad reply', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), (json) => {
        try {
          decodeValue(json);
        } catch (error) {
          expect((error as { code?: string }).code).toBe('bad_reply');
        }
      }),
    );
  });
});

describe('a row', () => {
  test('keeps its own enumerable properties and no others', () => {
    const row = Object.create({ inherited: 1 }, { hidden: { value: 1 } }) as Record<
      string,
      unknown
    >;
    row.a = 1;
    expect(describeValue(encodeRow(row))).toBe(describeValue({ a: 1 }));
  });

  test('with a field __proto__ keeps it as a field', () => {
    const row = objectOf([['__proto__', new Date(3)]]);
    const encoded = encodeRow(row);
    expect(JSON.stringify(encoded)).toBe('{"__proto__":{"$tm:date":3}}');
    expect(describeValue(decodeRow(overTheWire(encoded) as Record<string, unknown>))).toBe(
      describeValue(row),
    );
  });

  test('of a patch keeps what was removed as absent', () => {
    const row = decodeRow({ gone: { '$tm:absent': 0 }, at: { '$tm:date': 1 } });
    expect(isAbsent(row.gone)).toBe(true);
    expect(row.at).toEqual(new Date(1));
    expect(isAbsent(absentField)).toBe(true);
    expect([undefined, null, 0, {}, Object.create(absentField)].some(isAbsent)).toBe(false);
  });

  test('setOwn never reaches a prototype', () => {
    const target = {};
    setOwn(target, '__proto__', { polluted: 1 });
    expect(Object.getPrototypeOf(target)).toBe(Object.prototype);
    expect(Object.keys(target)).toEqual(['__proto__']);
  });
});

describe('canonical text', () => {
  const shuffled = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(shuffled);
    if (typeof value !== 'object' || value === null) return value;
    return objectOf(
      Object.entries(value)
        .reverse()
        .map(([name, item]) => [name, shuffled(item)]),
    );
  };

  test('is the same whatever the order of keys', () => {
    expect(canonicalText({ b: 1, a: { d: 2, c: 3 } })).toBe('{"a":{"c":3,"d":2},"b":1}');
    fc.assert(
      fc.property(anyValue, (value) => {
        const encoded = encodeValue(value);
        expect(canonicalText(shuffled(encoded))).toBe(canonicalText(encoded));
      }),
    );
  });

  test('is another for another value', () => {
    const texts = goodValues.map(([, value]) => canonicalText(encodeValue(value)));
    expect(new Set(texts).size).toBe(goodValues.length);
    expect(canonicalText(JSON.parse('{"__proto__":1}'))).toBe('{"__proto__":1}');
  });

  test('leaves its argument as it was', () => {
    const value = { b: 1, a: 2 };
    canonicalText(value);
    expect(Object.keys(value)).toEqual(['b', 'a']);
  });

  test('of any two values is equal only if they are', () => {
    const sorted = (value: unknown) => describeValue(JSON.parse(canonicalText(encodeValue(value))));
    fc.assert(
      fc.property(anyValue, anyValue, (a, b) => {
        const same = canonicalText(encodeValue(a)) === canonicalText(encodeValue(b));
        expect(same).toBe(sorted(a) === sorted(b));
      }),
    );
  });
});
