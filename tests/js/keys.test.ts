// Keys and their texts: one text per key, one key per text, and nothing that only some databases
// tell apart.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeKey, encodeKey, idBytesMax } from '../../js/src/values.js';
import { errorOf } from './support/errors.js';

const anyKey = fc.letrec((tie) => ({
  key: fc.oneof(
    { maxDepth: 4 },
    fc.string({ unit: 'binary', maxLength: 12 }),
    fc.maxSafeInteger().map((n) => (Object.is(n, -0) ? 0 : n)),
    fc.array(tie('key'), { minLength: 1, maxLength: 3 }),
  ),
})).key;

describe('a key', () => {
  const texts: [unknown, string][] = [
    ['a', '"a"'],
    ['', '""'],
    [7, '7'],
    [0, '0'],
    [-3, '-3'],
    [Number.MAX_SAFE_INTEGER, '9007199254740991'],
    [['h1', 3], '["h1",3]'],
    [[['a'], [1, ['b']]], '[["a"],[1,["b"]]]'],
    ['__proto__', '"__proto__"'],
    ['"\\\n\u0000', '"\\"\\\\\\n\\u0000"'],
    ['\ud800', '"\\ud800"'],
    ['😀', '"😀"'],
  ];

  test.each(texts)('%j has one text, and comes back from it', (key, text) => {
    expect(encodeKey(key)).toBe(text);
    expect(decodeKey(text)).toEqual(key);
  });

  test('of any kind comes back as it was', () => {
    fc.assert(
      fc.property(anyKey, (key) => {
        fc.pre(JSON.stringify(key).length < 300);
        expect(decodeKey(encodeKey(key))).toEqual(key);
      }),
    );
  });

  test('in one form of Unicode is not that in another', () => {
    expect(encodeKey('\u00e9')).not.toBe(encodeKey('e\u0301'));
  });

  test('that is a number is not its text', () => {
    expect(encodeKey(1)).not.toBe(encodeKey('1'));
    expect(encodeKey([1])).not.toBe(encodeKey(1));
  });

  const refused: [string, unknown][] = [
    ['null', null],
    ['undefined', undefined],
    ['a boolean', true],
    ['a fraction', 1.5],
    ['NaN', Number.NaN],
    ['infinity', 1 / 0],
    ['minus zero', -0],
    ['an unsafe integer', 2 ** 53],
    ['a bigint', 1n],
    ['a date', new Date(0)],
    ['bytes', Uint8Array.of(1)],
    ['an object', { a: 1 }],
    ['an empty array', []],
    ['an array with null', ['a', null]],
    ['an array with a hole', Object.assign(new Array(2), { 1: 'a' })],
    ['an array of nothing but holes', new Array(2)],
    ['an array in too many arrays', [[[[[[[[['a']]]]]]]]]],
    ['a symbol', Symbol('a')],
  ];

  test.each(refused)('%s is refused', (_, key) => {
    const { code, retryable } = errorOf(() => encodeKey(key));
    expect([code, retryable]).toEqual(['key_unsupported', false]);
  });

  test('that contains itself is refused', () => {
    const cycle: unknown[] = [];
    cycle.push(cycle);
    expect(errorOf(() => encodeKey(cycle)).code).toBe('key_unsupported');
  });

  test.each(['x', 'é', '漢', '😀', '\u0001'])('of %j is measured in bytes of its text', (unit) => {
    const size = new TextEncoder().encode(JSON.stringify(unit)).length - 2;
    const most = Math.floor((idBytesMax - 2) / size);
    expect(encodeKey(unit.repeat(most))).toHaveLength(JSON.stringify(unit.repeat(most)).length);
    expect(errorOf(() => encodeKey(unit.repeat(most + 1))).message).toContain('1024 bytes');
  });
});

describe('a text that is no id', () => {
  const texts = [
    '',
    ' "a"',
    '"a" ',
    'a',
    '01',
    '1.0',
    '1e3',
    '-0',
    'null',
    'true',
    '{}',
    '[]',
    '"a',
    '["a", 1]',
    '"\\u0061"',
    '"\\/"',
    '9007199254740993',
    '[null]',
    '["a",{}]',
  ];

  test.each(texts)('%j is a bad reply', (text) => {
    expect(errorOf(() => decodeKey(text)).code).toBe('bad_reply');
  });

  test('of any kind is a bad reply, or the only text of its key', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        try {
          expect(encodeKey(decodeKey(text))).toBe(text);
        } catch (error) {
          expect((error as { code?: string }).code).toBe('bad_reply');
        }
      }),
    );
  });

  test('is quoted only in part', () => {
    expect(errorOf(() => decodeKey('x'.repeat(100_000))).message.length).toBeLessThan(200);
  });
});
