// Lineage: the storage's name, epochs, and what a device is told whose cursor cannot be read.
import { env } from 'cloudflare:test';
import { describe, expect, test } from 'vitest';
import { at, Device, nodeB, whole } from './device.js';
import { dayMs, LocalHub, start, withHub } from './local-hub.js';

const code = (name: string) => expect.objectContaining({ code: name });
const epochOf = (cursor: string | null) => cursor?.split(':')[0] as string;

describe('the hub', () => {
  test('has a name of its own, in every reply that a device keeps something of', async () => {
    const [one, two] = [new Device(), new Device()];
    const { hub } = await one.meta();
    expect(hub).toMatch(/^[0-9a-f]{32}$/);
    expect((await two.meta()).hub).not.toBe(hub);
    expect((await one.pull()).hub).toBe(hub);
    expect((await one.pull({ cursor: 'elsewhere' })).hub).toBe(hub);
    expect((await one.full(null, [])).pull.hub).toBe(hub);
  });

  test('keeps it through a restore', () =>
    withHub((local) => {
      const { hub, epoch } = local.meta();
      local.hub.restored(local.now);
      expect(local.meta().hub).toBe(hub);
      expect(local.meta().epoch).not.toBe(epoch);
      expect(new LocalHub(local.state).meta()).toMatchObject({ hub, epoch: local.meta().epoch });
    }));

  test('does not take what belongs to another: 409, and nothing was changed', async () => {
    const device = new Device();
    const { hub } = await device.meta();
    const body = { ...device.request([whole('a', at(1), {})]), pull: {}, table: 't', prefix: '' };
    const other = '0'.repeat(32);
    const before = await device.meta();
    for (const call of ['push', 'full', 'digest']) {
      const response = await device.post(call, { ...body, hub: other });
      expect([response.status, await response.json()]).toEqual([
        409,
        { error: code('account_mismatch') },
      ]);
    }
    for (const call of ['pull', 'losses', 'meta']) {
      const response = await device.fetch(`${call}?hub=${other}`);
      expect([response.status, await response.json()]).toEqual([
        409,
        { error: code('account_mismatch') },
      ]);
      expect((await device.fetch(`${call}?hub=${hub}`)).status).toBe(200);
    }
    expect(await device.meta()).toEqual({ ...before, serverTime: expect.any(Number) });
    expect((await device.post('push', { ...body, hub })).status).toBe(200);
    expect((await device.meta()).seq).toBe(1);
  });
});

test('a page says the seq of its last change, or of the hub where it has none', async () => {
  const device = new Device();
  for (const i of [1, 2, 3]) await device.push(whole(`${i}`, at(i), {}));
  await device.push({ ...whole('4', at(4), {}), table: 'other' });
  expect(await device.pull({ limit: 2 })).toMatchObject({ seq: 2, more: true });
  expect(await device.pull({ tables: ['todos'] })).toMatchObject({ seq: 3, more: false });
  expect(await device.pull({ tables: ['none'] })).toMatchObject({ seq: 4, changes: [] });
});

describe('a cursor of an older epoch', () => {
  const reset = { reset: true, cursor: null, changes: [], more: true };

  test('offers what is past the least seq restored to on the way', () =>
    withHub((local) => {
      const cursors: string[] = [];
      const go = (pushes: number, restoredSeq: number) => {
        for (let i = 0; i < pushes; i++) local.push([whole(`${local.now}-${i}`, at(i), {})]);
        cursors.push(local.hub.cursor);
        local.later(1);
        local.hub.restored(local.now, restoredSeq);
      };
      go(5, 5);
      go(4, 2);
      go(3, 11);
      const offers = cursors.map((cursor) => local.pull({ cursor }));
      expect(offers).toMatchObject([
        { ...reset, offer: 2 },
        { ...reset, offer: 2 },
        { ...reset, offer: 11 },
      ]);
      expect(offers.every(({ adopt }) => adopt === undefined)).toBe(true);
      expect(local.pull({ cursor: local.hub.cursor })).toMatchObject({ changes: [], more: false });
    }));

  test('of an epoch that the storage forgot when it was restored: all is to be offered', () =>
    withHub((local) => {
      local.push([whole('a', at(1), {})]);
      local.hub.restored(local.now);
      const { sql } = local.state.storage;
      const present = epochOf(local.hub.cursor);
      const [parent] = sql.exec('SELECT parent FROM epochs WHERE epoch = ?', present).toArray();
      const { cursor } = local.hub;
      // The storage is set back to a time before that epoch.
      sql.exec('UPDATE meta SET epoch = ?', parent?.parent ?? null);
      sql.exec('DELETE FROM epochs WHERE epoch = ?', present);
      local.hub.restored(local.now);
      expect(local.pull({ cursor })).toMatchObject({ ...reset, offer: 0, adopt: true });
    }));

  test('of the hundred last is known, of any other all is to be offered', () =>
    withHub((local) => {
      const cursors: string[] = [];
      for (let i = 0; i < 102; i++) {
        local.push([whole(`${i}`, at(i + 1), {})]);
        cursors.push(local.hub.cursor);
        local.hub.restored(local.now);
      }
      const offerOf = (i: number) => {
        const { offer, adopt } = local.pull({ cursor: cursors[i] as string });
        return [offer, adopt];
      };
      expect([0, 1, 2, 3, 4].map(offerOf)).toEqual([
        [0, true],
        [0, true],
        [0, true],
        [4, undefined],
        [5, undefined],
      ]);
      const { sql } = local.state.storage;
      expect(sql.exec('SELECT count(*) AS n FROM epochs').one()).toEqual({ n: 100 });
    }));

  test('one that is ahead tells of the restore: a new epoch, with what every backup holds', () =>
    withHub((local) => {
      local.push([whole('a', at(1), {})]);
      const { epoch } = local.meta();
      local.later(31);
      local.push([whole('b', at(2), {})]);
      expect(local.meta()).toMatchObject({ seq: 2, safe: 1 });
      const cursor = `${epoch}:3`;
      expect(local.pull({ cursor })).toMatchObject({ ...reset, offer: 1, safe: 1 });
      expect(local.meta().epoch).not.toBe(epoch);
      // It is told once, and by the same rule ever after.
      const next = local.meta().epoch;
      expect(local.pull({ cursor })).toMatchObject({ ...reset, offer: 1 });
      expect(local.pull({ cursor: `${epoch}:2` })).toMatchObject({ ...reset, offer: 1 });
      expect(local.meta().epoch).toBe(next);
      expect(local.pull().changes).toHaveLength(2);
    }));

  test('whoever restores can say so to the object, and its listeners are told', async () => {
    const device = new Device();
    const { cursor } = await device.push(whole('a', at(1), {}));
    const response = await device.fetch('live', { headers: { Upgrade: 'websocket' } });
    const socket = response.webSocket as WebSocket;
    const pokes: string[] = [];
    socket.addEventListener('message', ({ data }) => pokes.push(data as string));
    socket.accept();
    await env.SYNC.get(env.SYNC.idFromName(device.scope)).restored();
    expect(await device.pull({ cursor })).toMatchObject({ ...reset, offer: 1 });
    while (pokes.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    const { epoch } = await device.meta();
    expect(pokes[1]).toBe(JSON.stringify({ cursor: `${epoch}:1` }));
    expect(epoch).not.toBe(epochOf(cursor));
    // So are they when it is a reader that tells.
    expect(await device.pull({ cursor: `${epoch}:2` })).toMatchObject({ ...reset, offer: 0 });
    while (pokes.length < 3) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(pokes[2]).toBe(JSON.stringify({ cursor: (await device.pull()).cursor }));
    socket.close();
  });
});

describe('a push under a cursor that cannot be read', () => {
  test('is answered 409, and nothing was applied', async () => {
    const device = new Device();
    const { epoch } = await device.meta();
    await device.push(whole('a', at(1), {}));
    const before = await device.meta();
    for (const cursor of ['elsewhere:7', `${epoch}:2`, `${'0'.repeat(32)}:0`, ''])
      for (const call of ['push', 'full']) {
        const turned = { turn: '1'.repeat(16), device: 'other' };
        const body = { ...device.request([whole('b', at(2), {})], cursor), pull: {}, ...turned };
        const response = await device.post(call, body);
        expect([response.status, await response.json()]).toEqual([
          409,
          { error: code('reset_required') },
        ]);
      }
    expect(await device.meta()).toEqual({ ...before, serverTime: expect.any(Number) });
    expect((await device.full(`${epoch}:0`, [whole('b', at(2), {})])).push.seq).toBe(2);
  });

  test('one of an older epoch, too', () =>
    withHub((local) => {
      const { cursor } = local.push([whole('a', at(1), {})]);
      local.hub.restored(local.now);
      const push = () => local.push([whole('b', at(2), {})], { cursor });
      const before = local.dump;
      expect(push).toThrow(code('reset_required'));
      expect(local.dump).toEqual(before);
    }));
});

test('safe is the seq of the newest mark that is older than backups are kept', () =>
  withHub((local) => {
    const safeAt = (days: number) => local.hub.pull({ cursor: null }, start + days * dayMs).safe;
    local.push([whole('a', at(1), {})]);
    local.now += 3_599_999;
    local.push([whole('b', at(2), {})]);
    local.now += 1;
    local.push([whole('c', at(3), {})]);
    local.push([whole('d', at(4), {})], { node: nodeB });
    const hour = 1 / 24;
    expect([30, 30.001, 30 + hour, 30.001 + hour, 99].map(safeAt)).toEqual([0, 1, 1, 3, 3]);
    // One that changes nothing makes no mark.
    local.later(2);
    local.push([whole('d', at(4), {})]);
    expect(safeAt(99)).toBe(3);
    // Nor does a clock that was wrong for a while hold up the marks of later.
    local.hub.push(local.request([whole('e', at(5), {})]), start + 5_000 * dayMs);
    local.push([whole('f', at(6), {})]);
    expect(safeAt(99)).toBe(6);
  }));

describe('a pull without a cursor that says what was known', () => {
  const known = (local: LocalHub, cursor: string) =>
    local.hub.pull({ cursor: null, known: cursor }, local.now);

  test('is a first page where the hub was not restored since, whatever it has forgotten', () =>
    withHub((local) => {
      local.push([whole('a', at(1), {})]);
      const { cursor } = local.pull();
      expect(known(local, cursor as string)).toMatchObject({
        more: false,
        changes: [{ id: '"a"' }],
      });
    }));

  test('is reset where it was, and told what it goes on to know', () =>
    withHub((local) => {
      local.push([whole('a', at(1), {})]);
      const { cursor } = local.pull();
      local.hub.restored(local.now);
      const reset = known(local, cursor as string);
      const { epoch } = local.meta();
      expect(reset).toMatchObject({ reset: true, offer: 1, known: `${epoch}:1` });
      expect(known(local, reset.known as string)).toMatchObject({ more: false });
    }));

  test('is adopted where the hub never gave that out', () =>
    withHub((local) => {
      const reset = known(local, 'elsewhere');
      expect(reset).toMatchObject({ reset: true, adopt: true, known: `${local.meta().epoch}:0` });
    }));
});
