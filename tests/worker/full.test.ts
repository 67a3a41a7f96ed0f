// Full: the records that a device wants to see whole, as they are after its push.
import { expect, test } from 'vitest';
import { at, Device, nodeA, nodeB, patch, remove, whole } from './device.js';
import { withHub } from './local-hub.js';

const zero = '000000000000-0000-0000000000000000';
const todo = (id: string) => ({ table: 'todos', id: JSON.stringify(id) });

test('records are answered in order: whole, deleted or absent', async () => {
  const device = new Device();
  const other = new Device(device.scope, nodeB);
  await other.push(whole('held', at(1), { title: 'x', done: 0 }), whole('gone', at(2), {}));
  const { cursor } = await other.push(remove('gone', at(3)));
  const body = {
    ...device.request([patch('held', at(4), { done: 1 }), whole('mine', at(5), {})], cursor),
    pull: {},
    records: ['mine', 'absent', 'held', 'gone', 'held'].map(todo),
  };
  const reply = await (await device.post('full', body)).json();
  const held = whole('held', at(1), { title: 'x', done: 1 }, { fields: { done: at(4) } });
  expect(reply).toMatchObject({
    push: { results: [{ outcome: 'applied' }, { outcome: 'applied' }] },
    pull: { changes: [] },
    records: [
      whole('mine', at(5), {}),
      { ...todo('absent'), stamp: zero, absent: true },
      held,
      remove('gone', at(3)),
      held,
    ],
  });
  expect(await device.full(cursor, [])).not.toHaveProperty('records');
});

test('those that are asked for and are too much are answered by the first of them', () =>
  withHub((local) => {
    const text = 'x'.repeat(1_000_000);
    const ids = Array.from({ length: 12 }, (_, i) => `${i}`);
    for (const [i, id] of ids.entries()) local.push([whole(id, at(i + 1), { text })]);
    const request = local.request([], { cursor: local.hub.cursor });
    const full = (records: string[]) =>
      local.hub.full({ ...request, pull: {}, records: records.map(todo) }, local.now).records;
    expect(full(ids)?.map(({ id }) => id)).toEqual(ids.slice(0, 9).map((id) => `"${id}"`));
    expect(full(ids.slice(9))).toHaveLength(3);
  }));

test('records that cannot be asked for', async () => {
  const device = new Device();
  const refusal = async (records: unknown) => {
    const body = { ...device.request([whole('a', at(1), {})]), pull: {}, records };
    const response = await device.post('full', body);
    const { error } = (await response.json()) as { error: { message: string } };
    return [response.status, error?.message.split(': ')[1]];
  };
  expect(await refusal({})).toEqual([400, 'records']);
  expect(await refusal([{ table: 't' }])).toEqual([400, 'records[0].id']);
  expect(await refusal([todo('a'), { table: 't', id: 'x' }])).toEqual([400, 'records[1].id']);
  expect(await refusal([{ table: 1, id: '1' }])).toEqual([400, 'records[0].table']);
  expect(await refusal(Array(501).fill(todo('a')))).toEqual([400, 'records']);
  expect((await device.meta()).seq).toBe(0);
  expect(await refusal(Array(500).fill(todo('a')))).toEqual([200, undefined]);
});

test('turns that are none', async () => {
  const device = new Device();
  const refusal = async (more: object) => {
    const response = await device.post('push', { ...device.request([]), ...more });
    const { error } = (await response.json()) as { error: { message: string } };
    return [response.status, error?.message.split(': ')[1]];
  };
  expect(await refusal({ turn: 'x' })).toEqual([400, 'turn']);
  for (const after of [1, nodeA, { 0: nodeA }, Array(9).fill(nodeA)])
    expect(await refusal({ turn: nodeA, after })).toEqual([400, 'after']);
  expect(await refusal({ turn: nodeA, after: [nodeA, 'x'] })).toEqual([400, 'after[1]']);
  expect(await refusal({ after: [nodeA] })).toEqual([400, 'after']);
  expect(await refusal({ turn: nodeA, after: Array(8).fill(nodeB) })).toEqual([200, undefined]);
  expect((await device.fetch('pull?turn=x')).status).toBe(400);
});
