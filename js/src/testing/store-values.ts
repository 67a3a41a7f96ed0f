// Contract: every kind of value and key goes out and comes in as it was, and what cannot is
// refused.
import { decodeRow, encodeRow, setOwn } from '../values.js';
import type { WireRow } from '../wire.js';
import { stampAt } from './clock.js';
import { equal, rejects } from './contract.js';
import type { StoreTests } from './store-contract.js';
import type { Subject } from './store-driver.js';

function everyKind(id: unknown): Record<string, unknown> {
  const row: Record<string, unknown> = {
    id,
    text: 'ä\u0000\u{1F600}',
    surrogate: '\ud800 alone',
    zero: -0,
    nan: Number.NaN,
    infinite: [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
    big: 12345678901234567890n,
    date: new Date(86_400_000),
    never: new Date(Number.NaN),
    bytes: new Uint8Array([0, 255, 128]),
    nothing: undefined,
    none: null,
    deep: { list: [{ at: new Date(1), u: undefined }], '': 1, '$tm:date': 5 },
    looksTagged: { '$tm:date': 5 },
    constructor: 'own',
    toString: 1,
  };
  setOwn(row, '__proto__', { polluted: true });
  return row;
}

const wire = (row: object) => JSON.parse(JSON.stringify(encodeRow(row))) as WireRow;

async function lettersOfKeys(subject: Subject): Promise<void> {
  for (const id of [1.5, 'x'.repeat(2_000)]) await subject.driver.put('todos', { id, n: 1 });
  await subject.driver.put('todos', { id: 'a', n: 1 });
  equal((await subject.outbox()).pending, 1, 'pending');
  const letters = await subject.store.deadLetters();
  equal(
    letters.map(({ code }) => code),
    ['key_unsupported', 'key_unsupported'],
    'letters',
  );
  const change = (id: unknown) => ({ table: 'todos', id: JSON.stringify(id), stamp: stampAt(5) });
  const wide = ['\ud800', ['a', 1]].map((id) => ({ ...change(id), row: { id, n: 1 } }));
  const { refused } = await subject.pull(...wide, { ...change('b'), row: { id: 'b', n: 1 } });
  equal([refused, await subject.driver.get('todos', 'b')], [2, { id: 'b', n: 1 }], 'pulled');
}

export const valueTests: StoreTests = {
  'every kind of value goes out as it was written': async (subject) => {
    const row = everyKind('a');
    await subject.driver.put('todos', row);
    const sent = (await subject.outbox()).rows.get('todos')?.get('"a"') as WireRow;
    equal(decodeRow(JSON.parse(JSON.stringify(sent))), row, 'sent');
    equal(Object.hasOwn(sent, '__proto__'), true, 'own __proto__');
  },

  'every kind of value comes in as it was sent': async (subject) => {
    const row = everyKind('a');
    await subject.pull({ table: 'todos', id: '"a"', stamp: stampAt(1), row: wire(row) });
    const here = await subject.driver.get('todos', 'a');
    equal(here, row, 'row');
    equal(Object.is(here?.zero, -0), true, '-0');
    equal((here as { polluted?: unknown }).polluted, undefined, 'prototype');
  },

  'every kind of value is patched and merged': async (subject) => {
    const { id: _, ...fields } = everyKind('a');
    const row = wire(everyKind('a'));
    delete row.id;
    await subject.pull({ table: 'todos', id: '"a"', stamp: stampAt(1), row: { id: 'a' } });
    await subject.pull({ table: 'todos', id: '"a"', stamp: stampAt(2), patch: true, row });
    await subject.driver.update('todos', 'a', { mine: 1 });
    await subject.pull({
      table: 'todos',
      id: '"a"',
      stamp: stampAt(3),
      patch: true,
      row: { theirs: 1 },
    });
    const expected = { id: 'a', mine: 1, theirs: 1 };
    for (const name of Object.keys(fields)) setOwn(expected, name, fields[name]);
    equal(await subject.driver.get('todos', 'a'), expected, 'row');
  },

  'writing the same values again is no write': async (subject) => {
    await subject.driver.put('todos', everyKind('a'));
    await subject.acknowledge(await subject.writes());
    await subject.driver.put('todos', everyKind('a'));
    equal((await subject.outbox()).pending, 0, 'pending');
    const other = everyKind('a');
    other.zero = 0;
    await subject.driver.put('todos', other);
    equal([...((await subject.writes())[0]?.columns.fields.keys() ?? [])], ['zero'], 'fields');
  },

  'keys of every kind': async (subject) => {
    const wide = ['\ud800', ['a', 1], [['n'], 2]];
    const plain = ['', '__proto__', '"', 0, -5, Number.MAX_SAFE_INTEGER];
    const keys = subject.driver.narrowKeys ? plain : [...plain, ...wide];
    for (const id of keys) await subject.driver.put('todos', { id, n: 1 });
    const writes = await subject.writes();
    equal(
      writes.map(({ id }) => id),
      keys.map((key) => JSON.stringify(key)),
      'ids',
    );
    await subject.acknowledge(writes);
    const changes = keys.map((key) => ({
      table: 'todos',
      id: JSON.stringify(key),
      stamp: stampAt(5),
      patch: true as const,
      row: { n: 2 },
    }));
    equal((await subject.pull(...changes)).missing, 0, 'missing');
    for (const id of keys) equal(await subject.driver.get('todos', id), { id, n: 2 }, 'row');
  },

  'a value that cannot be synced is refused, and so is the write': async (subject) => {
    const write = subject.driver.put('todos', { id: 'a', bad: [new Map()] });
    await rejects(write, 'value_unsupported', 'put');
    equal(
      [await subject.driver.get('todos', 'a'), (await subject.outbox()).pending],
      [undefined, 0],
      'left',
    );
  },

  'a key that cannot be synced is refused, and so is the write': async (subject) => {
    if (subject.driver.narrowKeys) return lettersOfKeys(subject);
    for (const id of [1.5, 'x'.repeat(2_000), new Date(0)])
      await rejects(
        subject.driver.put('todos', { id, n: 1 }),
        'key_unsupported',
        String(id).slice(0, 20),
      );
    equal((await subject.outbox()).pending, 0, 'pending');
  },
};
