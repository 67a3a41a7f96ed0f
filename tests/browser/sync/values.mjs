// Rows with every kind of value that can be synced, made in the page and, to compare, in Node.

/** Sets an own property, even where its name is `__proto__`. */
function own(name, value) {
  return Object.defineProperty({}, name, {
    value,
    enumerable: true,
    writable: true,
    configurable: true,
  });
}

const values = {
  null: () => null,
  true: () => true,
  emptyText: () => '',
  text: () => 'é 𐀀 “” \u2028 \u0000 \u202e NFC\u00e9 NFD e\u0301',
  loneHigh: () => 'a\ud800b',
  loneLow: () => '\udfff',
  zero: () => 0,
  negativeZero: () => -0,
  nan: () => Number.NaN,
  infinity: () => Number.POSITIVE_INFINITY,
  negativeInfinity: () => Number.NEGATIVE_INFINITY,
  fraction: () => 0.1 + 0.2,
  tiny: () => 5e-324,
  huge: () => 1.7976931348623157e308,
  beyondSafe: () => 2 ** 53,
  undefined: () => undefined,
  date: () => new Date(1_700_000_000_123),
  earlyDate: () => new Date(-62_198_755_200_000),
  invalidDate: () => new Date(Number.NaN),
  bigint: () => 123456789012345678901234567890n,
  negativeBigint: () => -1n,
  bytes: () => Uint8Array.from({ length: 256 }, (_, i) => i),
  noBytes: () => new Uint8Array(0),
  array: () => [1, [2, [3, []]], {}, null, undefined, -0],
  nested: () => ({ a: { b: { c: [{ when: new Date(0), n: 1n }] } }, empty: {} }),
  protoKey: () => own('__proto__', { polluted: true }),
  constructorKey: () => ({ constructor: 1, toString: 'x', hasOwnProperty: null }),
  looksTagged: () => ({ '$tm:date': 0 }),
  looksTaggedTwice: () => ({ '$tm:object': { '$tm:bigint': '1' } }),
  looksAbsent: () => ({ '$tm:absent': 0 }),
  emptyKey: () => ({ '': 1 }),
  deep: () => {
    let value = 'bottom';
    for (let i = 0; i < 40; i++) value = i % 2 ? [value] : { d: value };
    return value;
  },
};

/** A row per kind, named by it, and one with all of them. */
export function sampleRows(note) {
  const rows = Object.entries(values).map(([id, make]) => ({ id, value: make(), note }));
  const all = { id: 'all', note };
  for (const [name, make] of Object.entries(values)) all[`f_${name}`] = make();
  Object.defineProperty(all, '__proto__', {
    value: 'a field',
    enumerable: true,
    writable: true,
    configurable: true,
  });
  return [...rows, all];
}
