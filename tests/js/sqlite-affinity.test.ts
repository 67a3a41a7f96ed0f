// Values that a column bends to its affinity come back as they were; also those that another
// program has kept beside the row.
import { describe, expect, it } from 'vitest';
import { openMemory, storeOver } from './support/sqlite-app.js';

/** In tagged form: what columns of some affinity hold as another value. */
const values = [
  ...[true, false, 5, 0.5, 1e20, null, '5', ' 12abc', '1e5', 'a\0b', '\ud800 alone'],
  ...[{ '$tm:number': '-0' }, { '$tm:number': 'Infinity' }, { '$tm:date': 86_400_000 }],
  ...[{ '$tm:bigint': '5' }, { '$tm:bigint': '9007199254740993' }, { '$tm:bytes': 'AP+A' }],
  ...[[1, true], { '$tm:undefined': 0 }],
];
const schema = `CREATE TABLE t (id TEXT PRIMARY KEY, i INTEGER, t TEXT, n NUMERIC, r REAL, u)`;
const write = (value: unknown) => {
  const row = { id: 'a', i: value, t: value, n: value, r: value, u: value };
  return { table: 't', id: '"a"', row };
};

describe('columns of every affinity', () => {
  for (const value of values)
    it(JSON.stringify(value), async () => {
      const handle = openMemory();
      handle.exec(schema);
      const store = storeOver(handle, ['t']);
      await store.write(write(value));
      const { rows } = await store.scan('t', 10);
      expect(rows[0]?.row).toEqual(write(value).row);
    });
});

it('what another program keeps beside a row is read', async () => {
  const handle = openMemory();
  handle.exec(schema);
  const [one, other] = [storeOver(handle, ['t']), storeOver(handle, ['t'])];
  await one.write({ table: 't', id: '"b"', row: { id: 'b' } });
  expect((await one.scan('t', 10)).rows).toHaveLength(1);
  await other.write(write(true));
  const { rows } = await one.scan('t', 10);
  expect(rows[0]?.row).toEqual(write(true).row);
});

it('bytes that are no text are sent as bytes, and a key of them becomes a letter', async () => {
  const handle = openMemory();
  handle.exec(schema);
  const store = storeOver(handle, ['t']);
  const said = `CAST(x'61ff' AS TEXT)`;
  handle.exec(`INSERT INTO t (id, t, u) VALUES ('a', ${said}, '\ufffd'), (${said}, 'x', NULL)`);
  const { writes, rows } = await store.readOutbox(10);
  expect(writes.map(({ id }) => id)).toEqual(['"a"']);
  const sent = { id: 'a', t: { '$tm:bytes': 'Yf8=' }, u: '\ufffd' };
  expect(rows.get('t')?.get('"a"')).toEqual(sent);
  expect((await store.scan('t', 10)).rows).toContainEqual({ id: '"a"', row: sent });
  expect((await store.deadLetters()).map(({ code }) => code)).toEqual(['key_unsupported']);
});
