// Checks that what an endpoint answered is a reply of protocol 1, before any of it is believed:
// `bad_reply` names the first place that is not. A captive portal's page, half a body or another
// server's JSON end here, and change nothing.
import { isErrorCode, TidemarkError } from '../errors.js';
import { checkValue, decodeKey, isAbsent } from '../values.js';
import type { Change, FullReply, PullReply, PushReply, PushResult } from '../wire.js';

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

function text(value: unknown, place: string): string {
  return typeof value === 'string' ? value : fail(place, 'a string');
}

/** What the milliseconds of a stamp can hold; a seq is far below. */
const countMax = 2 ** 48;

function count(value: unknown, place: string): number {
  const is = typeof value === 'number' && value >= 0 && value < countMax;
  return is ? value : fail(place, 'a number from 0 to 2^48');
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

function change(value: unknown, place: string): Change {
  const it = object(value, place);
  text(it.table, `${place}.table`);
  decodeKey(text(it.id, `${place}.id`));
  stamp(it.stamp, `${place}.stamp`);
  flag(it.patch, `${place}.patch`);
  if (!flag(it.deleted, `${place}.deleted`))
    for (const each of Object.values(object(it.row, `${place}.row`)))
      if (it.patch !== true || !isAbsent(each)) checkValue(each);
  if (it.fields !== undefined)
    for (const [name, at] of Object.entries(object(it.fields, `${place}.fields`)))
      stamp(at, `${place}.fields.${name}`);
  return value as Change;
}

function result(value: unknown, place: string): PushResult {
  const it = object(value, place);
  switch (it.outcome) {
    case 'applied':
    case 'needFull':
    case 'clock':
      return value as PushResult;
    case 'merged':
      for (const [i, name] of array(it.lost, `${place}.lost`).entries())
        text(name, `${place}.lost[${i}]`);
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
  const results = array(it.results, 'results').map((each, i) => result(each, `results[${i}]`));
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
    changes: array(it.changes, 'changes').map((each, i) => change(each, `changes[${i}]`)),
    // Without a cursor the next pull would begin at the beginning, and so on for ever.
    cursor: reset ? null : text(it.cursor, 'cursor'),
    more: flag(it.more, 'more'),
    fence: it.fence === undefined ? 0 : count(it.fence, 'fence'),
    serverTime: count(it.serverTime, 'serverTime'),
  };
  if (reset) reply.reset = true;
  return reply;
}

export function checkFullReply(value: unknown, changes: number): FullReply {
  const it = object(value, 'the reply');
  return {
    push: checkPushReply(it.push, changes),
    pull: checkPullReply(it.pull),
    serverTime: count(it.serverTime, 'serverTime'),
  };
}
