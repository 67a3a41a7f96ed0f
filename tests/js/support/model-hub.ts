// A hub as protocol.md describes it, in the plainest way: per record a map from field to (stamp,
// value, seq), nothing clever.
import { type Hash, loadPure } from '../../../js/src/core.js';
import { TidemarkError } from '../../../js/src/errors.js';
import { msOf, nodeOf } from '../../../js/src/stamp-words.js';
import type {
  Change,
  Cursor,
  DigestReply,
  DigestRequest,
  Loss,
  MetaReply,
  PullReply,
  PullRequest,
  PushReply,
  PushRequest,
  PushResult,
  RecordKey,
  StampText,
} from '../../../js/src/wire.js';
import { readDigest } from '../../../js/src/worker/digest.js';

interface Field {
  stamp: StampText;
  /** Undefined: absent. */
  value: unknown;
  seq: number;
}

interface Held {
  table: string;
  id: string;
  base: StampText | null;
  fields: Map<string, Field>;
  register: StampText;
  deleted: boolean;
  seq: number;
  /** When it last had to be sent whole. */
  wholeSeq: number;
  /** Who wrote it last, and its seq before those writes. */
  node: string;
  seqBefore: number;
}

const zeroStamp = '000000000000-0000-0000000000000000';
const driftMsMax = 60_000;
const isAbsent = (value: unknown) => JSON.stringify(value) === '{"$tm:absent":0}';

export class ModelHub {
  epoch = 'e';
  /** Named in replies, where it is; a request that names another is refused. */
  hub: string | undefined;
  losses: (Loss & { n: number })[] = [];
  seq = 0;
  now: () => number = () => Date.now();
  /** A result instead of taking the change. */
  refuse: (change: Change) => PushResult | null = () => null;
  readonly records = new Map<string, Held>();
  /** By node, up to where its stamps are taken. */
  readonly #retired = new Map<string, number>();

  push({ node, changes, hub }: PushRequest): PushReply {
    this.#check(hub);
    const seq = this.seq + 1;
    const results = changes.map((change) => this.#take(change, node, seq));
    if ([...this.records.values()].some((held) => held.seq === seq)) this.seq = seq;
    return { results, seq: this.seq, cursor: this.#cursor(this.seq), serverTime: this.now() };
  }

  pull({ hub, ...request }: PullRequest): PullReply {
    this.#check(hub);
    const page = this.#page(request);
    return this.hub === undefined ? page : { ...page, hub: this.hub };
  }

  #page({ cursor, limit = 1_000, tables, node }: PullRequest): PullReply {
    const serverTime = this.now();
    const from = this.#seqOf(cursor);
    if (from === null)
      return { changes: [], cursor: null, more: false, fence: 0, serverTime, reset: true };
    const news = [...this.records.values()]
      .filter(({ seq }) => seq > from)
      .sort((a, b) => a.seq - b.seq);
    const cut = news[limit - 1]?.seq ?? this.seq;
    const end = news.length > limit ? cut : this.seq;
    const changes = news
      .filter(({ seq }) => seq <= end)
      .filter((held) => !(held.node === node && held.seqBefore <= from))
      .filter(({ table }) => tables === undefined || tables.includes(table))
      .map((held) => changeOf(held, from));
    return { changes, cursor: this.#cursor(end), more: end < this.seq, fence: 0, serverTime };
  }

  /** Records as they were asked for. */
  answersTo(keys: readonly RecordKey[]): Change[] {
    return keys.map(({ table, id }) => {
      const held = this.records.get(`${table} ${id}`);
      return held ? changeOf(held, 0) : { table, id, stamp: zeroStamp, absent: true as const };
    });
  }

  /** Of what `view` shows. */
  async digest(request: DigestRequest): Promise<DigestReply> {
    this.#check(request.hub);
    const { hash } = await loadPure();
    const store = {
      shown: (table: string) =>
        [...this.records.values()]
          .filter((held) => held.table === table && !held.deleted)
          .map((held) => ({ id: held.id, rowText: JSON.stringify(rowOf(held)) })),
      head: () => ({ epoch: this.epoch, seq: this.seq }),
    };
    return readDigest(
      { store, hash } as { store: never; hash: Hash } as never,
      request,
      this.now(),
    );
  }

  meta(): MetaReply {
    const counts: MetaReply['counts'] = {};
    for (const { table, deleted } of this.records.values()) {
      counts[table] ??= { records: 0, tombstones: 0 };
      counts[table][deleted ? 'tombstones' : 'records']++;
    }
    const { epoch, seq, hub = '' } = this;
    const head = { epoch, seq, hub, fence: 0, safe: 0, serverTime: this.now() };
    return { protocol: 1, ...head, counts };
  }

  #check(hub: string | undefined): void {
    if (hub !== undefined && hub !== this.hub) throw new TidemarkError('account_mismatch');
  }

  /** What a user sees: the rows by table and id. */
  view(): Record<string, unknown> {
    const shown = [...this.records.values()].filter(({ deleted }) => !deleted);
    return Object.fromEntries(shown.map((held) => [`${held.table} ${held.id}`, rowOf(held)]));
  }

  #cursor(seq: number): string {
    return `${this.epoch}:${seq}`;
  }

  #seqOf(cursor: Cursor): number | null {
    if (cursor === null) return 0;
    const [epoch, seq] = cursor.split(':');
    return epoch === this.epoch && Number(seq) <= this.seq ? Number(seq) : null;
  }

  #take(change: Change, node: string, seq: number): PushResult {
    const latest = this.now() + driftMsMax;
    const bound = (at: StampText) => this.#retired.get(nodeOf(at)) ?? latest;
    const stamps = [change.stamp, ...Object.values(change.fields ?? {})];
    const late = stamps.filter((at) => msOf(at) > bound(at));
    if (late.length > 0) {
      const until = Math.min(...late.map(bound));
      for (const at of late) this.#retired.set(nodeOf(at), bound(at));
      return { outcome: 'clock', until };
    }
    const refusal = this.refuse(change);
    if (refusal !== null) return refusal;
    const key = `${change.table} ${change.id}`;
    const held = this.records.get(key);
    if (change.patch && (held === undefined || held.base === null)) return { outcome: 'needFull' };
    const target = held ?? newRecord(change, seq);
    this.records.set(key, target);
    return merge(target, change, node, seq);
  }
}

function newRecord({ table, id }: Change, seq: number): Held {
  const none = '';
  return {
    table,
    id,
    base: null,
    fields: new Map(),
    register: none,
    deleted: false,
    seq: 0,
    wholeSeq: seq,
    node: none,
    seqBefore: 0,
  };
}

function merge(held: Held, change: Change, node: string, seq: number): PushResult {
  const lost: string[] = [];
  let changed = false;
  const isWhole = !change.patch && !change.deleted;
  const row = change.row ?? {};
  const names = isWhole ? new Set([...Object.keys(row), ...held.fields.keys()]) : Object.keys(row);
  for (const name of change.deleted ? [] : names) {
    const stamp = change.fields?.[name] ?? change.stamp;
    const known = held.fields.get(name)?.stamp ?? held.base ?? '';
    if (stamp > known) {
      const value = isAbsent(row[name]) ? undefined : row[name];
      held.fields.set(name, { stamp, value, seq });
      changed = true;
    } else if (stamp < known && Object.hasOwn(row, name)) lost.push(name);
  }
  if (isWhole && (held.base === null || change.stamp > held.base)) {
    held.base = change.stamp;
    held.wholeSeq = seq;
    changed = true;
  }
  const register = [change.stamp, ...Object.values(change.fields ?? {})].sort().at(-1) as string;
  if (register > held.register) {
    if (held.deleted !== (change.deleted ?? false)) held.wholeSeq = seq;
    Object.assign(held, { register, deleted: change.deleted ?? false });
    changed = true;
  } else if (register < held.register && change.deleted && !held.deleted) lost.push('deleted');
  if (changed) {
    if (held.node !== node) Object.assign(held, { node, seqBefore: held.seq });
    held.seq = seq;
  }
  return lost.length > 0 ? { outcome: 'merged', lost } : { outcome: 'applied' };
}

function rowOf({ fields }: Held): Record<string, unknown> {
  const present = [...fields].filter(([, { value }]) => value !== undefined);
  return Object.fromEntries(present.map(([name, { value }]) => [name, value]));
}

function changeOf(held: Held, from: number): Change {
  const { table, id, base, register } = held;
  if (held.deleted) return { table, id, stamp: register, deleted: true };
  const isWhole = held.wholeSeq > from;
  const sent = [...held.fields].filter(([, { seq, stamp }]) =>
    isWhole ? stamp > (base as string) : seq > from,
  );
  const fields = Object.fromEntries(sent.map(([name, { stamp }]) => [name, stamp]));
  if (isWhole) return { table, id, stamp: base as string, row: rowOf(held), fields };
  const stamp = Object.values(fields).sort()[0] as string;
  const row = sent.map(([name, { value }]) => [
    name,
    value === undefined ? { '$tm:absent': 0 } : value,
  ]);
  return { table, id, stamp, patch: true, row: Object.fromEntries(row), fields };
}
