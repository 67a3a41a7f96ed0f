// SQLite devices of one user whose keys SQLite counts, against the real hub: in the end all show
// the same, nothing that was made is missing, there twice or mixed, and every child has its parent.
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Change } from '../../js/src/wire.js';
import { RealHub } from './support/real-hub.js';
import { SqlDevice } from './support/sql-device.js';

beforeEach(() => {
  const toFake = ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] as const;
  vi.useFakeTimers({ toFake: [...toFake] });
  vi.spyOn(console, 'warn').mockImplementation(() => {}); // sqlite-wasm names refused statements
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

// `tag` says what a row is, and `of` whose it is, in words that no number changes.
const schemaOf = (key: string) => `
  CREATE TABLE lists (id ${key}, tag TEXT NOT NULL, note TEXT, up INT REFERENCES lists, upper TEXT);
  CREATE TABLE todos (id ${key}, list INT REFERENCES lists ON DELETE CASCADE ON UPDATE CASCADE,
    tag TEXT NOT NULL, "of" TEXT);
  CREATE TABLE tags (list INT REFERENCES lists ON DELETE CASCADE, word TEXT, "of" TEXT,
    PRIMARY KEY (list, word)) WITHOUT ROWID;
`;
const tables = ['lists', 'todos', 'tags'];
const plain = schemaOf('INTEGER PRIMARY KEY');
const never = schemaOf('INTEGER PRIMARY KEY AUTOINCREMENT');

let hub: RealHub;

async function open(schema: string): Promise<SqlDevice[]> {
  hub = await RealHub.open();
  hub.onPushed = expectParents;
  const devices: SqlDevice[] = [];
  for (let i = 0; i < 3; i++) devices.push(await SqlDevice.open(hub, schema, tables));
  for (const each of devices) each.run('PRAGMA foreign_keys = ON');
  return devices;
}

const orphans = `
  SELECT 'todo', t.tag FROM todos t JOIN lists l ON l.id = t.list WHERE t."of" IS NOT l.tag
  UNION ALL
  SELECT 'tag', t."of" FROM tags t JOIN lists l ON l.id = t.list WHERE t."of" IS NOT l.tag
  UNION ALL
  SELECT 'list', u.tag FROM lists u JOIN lists l ON l.id = u.up WHERE u.upper IS NOT l.tag`;

/** At no time does the hub show a child under another parent than its own. */
function expectParents(records: readonly Change[]): void {
  const tags = new Map(records.map(({ table, id, row }) => [`${table} ${id}`, row?.tag]));
  const wrong = records.filter(({ row }) => {
    const [parent, name] = [row?.list ?? row?.up, row?.of ?? row?.upper];
    const tag = parent == null ? undefined : tags.get(`lists ${parent}`);
    return tag !== undefined && tag !== name;
  });
  expect(wrong).toEqual([]);
}

async function settled(devices: readonly SqlDevice[], rounds = 6): Promise<SqlDevice> {
  for (let round = 0; round < rounds; round++) for (const each of devices) await each.sync();
  const [first, ...others] = devices as [SqlDevice, ...SqlDevice[]];
  for (const each of others) expect(each.dump(tables)).toBe(first.dump(tables));
  expect(first.handle.selectArrays(orphans)).toEqual([]);
  for (const each of devices) {
    expect(await each.store.deadLetters()).toEqual([]);
    expect((await each.store.readOutbox(10)).writes).toEqual([]);
  }
  return first;
}

const tagsIn = ({ handle }: SqlDevice, table: string) =>
  handle.selectValues(`SELECT tag FROM ${table} ORDER BY tag`);

describe('three devices that count alike', () => {
  const fill = (device: SqlDevice, name: string) => {
    for (let i = 1; i <= 20; i++)
      device.run(`BEGIN; INSERT INTO lists (tag) VALUES ('${name}${i}');
        INSERT INTO todos (list, tag, "of") SELECT last_insert_rowid(), tag, tag FROM lists
          WHERE id = last_insert_rowid();
        INSERT INTO tags VALUES (${i}, 'word', '${name}${i}');
        UPDATE lists SET up = nullif(${i} - 1, 0), upper = iif(${i} > 1, '${name}${i - 1}', NULL)
          WHERE id = ${i}; COMMIT`);
  };
  const names = (name: string) => Array.from({ length: 20 }, (_, i) => `${name}${i + 1}`);
  const all = ['a', 'b', 'c'].flatMap(names).sort();

  test('offline: every row has its own number in the end, and every child its parent', async () => {
    const devices = await open(plain);
    for (const [i, each] of devices.entries()) fill(each, 'abc'[i] as string);
    const first = await settled(devices);
    for (const table of ['lists', 'todos']) expect(tagsIn(first, table)).toEqual(all);
    expect(first.handle.selectValue('SELECT count(*) FROM tags')).toBe(60);
    expect(first.handle.selectObjects('PRAGMA foreign_key_check')).toEqual([]);
    expect(first.handle.selectValue('SELECT count(up) FROM lists')).toBe(57);
  });

  test('at once: what the hub takes meanwhile collides, more than once', async () => {
    const devices = await open(plain);
    await settled(devices, 1);
    for (const [i, each] of devices.entries()) fill(each, 'abc'[i] as string);
    await Promise.all(devices.map((each) => each.sync()));
    const first = await settled(devices);
    expect(hub.answers.get('collision')).toBeGreaterThanOrEqual(2 * 40);
    expect(hub.answers.get('deferred')).toBeGreaterThanOrEqual(20);
    expect(tagsIn(first, 'lists')).toEqual(all);
    expect(first.handle.selectObjects('PRAGMA foreign_key_check')).toEqual([]);
  });

  test('a row keeps its number where only its own device used it before', async () => {
    const devices = await open(plain);
    const [a] = devices as [SqlDevice];
    for (const tag of ['first', 'second', 'third']) {
      a.run(`DELETE FROM lists; INSERT INTO lists (tag) VALUES ('${tag}')`);
      const first = await settled(devices, 2);
      expect(first.handle.selectArrays('SELECT id, tag FROM lists')).toEqual([[1, tag]]);
    }
  });

  test('copies of one file are one', async () => {
    const rows = `INSERT INTO lists VALUES (1, 'a', '', NULL, NULL), (2, 'b', '', 1, 'a');
      INSERT INTO todos VALUES (1, 2, 't', 'b')`;
    const devices = await open(`${plain} ${rows}`);
    const first = await settled(devices);
    expect(tagsIn(first, 'lists')).toEqual(['a', 'b']);
    expect(tagsIn(first, 'todos')).toEqual(['t']);
  });
});

type Step =
  | { kind: 'list' | 'todo' | 'tag' | 'note' | 'move' | 'delete'; device: number; pick: number }
  | { kind: 'sync'; device: number; fault: 'lost' | 'unanswered' | null }
  | { kind: 'race' };

const stepOf = (...kinds: Exclude<Step['kind'], 'sync' | 'race'>[]): fc.Arbitrary<Step> =>
  fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constantFrom(...kinds),
        ...{ device: fc.nat(2), pick: fc.nat(99) },
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('sync' as const),
        device: fc.nat(2),
        fault: fc.constantFrom(null, 'lost' as const, 'unanswered' as const),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('race' as const) }) },
  );

/** Runs the SQL of a step; what it makes has the name `tag`. Returns the list that it deleted. */
function write({ handle }: SqlDevice, kind: Step['kind'], pick: number, tag: string): unknown {
  const lists = handle.selectArrays('SELECT id, tag FROM lists ORDER BY id');
  const [id, name] = lists[pick % lists.length] ?? [null, null];
  const up = pick % 3 === 0 ? [null, null] : [id, name];
  const run = (sql: string, ...bind: unknown[]) => handle.exec(sql, { bind: bind as never });
  if (kind === 'list') run('INSERT INTO lists (tag, up, upper) VALUES (?, ?, ?)', tag, ...up);
  else if (id === null) return undefined;
  else if (kind === 'todo')
    run('INSERT INTO todos (list, tag, "of") VALUES (?, ?, ?)', id, tag, name);
  else if (kind === 'tag')
    run('INSERT OR IGNORE INTO tags VALUES (?, ?, ?)', id, `${pick % 2}`, name);
  else if (kind === 'note') run('UPDATE lists SET note = ? WHERE id = ?', tag, id);
  else if (kind === 'move')
    run(
      'UPDATE todos SET list = ?, "of" = ? WHERE id = (SELECT max(id) FROM todos)',
      ...[id, name],
    );
  else {
    run('UPDATE lists SET up = NULL, upper = NULL WHERE up = ?', id);
    run('DELETE FROM lists WHERE id = ?', id);
    return name;
  }
  return undefined;
}

async function live(schema: string, steps: readonly Step[]): Promise<void> {
  const devices = await open(schema);
  const made: Record<string, string[]> = { list: [], todo: [] };
  const deleted = new Set<unknown>();
  for (const [i, step] of steps.entries()) {
    if (step.kind === 'race') {
      await Promise.all(devices.map((each) => each.sync()));
      continue;
    }
    const on = devices[step.device] as SqlDevice;
    if (step.kind === 'sync') {
      const at = on.network.sent.length + 1;
      on.network.fault = (_, index) => (index === at ? step.fault : null);
      await on.sync().catch((error) => {
        if (step.fault === null || error.code !== 'network') throw error;
      });
      on.network.fault = () => null;
      continue;
    }
    const before = on.handle.changes(true);
    const gone = write(on, step.kind, step.pick, `${i}`);
    if (gone !== undefined) deleted.add(gone);
    if (on.handle.changes(true) !== before) made[step.kind]?.push(`${i}`);
  }
  const first = await settled(devices);
  const there = tagsIn(first, 'lists');
  expect(new Set(there).size).toBe(there.length);
  expect(there).toEqual(
    expect.arrayContaining((made.list ?? []).filter((tag) => !deleted.has(tag))),
  );
  const todos = tagsIn(first, 'todos');
  expect(new Set(todos).size).toBe(todos.length);
  if (deleted.size === 0) expect(todos).toEqual((made.todo ?? []).sort());
  for (const each of devices) await each.client.close();
}

describe('whatever three devices write, and whenever they sync', () => {
  test.each([
    ['numbers that are used again', plain, stepOf('list', 'todo', 'tag', 'note', 'move')],
    ['numbers that are not', never, stepOf('list', 'todo', 'tag', 'note', 'move', 'delete')],
  ])(
    '%s',
    async (_, schema, step) => {
      const property = fc.asyncProperty(fc.array(step, { maxLength: 30 }), (steps) =>
        live(schema, steps),
      );
      await fc.assert(property, { numRuns: 10, endOnFailure: true });
    },
    240_000,
  );
});
