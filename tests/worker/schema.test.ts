// Requests that are not of the protocol: each is refused, says where it is wrong, and changes
// nothing.
import { env, runInDurableObject } from 'cloudflare:test';
import * as fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { at, Device, nodeA, patch, remove, whole } from './device.js';

const device = new Device();
const good = whole('a', at(1), { n: 1 });
const request = device.request([good]);
const change = (more: object) => ({ ...request, changes: [good, { ...good, id: '"b"', ...more }] });

async function refusal(path: string, body: unknown): Promise<string> {
  const response = await device.post(path, body);
  const { error } = (await response.json()) as { error: { code: string; message: string } };
  expect([response.status, error?.code]).toEqual([400, 'bad_request']);
  return error.message;
}

afterAll(async () => {
  expect(await device.meta()).toMatchObject({ seq: 0, counts: {} });
});

describe('a body that is refused names the place', () => {
  test.each<[string, unknown]>([
    ['the body', null],
    ['the body', 'text'],
    ['device', { ...request, device: 7 }],
    ['device', { ...request, device: 'x'.repeat(257) }],
    ['device', { ...request, device: undefined }],
    ['node', { ...request, node: nodeA.toUpperCase() }],
    ['node', { ...request, node: 'abc' }],
    ['schema', { ...request, schema: -1 }],
    ['schema', { ...request, schema: 1.5 }],
    ['schema', { ...request, schema: '1' }],
    ['cursor', { ...request, cursor: 7 }],
    ['cursor', { ...request, cursor: undefined }],
    ['changes', { ...request, changes: {} }],
    ['changes', { ...request, changes: Array(1_001).fill(good) }],
    ['changes[0]', { ...request, changes: [null] }],
    ['changes[1].table', change({ table: 1 })],
    ['changes[1].table', change({ table: undefined })],
    ['changes[1].id', change({ id: 7 })],
    ['changes[1].id', change({ id: 'b' })],
    ['changes[1].id', change({ id: ' 1' })],
    ['changes[1].id', change({ id: '1.5' })],
    ['changes[1].id', change({ id: '-0' })],
    ['changes[1].id', change({ id: '9007199254740993' })],
    ['changes[1].id', change({ id: '[]' })],
    ['changes[1].id', change({ id: '{"a":1}' })],
    ['changes[1].id', change({ id: '"\\u0061"' })],
    ['changes[1].id', change({ id: '['.repeat(100_000) })],
    ['changes[1].id', change({ id: `${'['.repeat(20_000)}1${']'.repeat(20_000)}` })],
    ['changes[1].stamp', change({ stamp: 1 })],
    ['changes[1].stamp', change({ stamp: at(1).toUpperCase() })],
    ['changes[1].stamp', change({ stamp: `${at(1)} ` })],
    ['changes[1].stamp', change({ stamp: `${at(1)}\n` })],
    ['changes[1].stamp', change({ stamp: at(1).replaceAll('-', '') })],
    ['changes[1].row', change({ row: undefined })],
    ['changes[1].row', change({ row: [] })],
    ['changes[1].row', change({ row: 'x' })],
    ['changes[1].row', change({ row: null })],
    ['changes[1].row.n', change({ row: { n: { '$tm:absent': 0 } } })],
    ['changes[1].fields', change({ fields: [] })],
    ['changes[1].fields.n', change({ fields: { n: 1 } })],
    ['changes[1].fields.n', change({ fields: { n: 'soon' } })],
    ['changes[1].fields.n', change({ fields: { n: at(1) } })],
    ['changes[1].fields.n', change({ fields: { n: at(0) } })],
    ['changes[1].fields.m', change({ patch: true, fields: { m: at(2) } })],
    ['changes[1].fields.__proto__', change(JSON.parse('{"fields":{"__proto__":"x"}}'))],
    ['changes[1].patch', change({ patch: 1 })],
    ['changes[1].create', change({ create: 'yes' })],
    ['changes[1].born', change({ born: true })],
    ['changes[1].born', change({ born: 'A1B2C3D4E5F60708' })],
    ['changes[1].born', change({ born: 'a1b2' })],
    ['changes[1].deleted', change({ deleted: 1 })],
    ['changes[1].row', change({ deleted: true })],
    ['changes[1].fields', change({ deleted: true, row: undefined, fields: {} })],
    ['changes[1].patch', change({ deleted: true, row: undefined, patch: true })],
    ['changes[1]', { ...request, changes: [good, remove('a', at(2))] }],
    ['changes[2]', { ...request, changes: [good, whole('b', at(2), {}), patch('a', at(3), {})] }],
  ])('%s', async (place, body) => {
    expect(await refusal('push', body)).toContain(`: ${place}: `);
  });

  test.each<[string, unknown]>([
    ['pull', request],
    ['pull.limit', { ...request, pull: { limit: 0 } }],
    ['pull.limit', { ...request, pull: { limit: '10' } }],
    ['pull.tables', { ...request, pull: { tables: 'todos' } }],
    ['pull.tables[1]', { ...request, pull: { tables: ['a', 1] } }],
    ['changes[1].stamp', { ...change({ stamp: '' }), pull: {} }],
    ['changes[1]', { ...request, pull: {}, changes: [good, good] }],
  ])('full: %s', async (place, body) => {
    expect(await refusal('full', body)).toContain(`: ${place}: `);
  });

  test.each([
    ['limit', 'limit=0'],
    ['limit', 'limit=-1'],
    ['limit', 'limit=1.5'],
    ['limit', 'limit='],
    ['limit', 'limit=1e3'],
    ['limit', 'limit=99999999999999999999'],
    ['node', 'node=abc'],
    ['tables[1]', 'tables=a,%25zz'],
  ])('pull: %s', async (place, query) => {
    const response = await device.fetch(`pull?${query}`);
    const { error } = (await response.json()) as { error: { message: string } };
    expect(response.status).toBe(400);
    expect(error.message).toContain(`: ${place}: `);
  });

  test('and does not repeat what it was sent at any length', async () => {
    const message = await refusal('push', { ...request, changes: 'x'.repeat(100_000) });
    expect(message.length).toBeLessThan(400);
    const long = await refusal('push', change({ fields: { ['y'.repeat(100_000)]: 1 } }));
    expect(long.length).toBeLessThan(400);
  });

  test('members of a later protocol, and ones that say no, are no fault', async () => {
    const other = new Device();
    const plain = { ...good, patch: false, deleted: false, create: false, more: 1 };
    const reply = await other.push(plain as typeof good);
    expect(reply.results).toEqual([{ outcome: 'applied' }]);
    expect((await other.pull()).changes).toEqual([good]);
  });
});

describe('whatever JSON is sent', () => {
  const stampText = fc.constantFrom(at(1), at(2), '', 'ffffffffffff-ffff-ffffffffffffffff');
  const name = fc.constantFrom('a', '__proto__', 'constructor', '', '$tm:date', '\ud800');
  const map = (value: fc.Arbitrary<unknown>) =>
    fc
      .array(fc.tuple(name, value), { maxLength: 3 })
      .map((entries) =>
        JSON.parse(`{${entries.map((e) => e.map((x) => JSON.stringify(x)).join(':')).join()}}`),
      );
  const maybe = (...values: fc.Arbitrary<unknown>[]) =>
    fc.option(fc.oneof(...values), { nil: undefined, freq: 4 });
  const likeChange = fc.record({
    table: fc.oneof(name, fc.jsonValue()),
    id: fc.oneof(fc.constantFrom('"a"', '1', '[1,"b"]', 'a'), fc.jsonValue()),
    stamp: fc.oneof({ weight: 9, arbitrary: stampText }, { weight: 1, arbitrary: fc.jsonValue() }),
    row: maybe(map(fc.jsonValue()), map(map(fc.jsonValue()))),
    fields: maybe(map(stampText)),
    patch: maybe(fc.boolean()),
    deleted: maybe(fc.boolean(), fc.jsonValue()),
  });
  const likeRequest = fc.record({
    device: fc.constant('d'),
    node: fc.constantFrom(nodeA, 'x'),
    schema: fc.constant(1),
    cursor: fc.oneof(fc.constant(null), fc.string(), fc.jsonValue()),
    changes: fc.oneof(fc.array(likeChange, { maxLength: 3 }), fc.jsonValue()),
    pull: maybe(fc.record({ limit: maybe(fc.jsonValue(), fc.nat()) })),
  });

  type Answer = { error?: unknown; seq?: number; push?: { seq: number } };

  async function checkAnswers(object: { fetch(request: Request): Response | Promise<Response> }) {
    const seen = new Set<number>();
    let seq: number | undefined = 0;
    const post = { method: 'POST', headers: { 'Content-Type': 'application/json' } };
    const call = fc.constantFrom('push', 'full');
    const anything = fc.oneof(likeRequest, fc.jsonValue());
    const property = fc.asyncProperty(call, anything, async (path, body) => {
      const init = { ...post, body: JSON.stringify(body) };
      const response = await object.fetch(new Request(`https://hub.example/${path}`, init));
      seen.add(response.status);
      const answer = (await response.json()) as Answer;
      if (response.status === 200) {
        seq = answer.seq ?? answer.push?.seq;
        return;
      }
      const code = response.status === 409 ? 'reset_required' : 'bad_request';
      expect([response.status, answer.error]).toMatchObject([expect.any(Number), { code }]);
      const meta = await object.fetch(new Request('https://hub.example/meta'));
      expect(await meta.json()).toMatchObject({ seq });
    });
    await fc.assert(property, { numRuns: 500, endOnFailure: true });
    expect([...seen].sort()).toEqual([200, 400, 409]);
  }

  test('the answer is valid, or a typed error that is not ours', async () => {
    const other = new Device();
    const stub = env.SYNC.get(env.SYNC.idFromName(other.scope));
    await runInDurableObject(stub, (object) => checkAnswers(object));
    // Nor has it left anything that cannot be read.
    expect(await other.pull()).toMatchObject({ more: false });
  }, 60_000);
});
