// The boundary: whatever is sent to any call, the answer is 200 or a typed error that is the
// caller's, and an error changed nothing at all. The calls go to the object itself, where all of a
// request is checked: there are thousands of them.
import { env, runInDurableObject } from 'cloudflare:test';
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { errorCodes } from '../../js/src/generated/error-codes.js';
import { at, Device, nodeA, nodeB, patch, remove, whole } from './device.js';
import { LocalHub } from './local-hub.js';

const runs = 400;
const typed: Record<string, number> = {
  bad_request: 400,
  reset_required: 409,
  account_mismatch: 409,
  schema_outdated: 409,
};

const device = new Device();
const stub = env.SYNC.get(env.SYNC.idFromName(device.scope));
let [hub, cursor, older] = ['', '', ''];
const answered = new Set<string>();

beforeAll(async () => {
  await device.push(whole('a', at(1), { n: 1, title: 'x' }), remove('b', at(2)));
  older = (await device.pull()).cursor as string;
  await stub.restored();
  await new Device(device.scope, nodeB).push(patch('a', at(1, nodeB), { n: 2 }));
  hub = (await device.meta()).hub;
  cursor = (await device.pull()).cursor as string;
});

afterAll(() => {
  // The generators are no good if they reach only one kind of answer.
  expect([...answered].sort()).toEqual(['200', ...Object.keys(typed)].sort());
});

type Ask = (path: string, sent?: unknown) => Promise<void>;

/** Runs `body` with what asks one thing of the object, and checks the answer. */
function inside(body: (ask: Ask) => Promise<void>): Promise<void> {
  return runInDurableObject(stub, async (object, state) => {
    const local = new LocalHub(state);
    let before = JSON.stringify(local.dump);
    await body(async (path, sent) => {
      const response = await object.fetch(requestOf(path, sent));
      const now = JSON.stringify(local.dump);
      if (!(await isTaken(response))) expect(now).toBe(before);
      before = now;
    });
  });
}

function requestOf(path: string, sent: unknown): Request {
  const url = `https://hub.example/${path}`;
  if (sent === undefined) return new Request(url);
  const headers = { 'Content-Type': 'application/json' };
  return new Request(url, { method: 'POST', headers, body: JSON.stringify(sent) });
}

async function isTaken(response: Response): Promise<boolean> {
  const answer = (await response.json()) as { error?: Record<string, unknown> };
  const { status } = response;
  const code = status === 200 ? '200' : (answer.error?.code as string);
  answered.add(code);
  if (status === 200) return true;
  expect([status, answer]).toEqual([typed[code], { error: { code, ...texts(answer.error) } }]);
  expect(Object.hasOwn(errorCodes, code)).toBe(true);
  return false;
}

function texts(error: Record<string, unknown> = {}) {
  const { retryable } = error;
  return { message: expect.any(String), retryable: retryable === true, hint: expect.any(String) };
}

const anyStamp = fc.constantFrom(at(1), at(2), at(3, nodeB), '', 'ffffffffffff-ffff-0');
const anyCursor = fc.oneof(
  fc.constant(null),
  fc.constantFrom(0, 1, 2).map((place) => [cursor, older, 'elsewhere:1'][place]),
  fc.string(),
);
const anyHub = fc.constantFrom(0, 0, 1, 2).map((place) => [undefined, hub, '0'.repeat(32)][place]);
const node = fc.constantFrom(nodeA, nodeB, 'x');
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const key = { table: fc.constantFrom('todos', '__proto__', ''), id: fc.constantFrom('"a"', '1') };

const changeLike = fc.oneof(
  fc.record({
    ...key,
    stamp: anyStamp,
    row: maybe(fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 3 })),
    patch: maybe(fc.boolean()),
    create: maybe(fc.boolean()),
    deleted: maybe(fc.boolean()),
    offer: maybe(fc.oneof(anyCursor, fc.jsonValue())),
  }),
  fc.jsonValue(),
);

const pushLike = {
  device: fc.string(),
  node,
  schema: fc.integer({ min: 0, max: 2 }),
  cursor: anyCursor,
  changes: fc.array(changeLike, { maxLength: 2 }),
  hub: anyHub,
  turn: maybe(node),
  after: maybe(fc.oneof(fc.array(node, { maxLength: 3 }), node)),
};
const fullLike = {
  ...pushLike,
  pull: fc.record({ own: maybe(fc.boolean()), limit: maybe(fc.integer()) }),
  records: maybe(fc.array(fc.oneof(fc.record(key), fc.jsonValue()), { maxLength: 3 })),
};
const digestLike = {
  table: key.table,
  prefix: fc.oneof(fc.constantFrom('', 'a', '0f', 'G'), fc.string()),
  hub: anyHub,
  schema: maybe(fc.integer()),
};

/** A body of the right form with one part taken out, or made another. */
function mutated(parts: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<unknown> {
  const names = fc.constantFrom(...Object.keys(parts), 'changes.0', 'more');
  const change = fc.record({ name: names, value: fc.option(fc.jsonValue(), { nil: undefined }) });
  return fc.tuple(fc.record(parts), change).map(([body, { name, value }]) => {
    const { changes } = body as { changes?: unknown[] };
    if (name === 'changes.0') return { ...body, changes: changes && [value, ...changes.slice(1)] };
    return { ...body, [name]: value };
  });
}

test.each<[string, Record<string, fc.Arbitrary<unknown>>]>([
  ['push', pushLike],
  ['full', fullLike],
  ['digest', digestLike],
])(
  'any body of %s',
  async (call, parts) => {
    const body = fc.oneof(fc.record(parts), mutated(parts), fc.jsonValue());
    await inside(async (ask) => {
      const property = fc.asyncProperty(body, (sent) => ask(call, sent));
      await fc.assert(property, { numRuns: runs, endOnFailure: true });
    });
  },
  120_000,
);

test.each<[string, string[]]>([
  ['pull', ['cursor', 'limit', 'tables', 'node', 'turn', 'hub', 'schema']],
  ['losses', ['after', 'limit', 'hub', 'schema']],
  ['meta', ['hub']],
])(
  'any query of %s',
  async (call, names) => {
    const text = fc.oneof(
      fc.constantFrom('0', '1', '10', '-1', '1e3', 'x', nodeA, '%zz', 'a,b', '9007199254740993'),
      anyCursor.map((value) => value ?? ''),
      anyHub.map((value) => value ?? ''),
      fc.string({ unit: 'binary' }),
    );
    const pairs = fc.array(fc.tuple(fc.constantFrom(...names, 'other'), text), { maxLength: 4 });
    const query = fc.oneof(
      pairs.map((entries) => new URLSearchParams(entries).toString()),
      fc.webQueryParameters(),
    );
    await inside(async (ask) => {
      const property = fc.asyncProperty(query, (sent) => ask(`${call}?${sent}`));
      await fc.assert(property, { numRuns: runs, endOnFailure: true });
    });
  },
  120_000,
);
