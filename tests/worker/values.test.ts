// Values: every kind comes back as it was sent, through the hub's database and both ways of JSON.
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeRow, encodeRow } from '../../js/src/values.js';
import { at, Device, patch, whole } from './device.js';

const row = {
  text: 'ä€😀',
  empty: '',
  nul: 'a\0b',
  lone: '\ud83d and \ude00 apart',
  yes: true,
  no: false,
  none: null,
  numbers: [0, -0, 1.5, 1e21, 5e-324, Number.MAX_SAFE_INTEGER, Number.NaN, Infinity, -Infinity],
  big: 12345678901234567890n,
  date: new Date(1_700_000_000_123),
  badDate: new Date(Number.NaN),
  bytes: new Uint8Array([0, 1, 254, 255]),
  gone: undefined,
  nested: { a: [{ b: [new Date(0), undefined] }], '': {} },
  tagged: { '$tm:date': 'not ours' },
  taggedTwice: { '$tm:object': { '$tm:bigint': 1n } },
  '\udfff': 'a lone surrogate for a name',
  ['€'.repeat(80)]: 1,
};

test('every kind of value', async () => {
  const device = new Device();
  const encoded = encodeRow(row);
  await device.push(whole('a', at(1), encoded));
  expect((await device.pull()).changes[0]?.row).toEqual(encodeRow(row));
  const { cursor } = await device.push(whole('b', at(2), {}));
  await device.push(patch('b', at(3), encodeRow(row)));
  const [change] = (await device.pull({ cursor })).changes;
  expect(decodeRow(change?.row ?? {})).toEqual(row);
});

test('every kind of key, and tables of any name', async () => {
  const device = new Device();
  const keys = ['', 'a"b', '\ud800', 'a\0b', 7, -7, ['a', 1], [['x'], [1, ['y']]], '😀'];
  const changes = keys.map((key, i) => ({
    table: ['todos', '\ud800', 'a\0b', 'ä"\\'][i % 4] as string,
    id: JSON.stringify(key),
    stamp: at(i + 1),
    row: { i },
  }));
  await device.push(...changes);
  await device.push(...changes.map((each) => ({ ...each, stamp: at(99), row: { i: -1 } })));
  const held = (await device.pull()).changes.sort((a, b) => (a.id < b.id ? -1 : 1));
  const sent = changes.map((each) => ({ ...each, stamp: at(99), row: { i: -1 } }));
  expect(held).toEqual(sent.sort((a, b) => (a.id < b.id ? -1 : 1)));
});

test('any JSON a device may encode', async () => {
  const device = new Device();
  const value = fc.dictionary(
    fc.string({ unit: 'binary' }),
    fc.anything({ withBigInt: true, withDate: true, maxDepth: 4 }),
    { maxKeys: 5 },
  );
  let tick = 1;
  const property = fc.asyncProperty(value, async (plain) => {
    let encoded: Record<string, unknown>;
    try {
      encoded = JSON.parse(JSON.stringify(encodeRow(plain)));
    } catch {
      return; // Not a value that is synced.
    }
    const { results } = await device.push(whole('a', at(tick++), encoded));
    expect(results).toEqual([{ outcome: 'applied' }]);
    expect((await device.pull()).changes[0]?.row).toEqual(encoded);
  });
  await fc.assert(property, { numRuns: 50 });
}, 60_000);
