// Pull, full and meta: who is told what, in which pages.
// tidy: long, because the cases of one call share their helpers
import { describe, expect, test } from 'vitest';
import type { Change, Cursor, PullReply, PullRequest } from '../../js/src/wire.js';
import { at, Device, nodeA, nodeB, patch, remove, whole } from './device.js';

/** Every page from `cursor` on, checked for what holds of all of them. */
async function pages(device: Device, request: Partial<PullRequest> = {}): Promise<PullReply[]> {
  const replies: PullReply[] = [];
  let cursor: Cursor = request.cursor ?? null;
  for (;;) {
    const reply = await device.pull({ ...request, cursor });
    expect(seqOf(reply.cursor)).toBeGreaterThanOrEqual(seqOf(cursor));
    if (reply.more) expect(seqOf(reply.cursor)).toBeGreaterThan(seqOf(cursor));
    replies.push(reply);
    cursor = reply.cursor;
    if (!reply.more) return replies;
  }
}

const seqOf = (cursor: Cursor) => Number(cursor?.split(':')[1] ?? 0);
const many = (count: number, tick = 1, prefix = 'k') =>
  Array.from({ length: count }, (_, i) => whole(`${prefix}${i}`, at(tick + i), { n: i }));
const sizes = (replies: PullReply[]) => replies.map(({ changes }) => changes.length);

describe('pages', () => {
  test('nothing yet', async () => {
    const device = new Device();
    const { epoch, hub } = await device.meta();
    expect(await device.pull()).toEqual({
      hub,
      seq: 0,
      safe: 0,
      changes: [],
      cursor: `${epoch}:0`,
      more: false,
      fence: 0,
      serverTime: expect.any(Number),
    });
  });

  test('never split a seq', async () => {
    const device = new Device();
    await device.push(...many(1_000));
    await device.push(whole('last', at(5_000), {}));
    expect(sizes(await pages(device, { limit: 10 }))).toEqual([1_000, 1]);
  });

  test('end at the limit where seqs do, in the order of seq', async () => {
    const device = new Device();
    for (let i = 0; i < 7; i++) await device.push(...many(2, 1 + i * 10, `batch${i}-`));
    await device.push(patch('batch0-1', at(99), { n: 'moved' }));
    const replies = await pages(device, { limit: 4 });
    expect(sizes(replies)).toEqual([5, 4, 4, 1]);
    expect(replies.at(-1)?.changes[0]?.row).toEqual({ n: 'moved' });
  });

  test('end at a mebibyte', async () => {
    const device = new Device();
    const half = 'x'.repeat(600_000);
    for (let i = 0; i < 5; i++) await device.push(whole(`${i}`, at(i), { half }));
    expect(sizes(await pages(device))).toEqual([2, 2, 1]);
  });

  test('a batch that rewrites too much to be one page has several seqs', async () => {
    const device = new Device();
    const megabyte = 'x'.repeat(1_000_000);
    for (let i = 0; i < 12; i += 3)
      await device.push(...[0, 1, 2].map((n) => whole(`${i + n}`, at(i + n), { megabyte })));
    const ids = Array.from({ length: 12 }, (_, i) => `${i}`);
    await device.push(...ids.map((id) => patch(id, at(20), { n: 1 })));
    const { seq } = await device.push(...ids.map((id) => remove(id, at(19))));
    expect(seq).toBe(4 + 2 + 2);
    const replies = await pages(device);
    expect(sizes(replies)).toEqual([9, 3]);
  });

  test('of deletes only', async () => {
    const device = new Device();
    await device.push(...many(30));
    const { cursor } = await device.push(whole('other', at(99), {}));
    for (let i = 0; i < 30; i += 10)
      await device.push(
        ...Array.from({ length: 10 }, (_, n) => remove(`k${i + n}`, at(100 + i + n))),
      );
    const replies = await pages(device, { cursor, limit: 10 });
    expect(sizes(replies)).toEqual([10, 10, 10]);
    expect(replies.flatMap(({ changes }) => changes).every(({ deleted }) => deleted)).toBe(true);
  });

  test('more is said whatever was left out, and an empty page goes on', async () => {
    const device = new Device();
    await device.push(whole('first', at(1), {}));
    for (let i = 0; i < 3; i++) await device.push(...many(3, 10 + i * 10, `mine${i}`));
    await new Device(device.scope, nodeB).push(whole('theirs', at(90), {}));
    const replies = await pages(device, { limit: 1, node: nodeA });
    expect(replies.flatMap(({ changes }) => changes).map(({ id }) => id)).toEqual(['"theirs"']);
    expect(seqOf(replies.at(-1)?.cursor ?? null)).toBe(5);
  });

  test('the limit has a most, and a default', async () => {
    const device = new Device();
    for (let i = 0; i < 6; i++) await device.push(...many(1_000, 1 + i * 1_000, `${i}-`));
    expect(sizes(await pages(device, { limit: 1_000_000 }))).toEqual([5_000, 1_000]);
    expect(sizes([await device.pull()])).toEqual([1_000]);
  });
});

describe('tables', () => {
  test('limit the page, not the cursor', async () => {
    const device = new Device();
    const named = (table: string, i: number): Change => ({ ...whole(`${i}`, at(i), {}), table });
    const tables = ['a,b', 'a', 'b', '100%', 'ä&=+ #', ''];
    for (const [i, table] of tables.entries()) await device.push(named(table, i + 1));
    for (const table of tables) {
      const { changes, cursor, more } = await device.pull({ tables: [table] });
      expect(changes.map((change) => change.table)).toEqual([table]);
      expect([seqOf(cursor), more]).toEqual([tables.length, false]);
    }
    const two = await device.pull({ tables: ['b', 'a,b'] });
    expect(two.changes.map(({ table }) => table)).toEqual(['a,b', 'b']);
    const none = await device.full(null, [], { tables: [] });
    expect([none.pull.changes, seqOf(none.pull.cursor)]).toEqual([[], tables.length]);
  });
});

describe('what a reader is told of a record', () => {
  test('the fields past its cursor, as a patch', async () => {
    const device = new Device();
    const first = await device.push(whole('a', at(1), { title: 'x', done: 0, n: 1, note: '' }));
    const second = await device.push(patch('a', at(3), { done: 1 }));
    await device.push(patch('a', at(4), { n: { '$tm:absent': 0 } }));
    expect((await device.pull({ cursor: second.cursor })).changes).toEqual([
      patch('a', at(4), { n: { '$tm:absent': 0 } }),
    ]);
    expect((await device.pull({ cursor: first.cursor })).changes).toEqual([
      patch('a', at(3), { done: 1, n: { '$tm:absent': 0 } }, { fields: { n: at(4) } }),
    ]);
  });

  test('a field that won late with an older stamp', async () => {
    const device = new Device();
    await device.push(whole('a', at(1), { title: 'x', done: 0 }));
    const { cursor } = await device.push(patch('a', at(5), { title: 'y' }));
    await device.push(patch('a', at(3), { title: 'lost', done: 1 }));
    expect((await device.pull({ cursor })).changes).toEqual([patch('a', at(3), { done: 1 })]);
  });

  test('all of it, where it was written whole', async () => {
    const device = new Device();
    const { cursor } = await device.push(whole('a', at(1), { title: 'x', done: 0 }));
    await device.push(whole('a', at(2), { title: 'y' }));
    await device.push(patch('a', at(3), { done: 1 }));
    expect((await device.pull({ cursor })).changes).toEqual([
      whole('a', at(2), { title: 'y', done: 1 }, { fields: { done: at(3) } }),
    ]);
  });

  test('all of it, where it came back', async () => {
    const device = new Device();
    await device.push(whole('a', at(1), { title: 'x', done: 0 }));
    const gone = await device.push(remove('a', at(2)));
    await device.push(patch('a', at(3), { done: 1 }));
    const back = whole('a', at(1), { title: 'x', done: 1 }, { fields: { done: at(3) } });
    expect((await device.pull({ cursor: gone.cursor })).changes).toEqual([back]);
    await device.push(patch('a', at(4), { title: 'z' }));
    expect((await device.pull({ cursor: gone.cursor })).changes[0]?.patch).toBeUndefined();
  });

  test('that it is gone', async () => {
    const device = new Device();
    const { cursor } = await device.push(whole('a', at(1), { title: 'x' }));
    await device.push(patch('a', at(2), { title: 'y' }), remove('b', at(3)));
    await device.push(remove('a', at(4)));
    const { changes } = await device.pull({ cursor });
    expect(changes).toEqual([remove('b', at(3)), remove('a', at(4))]);
  });

  test('a touch that wrote no field', async () => {
    const device = new Device();
    await device.push(whole('a', at(1), { title: 'x' }));
    const gone = await device.push(remove('a', at(2)));
    const back = await device.push(patch('a', at(3), {}));
    expect((await device.pull({ cursor: gone.cursor })).changes).toEqual([
      whole('a', at(1), { title: 'x' }),
    ]);
    await device.push(patch('a', at(4), {}));
    expect((await device.pull({ cursor: back.cursor })).changes).toEqual([patch('a', at(4), {})]);
  });
});

describe('its own writes', () => {
  test('are left out where it had read the record before them', async () => {
    const device = new Device();
    const other = new Device(device.scope, nodeB);
    const { cursor } = await other.push(whole('a', at(1), { title: 'x', done: 0 }));
    await device.full(cursor, [patch('a', at(2), { done: 1 }), whole('new', at(3), {})]);
    await device.full(cursor, [patch('a', at(4), { done: 2 })]);
    expect((await device.pull({ cursor, node: nodeA })).changes).toEqual([]);
    expect((await device.pull({ cursor, node: nodeB })).changes).toHaveLength(2);
    expect((await device.pull({ cursor })).changes).toHaveLength(2);
  });

  test("are not, where another's write that it has not read is between or before", async () => {
    const device = new Device();
    const other = new Device(device.scope, nodeB);
    const { cursor } = await device.push(whole('a', at(1), { title: 'x', done: 0 }));
    await other.full(cursor, [patch('a', at(2), { title: 'theirs' })]);
    await device.full(cursor, [patch('a', at(3), { done: 1 })]);
    await device.full(cursor, [patch('a', at(4), { done: 2 })]);
    const { changes } = await device.pull({ cursor, node: nodeA });
    expect(changes).toEqual([
      patch('a', at(2), { title: 'theirs', done: 2 }, { fields: { done: at(4) } }),
    ]);
  });

  test('are not, where it wrote before it read, wherever its cursor stands since', async () => {
    const device = new Device();
    const other = new Device(device.scope, nodeB);
    const { cursor } = await device.push(whole('a', at(1), { title: 'x', done: 0 }));
    const theirs = await other.full(cursor, [patch('a', at(2), { title: 'theirs' })]);
    await device.full(cursor, [patch('a', at(3), { done: 1 })]);
    const late = { cursor: theirs.push.cursor, node: nodeA };
    expect((await device.pull(late)).changes).toEqual([patch('a', at(3), { done: 1 })]);
    // From where it has read that, its next write is its own again.
    const read = await device.pull(late);
    await device.full(read.cursor, [patch('a', at(4), { done: 2 })]);
    expect((await device.pull(late)).changes).toEqual([]);
  });

  test('are not, within a reading that has not come to the record', async () => {
    const device = new Device();
    const other = new Device(device.scope, nodeB);
    for (const [i, id] of ['a', 'b', 'c'].entries()) await other.push(whole(id, at(i + 1), {}));
    const { cursor } = await device.pull({ limit: 2, node: nodeA });
    // Nobody whose reading is not at its end has read what is past where it began.
    await device.full(cursor, [patch('a', at(5), { n: 1 })]);
    const rest = await device.pull({ cursor, node: nodeA });
    expect(rest.changes.map(({ id }) => id)).toEqual(['"c"', '"a"']);
  });

  test('full: the page after the push has what others wrote, and not what it wrote itself', async () => {
    const device = new Device();
    const start = (await device.pull()).cursor;
    await new Device(device.scope, nodeB).push(whole('theirs', at(1), {}));
    const reply = await device.full(start, [whole('mine', at(2), {})], { limit: 10 });
    expect(reply.push).toMatchObject({ results: [{ outcome: 'applied' }], seq: 2 });
    expect(reply.pull.changes.map(({ id }) => id)).toEqual(['"theirs"']);
    expect(reply.pull.cursor).toBe(reply.push.cursor);
    expect(reply.serverTime).toBe(reply.push.serverTime);
    expect(reply.serverTime).toBe(reply.pull.serverTime);
  });
});

describe('reset', () => {
  test('for a cursor that no hub gave out, or another one: all is to be offered', async () => {
    const device = new Device();
    const { cursor } = await device.push(whole('a', at(1), {}));
    const [epoch] = cursor.split(':');
    const others = [
      `${'0'.repeat(32)}:0`,
      `${epoch}:9007199254740993`,
      `${epoch}:01`,
      `${epoch}:-1`,
      `${epoch}:1.0`,
      `${epoch}:`,
      `${epoch}`,
      `${epoch}:1:1`,
      ` ${cursor}`,
      ':1',
      '1',
      '',
      'null',
    ];
    const reset = { reset: true, cursor: null, changes: [], more: true, fence: 0, offer: 0 };
    for (const foreign of others)
      expect([foreign, await device.pull({ cursor: foreign })]).toMatchObject([
        foreign,
        { ...reset, adopt: true },
      ]);
    expect(await device.pull({ cursor })).toMatchObject({ changes: [], cursor, more: false });
    expect(await device.pull({ cursor: `${epoch}:0` })).toMatchObject({ changes: [{ id: '"a"' }] });
  });
});

describe('meta', () => {
  test('counts by table', async () => {
    const device = new Device();
    const other = (id: string, tick: number): Change => ({
      ...whole(id, at(tick), {}),
      table: 'b',
    });
    await device.push(
      whole('a', at(1), {}),
      whole('b', at(2), {}),
      remove('c', at(3)),
      other('x', 4),
    );
    expect(await device.meta()).toEqual({
      protocol: 1,
      hub: expect.stringMatching(/^[0-9a-f]{32}$/),
      epoch: expect.stringMatching(/^[0-9a-f]{32}$/),
      seq: 1,
      fence: 0,
      safe: 0,
      counts: { todos: { records: 2, tombstones: 1 }, b: { records: 1, tombstones: 0 } },
      devices: expect.any(Object),
      serverTime: expect.any(Number),
    });
  });
});

describe('scopes', () => {
  test('see nothing of each other', async () => {
    const [one, two] = [new Device(), new Device()];
    const { cursor } = await one.push(whole('a', at(1), { n: 'one' }));
    expect((await two.pull()).changes).toEqual([]);
    expect(await two.pull({ cursor })).toMatchObject({ reset: true });
    expect((await two.push(whole('a', at(0), { n: 'two' }))).results).toEqual([
      { outcome: 'applied' },
    ]);
    expect((await one.pull()).changes[0]?.row).toEqual({ n: 'one' });
    expect((await one.meta()).epoch).not.toBe((await two.meta()).epoch);
  });
});
