// SQLite devices of one user: whatever SQL each of them runs, and whenever they sync, all show the
// same in the end.
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { pass } from './support/device.js';
import { ModelHub } from './support/model-hub.js';
import { SqlDevice } from './support/sql-device.js';

let hub: ModelHub;
beforeEach(() => {
  const toFake = ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] as const;
  vi.useFakeTimers({ toFake: [...toFake] });
  // sqlite-wasm names each refused statement.
  vi.spyOn(console, 'warn').mockImplementation(() => {});
  hub = new ModelHub();
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const schema = `
  PRAGMA foreign_keys = ON;
  CREATE TABLE lists (id TEXT PRIMARY KEY, name TEXT, slug TEXT UNIQUE,
    stars INT NOT NULL DEFAULT 3);
  CREATE TABLE items (id TEXT, n INT, list TEXT REFERENCES lists ON DELETE CASCADE, title TEXT,
    weight REAL, PRIMARY KEY (id, n)) WITHOUT ROWID;
`;
const tables = ['lists', 'items'];

const key = fc.constantFrom('a', 'b', 'c');
const slug = fc.constantFrom("'x'", "'y'");
const value = fc.oneof(
  fc.constantFrom('NULL', "''", "'0'", "'Milk'", 'TRUE', "x'00ff'", '9007199254740993', '1e308'),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => `${n}`),
  fc.string({ unit: 'grapheme', maxLength: 5 }).map((text) => `'${text.replace(/['\0]/g, '')}'`),
);

const statement = fc.oneof(
  fc.tuple(key, value).map(([id, v]) => `INSERT INTO lists (id, name) VALUES ('${id}', ${v})`),
  fc.tuple(key, value).map(([id, v]) => `REPLACE INTO lists (id, name) VALUES ('${id}', ${v})`),
  fc.tuple(key, value).map(
    ([id, v]) =>
      `INSERT INTO lists (id, name, stars) VALUES ('${id}', ${v}, 5)
         ON CONFLICT DO UPDATE SET name = excluded.name`,
  ),
  fc.tuple(key, value).map(([id, v]) => `UPDATE lists SET name = ${v} WHERE id = '${id}'`),
  fc
    .tuple(key, key)
    .map(([id, to]) => `UPDATE OR IGNORE lists SET id = '${to}' WHERE id = '${id}'`),
  fc.tuple(key).map(([id]) => `UPDATE lists SET stars = stars + 1 WHERE id = '${id}'`),
  fc.tuple(key, slug).map(([id, s]) => `UPDATE lists SET slug = ${s} WHERE id = '${id}'`),
  fc
    .tuple(key, slug)
    .map(([id, s]) => `UPDATE OR REPLACE lists SET slug = ${s} WHERE id = '${id}'`),
  fc.tuple(key, slug).map(([id, s]) => `REPLACE INTO lists (id, slug) VALUES ('${id}', ${s})`),
  fc.tuple(key).map(([id]) => `DELETE FROM lists WHERE id = '${id}'`),
  fc
    .tuple(key, fc.nat(2), key, value, value)
    .map(
      ([id, n, list, title, weight]) =>
        `INSERT OR REPLACE INTO items VALUES ('${id}', ${n}, '${list}', ${title}, ${weight})`,
    ),
  fc.tuple(key, value).map(([id, v]) => `UPDATE items SET title = ${v} WHERE id = '${id}'`),
  fc.nat(2).map((n) => `DELETE FROM items WHERE n = ${n}`),
);

type Step = { device: number; sql: string[] } | { device: number; sync: true };
const device = fc.nat(2);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ device, sql: fc.array(statement, { minLength: 1, maxLength: 3 }) }),
  },
  { weight: 1, arbitrary: fc.record({ device, sync: fc.constant(true as const) }) },
);

async function live(steps: readonly Step[]): Promise<void> {
  const devices: SqlDevice[] = [];
  for (let i = 0; i < 3; i++) devices.push(await SqlDevice.open(hub, schema, tables));
  for (const each of steps) {
    const on = devices[each.device] as SqlDevice;
    if ('sync' in each) await on.sync();
    else if (!on.run(`BEGIN; ${each.sql.join('; ')}; COMMIT`)) on.run('ROLLBACK');
  }
  for (let round = 0; round < 5; round++) for (const each of devices) await each.sync();
  const [first, ...others] = devices.map((each) => each.dump(tables));
  for (const dump of others) expect(dump).toBe(first);
  for (const each of devices) await each.client.close();
}

describe('three devices', () => {
  test('that run any SQL and sync at any time are the same in the end', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        hub = new ModelHub();
        await live(steps);
      }),
      { numRuns: 25 },
    );
  }, 120_000);
});

describe('two programs that sync one database', () => {
  test('make room for each other, and all that is written is sent', async () => {
    const seconds = 90;
    const first = await SqlDevice.open(hub, schema, tables);
    const programs = [first, await SqlDevice.over(first.handle, hub, tables)];
    for (let second = 0; second < seconds; second++) {
      first.run(`INSERT INTO lists (id, name) VALUES ('${second}', 'x')`);
      await pass(1_000);
    }
    await pass(60_000);
    expect(Object.keys(hub.view())).toHaveLength(seconds);
    for (const { store } of programs) expect((await store.load()).pending).toBe(0);
    // One of them sends what is written; and now and then the other leads.
    const sent = programs.reduce((sum, { network }) => sum + network.sent.length, 0);
    expect(sent).toBeLessThan(seconds * 1.8);
    // Whoever waits is asked: then it leads.
    for (const each of [...programs, ...programs]) {
      await each.sync();
      expect(each.client.status.value).toMatchObject({ phase: 'idle', pending: 0 });
    }
  }, 120_000);
});
