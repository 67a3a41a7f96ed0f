// Whether the hub takes a change at all: stamps from a clock that is too far ahead, and names and
// values that another device could not read, are answered one by one, so that they never hold up
// the rest of a batch.
import { type ErrorCode, TidemarkError } from '../errors.js';
import { msOf, nodeOf } from '../stamp-words.js';
import { idBytesMax, isAbsent, valueDepthMax } from '../values.js';
import type { Change, PushResult, StampText } from '../wire.js';
import type { Nodes } from './hub-store.js';
import { driftMsMax, isOver, nameBytesMax } from './limits.js';

/** Decides for one request, at one time. */
export class Acceptance {
  readonly #nodes: Nodes;
  readonly #latestMs: number;
  readonly #bounds = new Map<string, number | null>();

  constructor(nodes: Nodes, serverTime: number) {
    this.#nodes = nodes;
    this.#latestMs = serverTime + driftMsMax;
  }

  /** The answer to a change that is not to be merged; null: it is. */
  refuse(change: Change): PushResult | null {
    const until = this.#clockUntil(change);
    return until === null ? limitOutcome(change) : { outcome: 'clock', until };
  }

  /** Up to where stamps of its nodes are taken, if one of its own is not; null: they are. */
  #clockUntil({ stamp, fields, offer }: Change): number | null {
    const stamps = fields === undefined ? [stamp] : [stamp, ...Object.values(fields)];
    const ahead = stamps.filter((each) => msOf(each) > this.#latestMs);
    // A copy of this change that is delivered later must not win once its time has come.
    for (const each of ahead) this.#retire(nodeOf(each));
    // Up to there its stamps were fine, and a change that was taken must not be refused when it is
    // sent again: its writer would stamp it again, over what others made of it.
    const bound = (each: StampText) => this.#boundOf(nodeOf(each)) ?? this.#latestMs;
    // What is offered was taken once, by a hub that had not retired its node.
    const late = offer === undefined ? stamps.filter((each) => msOf(each) > bound(each)) : ahead;
    return late.length === 0 ? null : Math.min(...late.map(bound));
  }

  #retire(node: string): void {
    this.#nodes.retire(node, this.#latestMs);
    this.#bounds.delete(node);
  }

  #boundOf(node: string): number | null {
    let bound = this.#bounds.get(node);
    if (bound === undefined) {
      bound = this.#nodes.retiredBound(node);
      this.#bounds.set(node, bound);
    }
    return bound;
  }
}

export function rejected(code: ErrorCode, detail = ''): PushResult {
  const { message, retryable } = new TidemarkError(code, detail);
  return { outcome: 'rejected', code, message, retryable };
}

function limitOutcome(change: Change): PushResult | null {
  if (isOver(nameBytesMax, change.table)) return rejected('too_large', 'the name of a table');
  if (isOver(idBytesMax, change.id)) return rejected('too_large', 'an id');
  for (const name of Object.keys(change.fields ?? {}))
    if (isOver(nameBytesMax, name)) return rejected('too_large', 'the name of a field');
  for (const [name, value] of Object.entries(change.row ?? {})) {
    if (isOver(nameBytesMax, name)) return rejected('too_large', 'the name of a field');
    if (change.patch && isRemoval(value)) continue;
    const fault = faultOf(value, 0);
    if (fault !== null) return rejected('value_unsupported', `row.${name} ${fault}`);
  }
  return null;
}

function isRemoval(value: unknown): boolean {
  return isAbsent(value) && isTagOf(value as object, 0);
}

function isTagOf(value: object, content: unknown): boolean {
  const contents = Object.values(value);
  return contents.length === 1 && contents[0] === content;
}

// Looks no deeper than it allows, so that no value can exhaust the stack.
function faultOf(value: unknown, depth: number): string | null {
  if (typeof value === 'number') return Number.isFinite(value) ? null : 'is not a finite number';
  if (typeof value !== 'object' || value === null) return null;
  if (depth >= valueDepthMax) return `is nested over ${valueDepthMax} levels`;
  const names = Object.keys(value);
  const tag = names.length === 1 && !Array.isArray(value) ? (names[0] as string) : '';
  if (tag.startsWith('$tm:')) return faultOfTagged(tag, (value as Tagged)[tag], depth);
  return firstFault(Object.values(value), depth);
}

type Tagged = Record<string, unknown>;

function firstFault(values: unknown[], depth: number): string | null {
  for (const value of values) {
    const fault = faultOf(value, depth + 1);
    if (fault !== null) return fault;
  }
  return null;
}

const numbers: unknown[] = ['NaN', 'Infinity', '-Infinity', '-0'];
const forms: Record<string, (content: unknown) => boolean> = {
  '$tm:date': (ms) => ms === null || (typeof ms === 'number' && Number.isFinite(ms)),
  '$tm:bigint': (text) => typeof text === 'string' && /^-?\d+$/.test(text),
  '$tm:bytes': (text) => typeof text === 'string' && isBase64(text),
  '$tm:undefined': (content) => content === 0,
  '$tm:number': (text) => numbers.includes(text),
};

function faultOfTagged(tag: string, content: unknown, depth: number): string | null {
  if (tag !== '$tm:object') {
    const isWell = Object.hasOwn(forms, tag) && forms[tag]?.(content);
    return isWell ? null : `has a malformed tag ${tag.slice(0, 20)}`;
  }
  if (typeof content !== 'object' || content === null || Array.isArray(content))
    return 'has a malformed tag $tm:object';
  const names = Object.keys(content);
  if (names.length !== 1 || !(names[0] as string).startsWith('$tm:'))
    return 'has a malformed tag $tm:object';
  return firstFault(Object.values(content), depth);
}

function isBase64(text: string): boolean {
  return text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text);
}
