// Push: what the hub takes, and what it makes of it.
import { describe, expect, test } from 'vitest';
import type { Change } from '../../js/src/wire.js';
import {
  all,
  at,
  Device,
  newScope,
  nodeB,
  nodeC,
  outcomes,
  patch,
  remove,
  whole,
} from './device.js';

const applied = { outcome: 'applied' };
const lost = (...names: string[]) => ({ outcome: 'merged', lost: names });

/** Two devices of one scope. */
function pair(): [Device, Device] {
  const scope = newScope();
  return [new Device(scope), new Device(scope, nodeB)];
}

describe('applied', () => {
  test('a whole row is held as it was sent, without create', async () => {
    const device = new Device();
    const change = whole('a', at(1), { title: 'x', done: 0 }, { fields: { done: at(2) } });
    const reply = await device.push({ ...change, create: true });
    expect(reply).toMatchObject({ results: [applied], seq: 1 });
    expect(reply.cursor.endsWith(':1')).toBe(true);
    expect(Math.abs(reply.serverTime - Date.now())).toBeLessThan(5_000);
    expect(await all(device)).toEqual([change]);
  });

  test('a patch writes its fields and leaves the others', async () => {
    const device = new Device();
    await device.push(whole('a', at(1), { title: 'x', done: 0 }));
    expect((await device.push(patch('a', at(2), { done: 1 }))).results).toEqual([applied]);
    expect(await all(device)).toEqual([
      whole('a', at(1), { title: 'x', done: 1 }, { fields: { done: at(2) } }),
    ]);
  });

  test('a patch removes a field', async () => {
    const device = new Device();
    await device.push(whole('a', at(1), { title: 'x', done: 0 }));
    await device.push(patch('a', at(2), { done: { '$tm:absent': 0 } }));
    expect(await all(device)).toEqual([
      whole('a', at(1), { title: 'x' }, { fields: { done: at(2) } }),
    ]);
  });

  test('a whole row removes the fields it lacks, but not one written later', async () => {
    const device = new Device();
    await device.push(whole('a', at(1), { title: 'x', done: 0, old: 1 }));
    await device.push(patch('a', at(5), { done: 1 }));
    const reply = await device.push(whole('a', at(3), { title: 'y' }));
    expect(reply.results).toEqual([applied]);
    expect(await all(device)).toEqual([
      whole('a', at(3), { title: 'y', done: 1 }, { fields: { done: at(5) } }),
    ]);
  });

  test('a delete, of a record held or not', async () => {
    const device = new Device();
    await device.push(whole('a', at(1), { title: 'x' }));
    const reply = await device.push(remove('a', at(2)), remove('never', at(3)));
    expect(reply.results).toEqual([applied, applied]);
    expect(await all(device)).toEqual([remove('a', at(2)), remove('never', at(3))]);
  });

  test('the fields outlive a delete: a later edit finds them', async () => {
    const device = new Device();
    await device.push(whole('a', at(1), { title: 'x', done: 0 }));
    await device.push(remove('a', at(2)));
    expect((await device.push(patch('a', at(3), { done: 1 }))).results).toEqual([applied]);
    expect(await all(device)).toEqual([
      whole('a', at(1), { title: 'x', done: 1 }, { fields: { done: at(3) } }),
    ]);
  });

  test('a batch has one seq, and one that changes nothing has none', async () => {
    const device = new Device();
    const changes = [whole('a', at(1), { n: 1 }), whole('b', at(2), { n: 2 })];
    expect((await device.push(...changes)).seq).toBe(1);
    expect((await device.push(whole('c', at(3), {}))).seq).toBe(2);
    expect((await device.push()).seq).toBe(2);
    expect((await device.meta()).seq).toBe(2);
  });
});

describe('again', () => {
  const history: Change[][] = [
    [whole('a', at(1), { title: 'x', tags: ['p', { q: 1 }] }, { fields: { title: at(2) } })],
    [patch('a', at(3), { title: 'y', gone: { '$tm:absent': 0 } }, { fields: { gone: at(4) } })],
    [remove('b', at(5)), whole('c', at(6), {})],
    [remove('a', at(7))],
  ];

  test.each(history.map((_, i) => i))('batch %i, twice: applied, and no new seq', async (last) => {
    const device = new Device();
    for (const changes of history.slice(0, last + 1)) await device.push(...changes);
    const before = await all(device);
    const reply = await device.push(...(history[last] as Change[]));
    expect(reply.seq).toBe(last + 1);
    expect(new Set(outcomes(reply))).toEqual(new Set(['applied']));
    expect(await all(device)).toEqual(before);
  });

  test('100 at once have one effect', async () => {
    const device = new Device();
    await device.push(whole('a', at(1), { n: 0 }));
    const changes = [patch('a', at(2), { n: 1 }), whole('b', at(3), { n: 2 })];
    const replies = await Promise.all(Array.from({ length: 100 }, () => device.push(...changes)));
    expect(new Set(replies.map(({ seq }) => seq))).toEqual(new Set([2]));
    expect(new Set(replies.flatMap(outcomes))).toEqual(new Set(['applied']));
    expect((await all(device)).length).toBe(2);
  });

  test('100 of a delete that lost show the winner once', async () => {
    const device = new Device();
    await device.push(whole('a', at(9), { n: 0 }));
    const replies = await Promise.all(
      Array.from({ length: 100 }, () => device.push(remove('a', at(2, nodeB)))),
    );
    expect(replies.every(({ seq }) => seq === 2)).toBe(true);
    expect(replies.flatMap(({ results }) => results)).toEqual(Array(100).fill(lost('deleted')));
  });
});

describe('merged', () => {
  test('an edit that revives a record is read whole by its writer, who never saw all of it', async () => {
    const [a, b] = pair();
    await a.push(whole('k', at(1), { title: 'x', done: 0 }));
    await a.push(patch('k', at(2), { done: 1 }));
    await a.push(remove('k', at(3)));
    const { cursor } = await b.pull({ node: nodeB });
    await b.push(patch('k', at(5, nodeB), { title: 'B' }));
    const { changes } = await b.pull({ cursor, node: nodeB });
    expect(changes).toMatchObject([{ row: { title: 'B', done: 1 } }]);
    expect(changes[0]).not.toHaveProperty('patch');
  });

  test('so is one that does so whole: it may have taken the delete for the winner', async () => {
    const [a, b] = pair();
    await a.push(whole('k', at(1), { title: 'x' }));
    const { cursor } = await a.push(remove('k', at(3)));
    const back = whole('k', at(5, nodeB), { title: 'B' });
    const reply = await b.full(cursor, [back]);
    expect(reply.push.results).toEqual([{ outcome: 'applied' }]);
    expect(reply.pull.changes).toEqual([back]);
    // Read once, it is its own again.
    const next = await b.full(reply.pull.cursor, [patch('k', at(6, nodeB), { title: 'C' })]);
    expect(next.pull.changes).toEqual([]);
  });

  test('a writer whose clock is behind what it had read is shown the winner, once', async () => {
    const [a, b] = pair();
    await a.push(whole('k', at(5), { title: 'A', only: 1 }));
    const { cursor } = await b.pull({ node: nodeB });
    const late = () => b.full(cursor, [patch('k', at(2, nodeB), { title: 'late' })]);
    const first = await late();
    expect(first.push.results).toEqual([lost('title')]);
    expect(first.pull.changes).toMatchObject([{ row: { title: 'A', only: 1 } }]);
    expect((await late()).push.seq).toBe(first.push.seq);
  });

  test('names the fields that lost, and keeps the others', async () => {
    const device = new Device();
    await device.push(whole('a', at(1), { title: 'x', done: 0, n: 1 }));
    await device.push(patch('a', at(5), { title: 'new', n: 7 }));
    const old = patch('a', at(3), { title: 'old', n: 7, done: 1 });
    const reply = await device.push(old);
    // `n` was to become what it is: nothing of it is lost.
    expect(reply.results).toEqual([lost('title')]);
    expect((await all(device))[0]?.row).toEqual({ title: 'new', n: 7, done: 1 });
  });

  test('what lost altogether changes nothing', async () => {
    const device = new Device();
    await device.push(whole('a', at(5), { title: 'x', done: 0 }));
    const reply = await device.push(whole('a', at(3), { title: 'y', done: 0 }));
    expect(reply).toMatchObject({ results: [lost('title')], seq: 1 });
  });

  test('by the node where the time is the same', async () => {
    const device = new Device();
    await device.push(whole('a', at(1, nodeB), { title: 'b' }));
    expect((await device.push(whole('a', at(1), { title: 'a' }))).results).toEqual([lost('title')]);
    expect((await device.push(whole('a', at(1, nodeC), { title: 'c' }))).results).toEqual([
      applied,
    ]);
  });

  test.each([
    ['whole', whole],
    ['patch', patch],
  ])('equal stamps: the greater text wins, whichever comes first (%s)', async (_, change) => {
    for (const values of [
      ['x', 'y'],
      ['y', 'x'],
      [
        { b: 1, a: 2 },
        { a: 2, b: 2 },
      ],
      [[1], 'x'],
    ]) {
      const rows: unknown[] = [];
      for (const order of [values, values.toReversed()]) {
        const device = new Device();
        await device.push(whole('a', at(1), { title: '' }));
        const replies = [];
        for (const title of order) replies.push(await device.push(change('a', at(2), { title })));
        const [held] = await all(device);
        rows.push(held?.row?.title);
        // The reader who had the smaller one is told.
        const { changes } = await device.pull({ cursor: replies[0]?.cursor ?? null });
        expect(changes.length).toBe((replies[1]?.seq ?? 0) - 2);
        if (changes.length > 0) expect(changes[0]?.row).toEqual({ title: held?.row?.title });
      }
      expect(rows[0]).toEqual(rows[1]);
    }
  });

  test('equal stamps: a delete wins', async () => {
    for (const order of [0, 1]) {
      const device = new Device();
      const both = [whole('a', at(1), { n: 1 }), remove('a', at(1))];
      for (const change of order ? both.reverse() : both) await device.push(change);
      expect(await all(device)).toEqual([remove('a', at(1))]);
    }
  });

  test('an edit that lost to a delete: its reader is told of the delete, whatever it had read', async () => {
    const device = new Device();
    await device.push(whole('a', at(1), { title: 'x' }));
    const { cursor } = await device.push(remove('a', at(5)));
    const late = patch('a', at(3, nodeB), { title: 'y' });
    const { push, pull } = await new Device(device.scope, nodeB).full(cursor, [late]);
    expect(push.results).toEqual([lost('deleted')]);
    expect(pull.changes).toEqual([remove('a', at(5))]);
    // Its field is newer all the same, for whoever brings the record back.
    await device.push(patch('a', at(6), { done: 1 }));
    expect((await all(device))[0]?.row).toEqual({ title: 'y', done: 1 });
  });

  test('a delete that lost to an edit: its reader gets the row back whole', async () => {
    const device = new Device();
    await device.push(whole('a', at(1), { title: 'x', done: 0 }));
    const { cursor } = await device.push(patch('a', at(5), { done: 1 }));
    for (const read of [cursor, cursor.replace(/2$/, '1')]) {
      const other = new Device(device.scope, nodeB);
      const { push, pull } = await other.full(read, [remove('a', at(3, nodeB))]);
      expect(push.results).toEqual([lost('deleted')]);
      expect(pull.changes).toEqual([
        whole('a', at(1), { title: 'x', done: 1 }, { fields: { done: at(5) } }),
      ]);
    }
    // And so does everyone else.
    expect((await device.pull({ cursor, node: device.node })).changes).toHaveLength(1);
  });
});

describe('needFull', () => {
  test('a patch of a record that is not held, or only as deleted', async () => {
    const device = new Device();
    await device.push(remove('b', at(1)));
    const reply = await device.push(
      patch('a', at(2), { n: 1 }),
      patch('b', at(3), { n: 1 }),
      whole('c', at(4), {}),
    );
    expect(outcomes(reply)).toEqual(['needFull', 'needFull', 'applied']);
    expect((await all(device)).map(({ id }) => id)).toEqual(['"b"', '"c"']);
    const again = await device.push(whole('a', at(2), { n: 1 }), whole('b', at(3), { n: 1 }));
    expect(outcomes(again)).toEqual(['applied', 'applied']);
    expect((await all(device)).filter(({ deleted }) => deleted)).toEqual([]);
  });

  test('nothing else of the same push was applied: seq stays', async () => {
    expect(await new Device().push(patch('a', at(2), { n: 1 }))).toMatchObject({ seq: 0 });
  });
});
