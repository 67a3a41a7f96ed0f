// The form of requests, checked before anything is believed. A request that fails names the first
// place that is wrong and changes nothing. What is well formed and yet not acceptable is answered
// change by change: acceptance.ts.
import * as v from 'valibot';
import { TidemarkError } from '../errors.js';
import { decodeKey, isAbsent } from '../values.js';
import type { Change, FullRequest, PullRequest, PushRequest } from '../wire.js';
import { nameBytesMax, pushChangesMax } from './limits.js';

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
});

const limit = v.pipe(v.number(), v.safeInteger(), v.minValue(1));
const pushEntries = {
  device: v.pipe(v.string(), v.maxBytes(nameBytesMax)),
  node,
  schema: count,
  cursor: v.nullable(v.string()),
  changes: v.pipe(v.array(change), v.maxLength(pushChangesMax, `over ${pushChangesMax} changes`)),
};
const pullOptions = v.object({
  limit: v.optional(limit),
  tables: v.optional(v.array(v.string())),
});
const pushRequest = v.object(pushEntries);
const fullRequest = v.object({ ...pushEntries, pull: pullOptions });
const pullRequest = v.object({
  ...pullOptions.entries,
  cursor: v.nullable(v.string()),
  node: v.optional(node),
});

export function parsePush(body: unknown): PushRequest {
  const request = parse(pushRequest, body);
  checkChanges(request.changes as Change[]);
  return request as PushRequest;
}

export function parseFull(body: unknown): FullRequest {
  const request = parse(fullRequest, body);
  checkChanges(request.changes as Change[]);
  return request as FullRequest;
}

export function parsePull(query: URLSearchParams): PullRequest {
  const given = (name: string) => query.get(name) ?? undefined;
  const [digits, tables] = [given('limit'), given('tables')];
  return parse(pullRequest, {
    cursor: query.get('cursor'),
    node: given('node'),
    limit: digits === undefined ? undefined : /^\d{1,9}$/.test(digits) ? Number(digits) : digits,
    tables: tables?.split(',').map(decodeName),
  }) as PullRequest;
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
