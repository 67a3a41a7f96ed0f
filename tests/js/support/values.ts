// Values that a sync must carry without a scratch, and a way to compare them that sees every
// difference.
import fc from 'fast-check';

/** The row that JSON gives: `__proto__` is an own property there. */
export const parsed = (json: string): object => JSON.parse(json) as object;

const bytes = (length: number) => Uint8Array.from({ length }, (_, i) => (i * 31 + 7) & 255);

export const goodValues: [name: string, value: unknown][] = [
  ['null', null],
  ['true', true],
  ['false', false],
  ['undefined', undefined],
  ['zero', 0],
  ['minus zero', -0],
  ['one', 1],
  ['a fraction', 0.1],
  ['the least double', 5e-324],
  ['the greatest double', Number.MAX_VALUE],
  ['a safe integer', Number.MAX_SAFE_INTEGER],
  ['a negative safe integer', Number.MIN_SAFE_INTEGER],
  ['an exponent', 1e21],
  ['NaN', Number.NaN],
  ['infinity', Number.POSITIVE_INFINITY],
  ['minus infinity', Number.NEGATIVE_INFINITY],
  ['a bigint of zero', 0n],
  ['a negative bigint', -1n],
  ['a bigint over 64 bits', 2n ** 200n + 1n],
  ['an empty string', ''],
  ['text', 'Milk'],
  ['a quote and a backslash', '"\\/'],
  ['U+0000', 'a\u0000b'],
  [
    'every control character',
    Array.from({ length: 32 }, (_, i) => String.fromCharCode(i)).join(''),
  ],
  ['line and paragraph separators', '\u2028\u2029'],
  ['a byte order mark', '\ufeffx'],
  ['a noncharacter', '\uffff'],
  ['two byte text', 'ä\u07ff'],
  ['three byte text', '漢\u0800'],
  ['four byte text', '😀\u{10ffff}'],
  [
    'a character of each plane',
    Array.from({ length: 17 }, (_, p) => String.fromCodePoint(p * 0x10000 + 0xabc)).join(''),
  ],
  ['composed and decomposed', '\u00e9e\u0301'],
  ['a lone high surrogate', 'a\ud800b'],
  ['a lone low surrogate', '\udfff'],
  ['surrogates in the wrong order', '\ude00\ud83d'],
  ['text that is JSON', '{"$tm:date":0}'],
  ['a long text', 'x'.repeat(100_000)],
  ['the epoch', new Date(0)],
  ['a date before the epoch', new Date(-1)],
  ['the last date', new Date(8.64e15)],
  ['the first date', new Date(-8.64e15)],
  ['an invalid date', new Date(Number.NaN)],
  ['no bytes', bytes(0)],
  ['one byte', bytes(1)],
  ['two bytes', bytes(2)],
  ['three bytes', bytes(3)],
  ['every byte', bytes(256)],
  ['bytes up to a chunk', bytes(0x8000)],
  ['bytes over a chunk', bytes(0x8001)],
  ['100,000 bytes', bytes(100_000)],
  ['bytes in the middle of a buffer', bytes(100).subarray(10, 20)],
  ['an empty array', []],
  ['an array', [1, 'a', null]],
  ['an array of what needs tags', [undefined, -0, 1n, new Date(5), bytes(2), Number.NaN]],
  ['plain, then tagged', ['a', 1, undefined, 'b']],
  ['arrays in arrays', [[], [[]], [[[1]]]]],
  ['an empty object', {}],
  ['an object', { a: 1, b: 'x' }],
  ['an object of what needs tags', { a: undefined, b: -0, c: 1n, d: new Date(5), e: bytes(2) }],
  ['plain, then tagged, then plain', { a: 1, b: undefined, c: 2 }],
  ['keys like numbers', { 2: 'b', 1: 'a', x: 'c' }],
  ['an empty key', { '': 1 }],
  ['own __proto__', parsed('{"__proto__":{"polluted":1}}')],
  ['own __proto__ among others', parsed('{"a":1,"__proto__":{"x":[]},"b":2}')],
  ['own __proto__ that is a text', parsed('{"__proto__":"x"}')],
  ['constructor and prototype', parsed('{"constructor":{"prototype":{"polluted":1}}}')],
  ['hasOwnProperty', { hasOwnProperty: 1, toString: 2, valueOf: null, toJSON: 'x' }],
  ['looks like a date', { '$tm:date': 0 }],
  ['looks like undefined', { '$tm:undefined': 0 }],
  ['looks like an absent field', { '$tm:absent': 0 }],
  ['looks like an escape', { '$tm:object': { '$tm:date': 0 } }],
  ['looks like an unknown tag', { '$tm:': null }],
  ['looks tagged, and holds what needs a tag', { '$tm:x': [undefined, { '$tm:y': 1n }] }],
  ['two keys like tags', { '$tm:date': 0, '$tm:bytes': '' }],
  ['a tag beside another key', { '$tm:date': 0, a: undefined }],
  ['deep', Array.from({ length: 60 }).reduce((inner: unknown) => ({ in: inner }), 1)],
];

/** Any structured value that can be synced. */
export const anyValue: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  name: fc.oneof(
    fc.string({ unit: 'binary', maxLength: 4 }),
    fc.constantFrom('__proto__', 'constructor', 'hasOwnProperty', '$tm:date', '$tm:x', '', '0'),
  ),
  leaf: fc.oneof(
    fc.string({ unit: 'binary' }),
    fc
      .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 4 })
      .map((units) => String.fromCharCode(...units)),
    fc.double(),
    fc.integer(),
    fc.boolean(),
    fc.constantFrom(null, undefined, -0),
    fc.bigInt(),
    fc.date({ noInvalidDate: false }),
    fc.uint8Array({ maxLength: 40 }),
  ),
  node: fc.oneof(
    { maxDepth: 5, depthSize: 'small' },
    tie('leaf'),
    fc.array(tie('node'), { maxLength: 4 }),
    fc
      .array(fc.tuple(tie('name') as fc.Arbitrary<string>, tie('node')), { maxLength: 4 })
      .map(objectOf),
  ),
})).node;

export function objectOf(entries: readonly (readonly [string, unknown])[]): object {
  const target = {};
  for (const [name, value] of entries)
    Object.defineProperty(target, name, {
      value,
      writable: true,
      enumerable: true,
      configurable: true,
    });
  return target;
}

/** A text that differs where two values do: in type, in the sign of zero, in the order of keys. */
export function describeValue(value: unknown): string {
  if (Object.is(value, -0)) return '-0';
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value !== 'object' || value === null) return `${typeof value} ${String(value)}`;
  if (value instanceof Date) return `Date ${value.getTime()}`;
  if (value instanceof Uint8Array) return `Uint8Array ${Array.from(value).join()}`;
  if (Array.isArray(value)) return `[${value.map(describeValue).join()}]`;
  if (Object.getPrototypeOf(value) !== Object.prototype) return 'an object of another kind';
  const entries = Reflect.ownKeys(value).map((name) => {
    const { value: item } = Object.getOwnPropertyDescriptor(value, name) as PropertyDescriptor;
    return `${JSON.stringify(String(name))}:${describeValue(item)}`;
  });
  return `{${entries.join()}}`;
}
