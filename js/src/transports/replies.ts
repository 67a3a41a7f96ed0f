// Checks that what an endpoint answered is a reply of protocol 1, before any of it is believed:
// `bad_reply` names the first place that is not. A captive portal's page, half a body or another
// server's JSON end here, and change nothing.
import { isErrorCode, TidemarkError } from '../errors.js';
import { checkValue, decodeKey, isAbsent } from '../values.js';
import type {
  Change,
  DigestReply,
  FullReply,
  Loss,
  LossesReply,
  PullReply,
  PushReply,
  PushResult,
} from '../wire.js';

type Json = Record<string, unknown>;

function fail(place: string, expected: string): never {
  throw new TidemarkError('bad_reply', `${place} is not ${expected}`);
}

function object(value: unknown, place: string): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) fail(place, 'an object');
  return value as Json;
}

function array(value: unknown, place: string): unknown[] {
  if (!Array.isArray(value)) fail(place, 'an array');
  return value;
}

function list<T>(value: unknown, place: string, check: (value: unknown, place: string) => T): T[] {
  return array(value, place).map((each, i) => check(each, `${place}[${i}]`));
}

function text(value: unknown, place: string): string {
  return typeof value === 'string' ? value : fail(place, 'a string');
}

/** What the milliseconds of a stamp can hold; a seq is far below. */
const countMax = 2 ** 48;

function count(value: unknown, place: string): number {
  const is = typeof value === 'number' && value >= 0 && value < countMax;
  return is ? value : fail(place, 'a number from 0 to 2^48');
}

function number(value: unknown, place: string): number {
  const is = Number.isSafeInteger(value) && (value as number) >= 0;
  return is ? (value as number) : fail(place, 'a whole number');
}

const stampForm = /^[0-9a-f]{12}-[0-9a-f]{4}-[0-9a-f]{16}$/;

function stamp(value: unknown, place: string): string {
  const is = typeof value === 'string' && stampForm.test(value);
  return is ? value : fail(place, 'a stamp');
}

function flag(value: unknown, place: string): boolean {
  return value === undefined || typeof value === 'boolean'
    ? value === true
    : fail(place, 'a boolean');
}

function row(value: unknown, place: string, patch: boolean): void {
  for (const each of Object.values(object(value, place)))
    if (!patch || !isAbsent(each)) checkValue(each);
}

/** The members that name a record and a write of it. */
function written(value: unknown, place: string): Json {
  const it = object(value, place);
  text(it.table, `${place}.table`);
  decodeKey(text(it.id, `${place}.id`));
  stamp(it.stamp, `${place}.stamp`);
  return it;
}

function change(value: unknown, place: string): Change {
  const it = written(value, place);
  const patch = flag(it.patch, `${place}.patch`);
  if (!flag(it.deleted, `${place}.deleted`)) row(it.row, `${place}.row`, patch);
  if (it.fields !== undefined)
    for (const [name, at] of Object.entries(object(it.fields, `${place}.fields`)))
      stamp(at, `${place}.fields.${name}`);
  if (it.born !== undefined) hash(it.born, `${place}.born`);
  return value as Change;
}

/** A record as it was asked for: whole, deleted or absent. */
function answer(value: unknown, place: string): Change {
  const it = written(value, place);
  if (flag(it.absent, `${place}.absent`)) return value as Change;
  if (flag(it.patch, `${place}.patch`)) fail(place, 'whole');
  return change(value, place);
}

/** Changes of which no two are of one record. */
function distinct(
  value: unknown,
  place: string,
  check: (value: unknown, place: string) => Change,
): Change[] {
  const seen = new Map<string, Set<string>>();
  return list(value, place, (each, at) => {
    const checked = check(each, at);
    const { table, id } = checked;
    const ids = seen.get(table) ?? new Set();
    if (ids.has(id)) fail(at, 'the only one of its record');
    seen.set(table, ids.add(id));
    return checked;
  });
}

function result(value: unknown, place: string): PushResult {
  const it = object(value, place);
  switch (it.outcome) {
    case 'applied':
    case 'needFull':
    case 'clone':
    case 'deferred':
      return value as PushResult;
    case 'collision':
      return it.past == null
        ? { outcome: 'collision' }
        : { outcome: 'collision', past: number(it.past, `${place}.past`) };
    case 'clock':
      return it.until == null
        ? { outcome: 'clock' }
        : { outcome: 'clock', until: count(it.until, `${place}.until`) };
    case 'merged':
      list(it.lost, `${place}.lost`, text);
      return value as PushResult;
    case 'rejected':
      return {
        outcome: 'rejected',
        code: isErrorCode(it.code) ? it.code : 'bad_request',
        message: text(it.message, `${place}.message`),
        retryable: it.retryable === true,
      };
    default:
      return fail(`${place}.outcome`, 'one of protocol 1');
  }
}

export function checkPushReply(value: unknown, changes: number): PushReply {
  const it = object(value, 'the reply');
  const results = list(it.results, 'results', result);
  if (results.length !== changes) fail('results', `one per change (${changes})`);
  return {
    results,
    seq: count(it.seq, 'seq'),
    cursor: text(it.cursor, 'cursor'),
    serverTime: count(it.serverTime, 'serverTime'),
  };
}

export function checkPullReply(value: unknown): PullReply {
  const it = object(value, 'the reply');
  const reset = flag(it.reset, 'reset');
  const reply: PullReply = {
    changes: distinct(it.changes, 'changes', change),
    // Without a cursor the next pull would begin at the beginning, and so on for ever.
    cursor: reset ? null : text(it.cursor, 'cursor'),
    more: flag(it.more, 'more'),
    fence: it.fence === undefined ? 0 : count(it.fence, 'fence'),
    serverTime: count(it.serverTime, 'serverTime'),
  };
  if (it.hub !== undefined) reply.hub = text(it.hub, 'hub');
  if (it.seq !== undefined) reply.seq = count(it.seq, 'seq');
  if (it.safe !== undefined) reply.safe = count(it.safe, 'safe');
  if (!reset) return reply;
  reply.reset = true;
  if (it.offer !== undefined) reply.offer = it.offer === null ? null : count(it.offer, 'offer');
  if (flag(it.adopt, 'adopt')) reply.adopt = true;
  if (it.known !== undefined) reply.known = text(it.known, 'known');
  return reply;
}

export function checkFullReply(value: unknown, changes: number): FullReply {
  const it = object(value, 'the reply');
  const reply: FullReply = {
    push: checkPushReply(it.push, changes),
    pull: checkPullReply(it.pull),
    serverTime: count(it.serverTime, 'serverTime'),
  };
  if (it.records !== undefined) reply.records = distinct(it.records, 'records', answer);
  return reply;
}

function loss(value: unknown, place: string): Loss & { n: number } {
  const it = written(value, place);
  count(it.n, `${place}.n`);
  row(it.row, `${place}.row`, false);
  stamp(it.winner, `${place}.winner`);
  flag(it.deleted, `${place}.deleted`);
  count(it.at, `${place}.at`);
  return value as Loss & { n: number };
}

export function checkLossesReply(value: unknown): LossesReply {
  const it = object(value, 'the reply');
  return {
    losses: list(it.losses, 'losses', loss),
    more: flag(it.more, 'more'),
  };
}

const hashForm = /^[0-9a-f]{16}$/;

function hash(value: unknown, place: string): string {
  const is = typeof value === 'string' && hashForm.test(value);
  return is ? value : fail(place, 'a hash');
}

function child(value: unknown, place: string): { count: number; hash: string } {
  const it = object(value, place);
  return { count: count(it.count, `${place}.count`), hash: hash(it.hash, `${place}.hash`) };
}

function hashed(value: unknown, place: string): { id: string; hash: string } {
  const it = object(value, place);
  const id = text(it.id, `${place}.id`);
  decodeKey(id);
  return { id, hash: hash(it.hash, `${place}.hash`) };
}

export function checkDigestReply(value: unknown): DigestReply {
  const it = object(value, 'the reply');
  const reply: DigestReply = {
    ...child(value, 'the reply'),
    cursor: text(it.cursor, 'cursor'),
    serverTime: count(it.serverTime, 'serverTime'),
  };
  if (it.children === undefined) reply.records = list(it.records, 'records', hashed);
  else {
    reply.children = list(it.children, 'children', child);
    if (reply.children.length !== 16) fail('children', 'one per digit');
  }
  return reply;
}
