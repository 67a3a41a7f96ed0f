// Values: every kind comes back as it was sent, through the hub's database and both ways of JSON.
import { env, runInDurableObject } from 'cloudflare:test';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hubHash, hubJoin } from '../../js/src/entry/workerd.js';
import { canonicalText, decodeRow, encodeRow } from '../../js/src/values.js';
import type { Change } from '../../js/src/wire.js';
import { Hub } from '../../js/src/worker/hub.js';
import { ObjectStore } from '../../js/src/worker/object-store.js';
import { all, at, Device, newScope, outcomes, patch, whole } from './device.js';

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
  const { scope } = new Device();
  const value = fc.dictionary(
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.anything({ withBigInt: true, withDate: true, maxDepth: 4 }),
    { maxKeys: 5 },
  );
  await runInDurableObject(env.SYNC.get(env.SYNC.idFromName(scope)), (_, state) => {
    const hub = new Hub(new ObjectStore(state.storage), hubJoin, hubHash);
    let tick = 1;
    const property = fc.property(value, (plain) => {
      const encoded = wireOf(plain);
      if (encoded === null) return;
      const request = new Device(scope).request([whole('a', at(tick++), encoded)]);
      expect(hub.push(request, Date.now()).results).toEqual([{ outcome: 'applied' }]);
      const { changes } = hub.pull({ cursor: null }, Date.now());
      expect(canonicalText(changes[0]?.row)).toBe(canonicalText(encoded));
    });
    fc.assert(property, { numRuns: 300, endOnFailure: true });
  });
});

/** What is sent of a row; null: a value in it cannot be. */
function wireOf(plain: object): Record<string, unknown> | null {
  try {
    return JSON.parse(JSON.stringify(encodeRow(plain)));
  } catch {
    return null;
  }
}

describe('names that objects have anyway', () => {
  const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'prototype', ''];

  test('are plain tables, ids and fields', async () => {
    const device = new Device(newScope());
    const changes = names.map((name, i): Change => {
      const row = JSON.parse(`{${JSON.stringify(name)}:${i},"x":{"__proto__":[${i}]}}`);
      return { table: name, id: JSON.stringify(name), stamp: at(i + 1), row };
    });
    expect(outcomes(await device.push(...changes))).toEqual(names.map(() => 'applied'));
    expect(JSON.stringify((await all(device)).sort((a, b) => (a.stamp < b.stamp ? -1 : 1)))).toBe(
      JSON.stringify(changes),
    );
    const patches = changes.map((change, i): Change => {
      const own = JSON.parse(`{${JSON.stringify(change.table)}:"p${i}"}`);
      const fields = JSON.parse(`{${JSON.stringify(change.table)}:${JSON.stringify(at(20 + i))}}`);
      return { ...change, stamp: at(10), patch: true, row: own, fields };
    });
    expect(outcomes(await device.push(...patches))).toEqual(names.map(() => 'applied'));
    const { cursor } = await device.pull({ limit: 1 });
    expect((await device.pull({ cursor })).changes).toEqual([]);
    const meta = await device.fetch('meta');
    const { counts } = (await meta.json()) as { counts: object };
    expect(Object.keys(counts).sort()).toEqual(names.toSorted());
    const seen = (await device.pull({ tables: ['__proto__'] })).changes;
    expect(JSON.stringify(seen[0]?.row)).toBe('{"__proto__":"p0","x":{"__proto__":[0]}}');
    expect(JSON.stringify(seen[0]?.fields)).toBe(`{"__proto__":"${at(20)}"}`);
  });
});
