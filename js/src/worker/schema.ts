// The form of requests, checked before anything is believed. A request that fails names the first
// place that is wrong and changes nothing. What is well formed and yet not acceptable is answered
// change by change: acceptance.ts.
import * as v from 'valibot';
import { TidemarkError } from '../errors.js';
import { decodeKey, isAbsent } from '../values.js';
import type {
  Change,
  DigestRequest,
  FullRequest,
  LossesRequest,
  MetaRequest,
  PullRequest,
  PushRequest,
} from '../wire.js';
import { nameBytesMax, pushChangesMax, recordsMax, turnsMax } from './limits.js';

const stampForm = /^[0-9a-f]{12}-[0-9a-f]{4}-[0-9a-f]{16}$/;

const stamp = v.pipe(v.string(), v.regex(stampForm, 'not a stamp'));
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const node = v.pipe(v.string(), v.regex(/^[0-9a-f]{16}$/, 'not 16 hexadecimal digits'));
// Not a record of valibot's: that leaves out names such as `__proto__`.
const map = v.custom<Record<string, unknown>>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  'not an object',
);

const change = v.object({
  table: v.string(),
  id: v.string(),
  stamp,
  row: v.optional(map),
  fields: v.optional(map),
  patch: v.optional(v.boolean()),
  deleted: v.optional(v.boolean()),
  create: v.optional(v.boolean()),
  offer: v.optional(v.string()),
  born: v.optional(node),
});

const hub = v.optional(v.string());
const callerEntries = { hub, schema: v.optional(count) };
const limit = v.pipe(v.number(), v.safeInteger(), v.minValue(1));
const pushEntries = {
  device: v.pipe(v.string(), v.maxBytes(nameBytesMax)),
  node,
  schema: count,
  cursor: v.nullable(v.string()),
  changes: v.pipe(v.array(change), v.maxLength(pushChangesMax, `over ${pushChangesMax} changes`)),
  hub,
  turn: v.optional(node),
  after: v.optional(v.pipe(v.array(node), v.maxLength(turnsMax, `over ${turnsMax} turns`))),
};
const known = v.optional(v.string());
const pullOptions = v.object({
  limit: v.optional(limit),
  tables: v.optional(v.array(v.string())),
});
const keys = v.array(v.object({ table: v.string(), id: v.string() }));
const pushRequest = v.object(pushEntries);
const fullRequest = v.object({
  ...pushEntries,
  pull: v.object({ ...pullOptions.entries, own: v.optional(v.boolean()), known }),
  records: v.optional(v.pipe(keys, v.maxLength(recordsMax, `over ${recordsMax} records`))),
});
const pullRequest = v.object({
  ...pullOptions.entries,
  ...callerEntries,
  cursor: v.nullable(v.string()),
  node: v.optional(node),
  turn: v.optional(node),
  known,
});
const lossesRequest = v.object({ ...callerEntries, after: count, limit: v.optional(limit) });
const prefix = v.pipe(v.string(), v.regex(/^[0-9a-f]{0,16}$/, 'not up to 16 hexadecimal digits'));
const digestRequest = v.object({ ...callerEntries, table: v.string(), prefix });
const metaRequest = v.object({ hub });

export function parsePush(body: unknown): PushRequest {
  const request = parse(pushRequest, body) as PushRequest;
  checkPush(request);
  return request;
}

export function parseFull(body: unknown): FullRequest {
  const request = parse(fullRequest, body) as FullRequest;
  checkPush(request);
  for (const [i, { id }] of (request.records ?? []).entries()) checkId(id, `records[${i}].id`);
  return request;
}

export function parseDigest(body: unknown): DigestRequest {
  return parse(digestRequest, body) as DigestRequest;
}

export function parsePull(query: URLSearchParams): PullRequest {
  return parse(pullRequest, {
    cursor: query.get('cursor'),
    tables: given(query, 'tables')?.split(',').map(decodeName),
    node: given(query, 'node'),
    turn: given(query, 'turn'),
    known: given(query, 'known'),
    limit: numberOf(query, 'limit'),
    ...callerOf(query),
  }) as PullRequest;
}

export function parseLosses(query: URLSearchParams): LossesRequest {
  const [after = 0, limit] = [numberOf(query, 'after'), numberOf(query, 'limit')];
  return parse(lossesRequest, { after, limit, ...callerOf(query) }) as LossesRequest;
}

export function parseMeta(query: URLSearchParams): MetaRequest {
  return parse(metaRequest, { hub: given(query, 'hub') }) as MetaRequest;
}

function callerOf(query: URLSearchParams) {
  return { hub: given(query, 'hub'), schema: numberOf(query, 'schema') };
}

function given(query: URLSearchParams, name: string): string | undefined {
  return query.get(name) ?? undefined;
}

// What is no number is left to be refused as the text it is.
function numberOf(query: URLSearchParams, name: string): number | string | undefined {
  const digits = given(query, name);
  return digits !== undefined && /^\d{1,15}$/.test(digits) ? Number(digits) : digits;
}

// A name that holds a comma is percent-encoded once more than the query itself.
function decodeName(text: string, i: number): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return fail(`tables[${i}]`, 'not percent-encoded');
  }
}

const messageMax = 200;

function parse<T>(schema: v.GenericSchema<unknown, T>, input: unknown): T {
  const result = v.safeParse(schema, input, { abortEarly: true, abortPipeEarly: true });
  if (result.success) return result.output;
  const [issue] = result.issues;
  // The library's own sentence quotes what it received, at any length.
  return fail(placeOf(issue), issue.message.slice(0, messageMax));
}

function placeOf({ path }: v.BaseIssue<unknown>): string {
  const place = (path ?? []).map(({ key }) => (typeof key === 'number' ? `[${key}]` : `.${key}`));
  return place.length === 0 ? 'the body' : place.join('').replace(/^\./, '');
}

function fail(place: string, problem: string): never {
  throw new TidemarkError('bad_request', `${place}: ${problem}`);
}

function checkPush({ changes, turn, after }: PushRequest): void {
  if (after !== undefined && turn === undefined) fail('after', 'without a turn');
  checkChanges(changes);
}

function checkChanges(changes: readonly Change[]): void {
  const seen = new Map<string, Set<string>>();
  for (const [i, each] of changes.entries()) {
    const place = `changes[${i}]`;
    checkId(each.id, `${place}.id`);
    const ids = seen.get(each.table) ?? new Set();
    if (ids.has(each.id)) fail(place, 'the second change of one record');
    seen.set(each.table, ids.add(each.id));
    if (each.deleted) checkDelete(each, place);
    else checkRow(each, place);
  }
}

function checkId(id: string, place: string): void {
  try {
    decodeKey(id);
  } catch {
    fail(place, 'not the canonical JSON of a key');
  }
}

function checkDelete({ row, fields, patch }: Change, place: string): void {
  if (row !== undefined) fail(`${place}.row`, 'a delete has none');
  if (fields !== undefined) fail(`${place}.fields`, 'a delete has none');
  if (patch) fail(`${place}.patch`, 'a delete is not one');
}

function checkRow({ row, fields, patch, stamp }: Change, place: string): void {
  if (row === undefined) fail(`${place}.row`, 'missing');
  if (!patch)
    for (const [name, value] of Object.entries(row))
      if (isAbsent(value)) fail(`${place}.row.${name.slice(0, 80)}`, 'absent, and not in a patch');
  for (const [name, at] of Object.entries(fields ?? {})) {
    const here = `${place}.fields.${name.slice(0, 80)}`;
    if (typeof at !== 'string' || !stampForm.test(at)) fail(here, 'not a stamp');
    if (at <= stamp) fail(here, 'not greater than the stamp of the change');
    if (patch && !Object.hasOwn(row, name)) fail(here, 'not a field of the patch');
  }
}
