// What an app may set, what the hub counts of its devices, and storages of an earlier form.
import { env, runInDurableObject } from 'cloudflare:test';
import { describe, expect, test } from 'vitest';
import { SyncObject } from '../../js/src/worker.js';
import { at, Device, nodeB, nodeC, patch, remove, whole } from './device.js';
import { inObject, LocalHub, start, withHub } from './local-hub.js';

const outdated = expect.objectContaining({ code: 'schema_outdated' });

describe('the least schema', () => {
  test('refuses what is below it; who names none has the first', () =>
    withHub(
      (local) => {
        const { hub, now } = local;
        const push = (schema: number) => local.request([whole('a', at(1), {})], { schema });
        const digest = { table: 'todos', prefix: '' };
        const calls = [
          () => hub.push(push(2), now),
          () => hub.full({ ...push(2), pull: {} }, now),
          () => hub.pull({ cursor: null, schema: 2 }, now),
          () => hub.pull({ cursor: null }, now),
          () => hub.digest({ ...digest, schema: 2 }, now),
          () => hub.digest(digest, now),
          () => hub.losses({ after: 0, schema: 2 }),
          () => hub.losses({ after: 0 }),
        ];
        const before = local.dump;
        for (const call of calls) expect(call).toThrow(outdated);
        expect(local.dump).toEqual(before);
        expect(local.meta().seq).toBe(0);
        expect(hub.push(push(3), now).seq).toBe(1);
        expect(hub.pull({ cursor: null, schema: 3 }, now).changes).toHaveLength(1);
      },
      { schemaMin: 3 },
    ));

  test('is a property of the object, as are the days', () =>
    inObject(async (state) => {
      class Strict extends SyncObject<typeof env> {
        override schemaMin = 2;
        override tombstoneDays = -1;
        override backupDays = -1;
      }
      const object = new Strict(state, env);
      const fetch = async (path: string, body?: object) => {
        const headers = { 'Content-Type': 'application/json' };
        const init = body ? { method: 'POST', headers, body: JSON.stringify(body) } : {};
        const response = await object.fetch(new Request(`https://hub.example/${path}`, init));
        return { status: response.status, ...((await response.json()) as object) };
      };
      expect(await fetch('pull')).toMatchObject({ status: 409, error: outdated });
      expect(await fetch('pull?schema=1')).toMatchObject({ status: 409, error: outdated });
      expect(await fetch('losses?schema=2')).toMatchObject({ status: 200 });
      const push = new Device().request([whole('a', at(1), {})]);
      expect(await fetch('push', push)).toMatchObject({ status: 409, error: outdated });
      expect(await fetch('push', { ...push, schema: 2 })).toMatchObject({ status: 200 });
      // With days like these, every mark is old.
      expect(await fetch('pull?schema=2')).toMatchObject({ status: 200, safe: 1 });
    }));
});

describe('devices', () => {
  const fields = { lastPullAt: null, lastPushAt: start, changesPushed: 1, conflicts: 0 };

  test('are counted by their label', () =>
    withHub((local) => {
      local.push([whole('a', at(5), { n: 1 }), whole('b', at(5), {})], { device: 'phone' });
      local.now += 1;
      const late = local.request(
        [patch('a', at(3, nodeB), { n: 2 }), patch('c', at(3, nodeB), {})],
        {
          device: '__proto__',
          node: nodeB,
        },
      );
      for (let i = 0; i < 2; i++) local.hub.full({ ...late, pull: {} }, local.now);
      local.now += 1;
      local.push([], { device: 'phone' });
      local.pull();
      const { devices = {} } = local.meta();
      expect(Object.entries(devices)).toEqual([
        [
          '__proto__',
          { lastPullAt: start + 1, lastPushAt: start + 1, changesPushed: 2, conflicts: 1 },
        ],
        ['phone', { ...fields, changesPushed: 2 }],
      ]);
    }));

  test('are a thousand at most: the one that was silent longest is forgotten', () =>
    withHub((local) => {
      for (let i = 0; i < 1_001; i++) {
        local.now = start + i;
        local.push([whole('a', at(1), {})], { device: `d${i}` });
        if (i === 500) local.push([whole('a', at(1), {})], { device: 'd0' });
      }
      const names = Object.keys(local.meta().devices ?? {});
      expect([names.length, names.includes('d0'), names.includes('d1')]).toEqual([
        1_000,
        true,
        false,
      ]);
    }));
});

test('a storage of the first form opens, with all that it held', () =>
  inObject((state) => {
    const { sql } = state.storage;
    const tables = sql.exec<{ name: string }>(
      `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE '\\_%' ESCAPE '\\'`,
    );
    for (const { name } of tables.toArray()) sql.exec(`DROP TABLE ${name}`);
    sql.exec(`
      CREATE TABLE meta (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        epoch TEXT NOT NULL, seq INTEGER NOT NULL, fence INTEGER NOT NULL
      ) STRICT;
      CREATE TABLE records (
        tbl TEXT NOT NULL, id TEXT NOT NULL,
        seq INTEGER NOT NULL, whole_seq INTEGER NOT NULL, prev_seq INTEGER NOT NULL, by_node TEXT,
        base TEXT, fields TEXT NOT NULL, register TEXT NOT NULL, deleted INTEGER NOT NULL,
        lost_register TEXT, row TEXT NOT NULL,
        PRIMARY KEY (tbl, id)
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX records_by_seq ON records (seq);
      CREATE TABLE retired_nodes (node TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
      CREATE TABLE nodes (
        node TEXT PRIMARY KEY, turn TEXT NOT NULL, after TEXT
      ) STRICT, WITHOUT ROWID;`);
    const epoch = 'e'.repeat(32);
    const [table, id] = ['"todos"', '"a"'];
    sql.exec('INSERT INTO meta VALUES (1, ?, 7, 0)', epoch);
    sql.exec(
      'INSERT INTO records VALUES (?, ?, 7, 7, 0, NULL, ?, ?, ?, 0, NULL, ?)',
      ...[table, id, at(1), '[]', at(1), '{"n":1}'],
    );
    for (const [n, row] of ['"own"', '"mixed"'].entries())
      sql.exec(
        'INSERT INTO records VALUES (?, ?, 7, 7, ?, ?, ?, ?, ?, 0, NULL, ?)',
        ...[table, row, n * 3, nodeC, at(1), '[]', at(1), '{}'],
      );
    sql.exec('INSERT INTO retired_nodes VALUES (?)', nodeB);
    const [t1, t2, t3] = ['1', '2', '3'].map((digit) => digit.repeat(16)) as [
      string,
      string,
      string,
    ];
    const nodeD = 'd'.repeat(16);
    sql.exec('INSERT INTO nodes VALUES (?, ?, ?)', nodeD, t2, t1);
    const local = new LocalHub(state);
    const { hub } = local.meta();
    expect(local.meta()).toMatchObject({ epoch, seq: 7, hub: expect.stringMatching(/^\w{32}$/) });
    const a = whole('a', at(1), { n: 1 });
    const [mixed, own] = [whole('mixed', at(1), {}), whole('own', at(1), {})];
    expect(local.pull({ cursor: `${epoch}:6` }).changes).toEqual([a, mixed, own]);
    // Of what its own writes were only a part, it is shown the rest.
    expect(local.pull({ cursor: `${epoch}:6`, node: nodeC }).changes).toEqual([a, mixed]);
    const turned = (turn: string, after: string[]) =>
      local.push([remove('gone', at(4))], { node: nodeD, turn, after }).results[0]?.outcome;
    expect([turned(t3, [t1]), turned(t3, [t2]), turned(t1, [t3])]).toEqual([
      'clone',
      'applied',
      'applied',
    ]);
    local.push([patch('mixed', at(2), { n: 2 })], { node: nodeC, cursor: `${epoch}:7` });
    expect(local.pull({ cursor: `${epoch}:8`, node: nodeC }).changes).toEqual([]);
    const offer = `${epoch}:7`;
    const late = local.push([whole('b', at(2, nodeB), {}), patch('a', at(3), { n: 2 }, { offer })]);
    expect(late.results).toEqual([{ outcome: 'clock', until: 0 }, { outcome: 'applied' }]);
    local.hub.restored(local.now);
    expect(local.pull({ cursor: `${epoch}:9` })).toMatchObject({ reset: true, offer: 10 });
    // Once it has the new form, it is left alone.
    expect(new LocalHub(state).meta()).toEqual(local.meta());
    expect(local.meta().hub).toBe(hub);
  }));

test('an object that sleeps and wakes keeps its name and its epoch', async () => {
  const device = new Device();
  const { cursor } = await device.push(whole('a', at(1), {}));
  const before = await device.meta();
  const stub = env.SYNC.get(env.SYNC.idFromName(device.scope));
  await runInDurableObject(stub, (_, state) => {
    const local = new LocalHub(state);
    expect(local.pull({ cursor }).reset).toBeUndefined();
    expect(local.meta()).toMatchObject({ hub: before.hub, epoch: before.epoch });
  });
});
