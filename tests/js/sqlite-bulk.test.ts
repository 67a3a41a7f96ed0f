// A page's rows written at once: as one text where that is quicker, and one by one what such a text
// cannot say, or the database does not let in. Either way gives the same.
import { describe, expect, test } from 'vitest';
import type { SqliteDatabase } from '../../js/src/stores/sqlite/database.js';
import { databaseOf } from '../../js/src/stores/sqlite/libraries.js';
import { SqliteStore } from '../../js/src/stores/sqlite/store.js';
import type { AppTriggers } from '../../js/src/stores/sqlite/unrecorded.js';
import { TestClock } from '../../js/src/testing/index.js';
import type { WireRow } from '../../js/src/wire.js';
import { commit, stamp } from './support/counted.js';
import { openMemory } from './support/sqlite-app.js';

const schema = `CREATE TABLE t (
  id TEXT PRIMARY KEY, n INTEGER CHECK (n <> 13), r REAL, place TEXT UNIQUE, any
)`;

function open(readsJson: boolean, made = schema, triggers: AppTriggers = 'local') {
  const handle = openMemory();
  handle.exec(made);
  const inner = databaseOf(handle);
  const texts: string[] = [];
  const db: SqliteDatabase = {
    readsJson,
    all(text, parameters) {
      if (text.startsWith('INSERT OR ABORT INTO main."t"')) texts.push(text);
      return inner.all(text, parameters);
    },
    exec: (text) => inner.exec(text),
    get inTransaction() {
      return inner.inTransaction;
    },
  };
  const tables = new Map([['t', 'field']] as const);
  const store = SqliteStore.open(db, { tables, clock: new TestClock(), triggers });
  return { handle, store, texts };
}

/** A page of these rows is taken; what the table holds then, and of what kinds. */
async function taken(device: ReturnType<typeof open>, rows: readonly WireRow[]) {
  const changes = rows.map((row) => ({ table: 't', id: JSON.stringify(row.id), stamp, row }));
  const { refused } = await commit(device.store, { changes });
  const select = 'SELECT *, typeof(n), typeof(r), typeof("any") FROM t ORDER BY id';
  const held = device.handle.exec(select, { returnValue: 'resultRows' });
  const { rows: said } = await device.store.scan('t', 100);
  return { refused, held, said: said.map(({ row }) => row) };
}

const plain: WireRow[] = [
  { id: 'a', n: 1, r: 2, place: 'p "quoted" \\ \u2028 é', any: 7 },
  { id: 'b', n: -(2 ** 53) + 1, place: '' },
  { id: 'c', n: 0, r: -5, any: '5' },
];
const odd: WireRow[] = [
  { id: 'd', n: 4, r: 0.1, any: 1e300 },
  { id: 'e', n: true, r: 5e-324, any: { '$tm:bytes': 'AP+A' } },
];

describe('a page of plain rows', () => {
  test('is one statement where the database reads JSON', async () => {
    const device = open(true);
    const { said } = await taken(device, plain);
    expect(said).toEqual(plain);
    expect(device.texts).toHaveLength(1);
  });

  test('is a statement a row where it does not', async () => {
    const device = open(false);
    expect((await taken(device, plain)).said).toEqual(plain);
    expect(device.texts).toHaveLength(plain.length);
  });

  test('replaces what is there', async () => {
    const device = open(true);
    await taken(device, plain);
    const again = plain.map(({ id }) => ({ id, n: 9 }));
    expect((await taken(device, again)).said).toEqual(again);
    expect(device.texts).toHaveLength(2);
  });
});

const mixed: Record<string, WireRow[]> = {
  'with rows that are more than their columns': [...odd, ...plain],
  'of which one is refused': [...plain, { id: 'x', n: 13 }, { id: 'y', n: 14 }],
  'of which one has no key for this table': [...plain, { id: ['x', 'y'], n: 1 }],
  'of which two want one place': [...plain, { id: 'A', place: '' }, { id: 'z', place: '' }],
  'whose rows change places': [
    { id: 'a', place: 'of b' },
    { id: 'b', place: 'of a' },
  ],
};

describe('a page', () => {
  for (const [name, rows] of Object.entries(mixed))
    test(`${name} ends the same either way`, async () => {
      const [text, bound] = [open(true), open(false)];
      for (const device of [text, bound])
        await taken(device, [
          { id: 'a', place: 'of a' },
          { id: 'b', place: 'of b' },
        ]);
      const ended = await taken(text, rows);
      expect(ended).toEqual(await taken(bound, rows));
      expect(ended.said.length + ended.refused).toBe(new Set(['a', 'b', ...idsOf(rows)]).size);
    });
});

test.each([true, false])('a trigger that refuses all of it: none is stored', async (readsJson) => {
  const guarded = `CREATE TABLE t (id TEXT PRIMARY KEY, n INTEGER);
    CREATE TRIGGER guard BEFORE INSERT ON t WHEN new.n = 9
      BEGIN SELECT RAISE(ROLLBACK, 'too much'); END`;
  const { handle, store } = open(readsJson, guarded, 'all');
  const rows = [1, 9, 2].map((n, i) => ({ id: `${i}`, n }));
  const changes = rows.map((row) => ({ table: 't', id: JSON.stringify(row.id), stamp, row }));
  await expect(commit(store, { changes })).rejects.toThrow(/too much/);
  expect(handle.selectValue('SELECT count(*) FROM t')).toBe(0);
  expect(await store.deadLetters()).toEqual([]);
});

const idsOf = (rows: readonly WireRow[]) => rows.map(({ id }) => id);

test('a table whose names look like the text of a statement', async () => {
  const name = 'x) VALUES (?, ?)';
  const device = open(true, `CREATE TABLE t (id TEXT PRIMARY KEY, "${name}" TEXT)`);
  const rows = ['a', 'b'].map((id) => ({ id, [name]: 'v' }));
  const changes = rows.map((row) => ({ table: 't', id: JSON.stringify(row.id), stamp, row }));
  expect((await commit(device.store, { changes })).refused).toBe(0);
  expect((await device.store.scan('t', 10)).rows.map(({ row }) => row)).toEqual(rows);
});
