// What the tests speak to the hub with: one device in one scope, and the changes it may make.
import { env } from 'cloudflare:test';
import type {
  Change,
  Cursor,
  FullReply,
  MetaReply,
  PullReply,
  PullRequest,
  PushReply,
  PushRequest,
  WireRow,
} from '../../js/src/wire.js';
import app from './app.js';

export const base = 'https://hub.example/sync';
export const nodeA = 'aaaaaaaaaaaaaaaa';
export const nodeB = 'bbbbbbbbbbbbbbbb';
export const nodeC = 'cccccccccccccccc';

let scopes = 0;

/** A scope that no other test uses. */
export function newScope(): string {
  return `scope-${++scopes}-${Math.random().toString(36).slice(2)}`;
}

/** Stamps in order: `at(1) < at(2)`, by default of 2023, which is well in the past. */
export function at(tick: number, node = nodeA, ms = 1_700_000_000_000): string {
  const time = (ms + Math.floor(tick)).toString(16).padStart(12, '0');
  const counter = Math.round((tick % 1) * 0x1000);
  return `${time}-${counter.toString(16).padStart(4, '0')}-${node}`;
}

export function whole(id: string, stamp: string, row: WireRow, more?: Partial<Change>): Change {
  return { table: 'todos', id: JSON.stringify(id), stamp, row, ...more };
}

export function patch(id: string, stamp: string, row: WireRow, more?: Partial<Change>): Change {
  return { table: 'todos', id: JSON.stringify(id), stamp, patch: true, row, ...more };
}

export function remove(id: string, stamp: string): Change {
  return { table: 'todos', id: JSON.stringify(id), stamp, deleted: true };
}

export const outcomes = ({ results }: PushReply) => results.map(({ outcome }) => outcome);

/** What a reader without a cursor gets. */
export async function all(device: Device): Promise<Change[]> {
  return (await device.pull()).changes;
}

export class Device {
  constructor(
    readonly scope = newScope(),
    readonly node = nodeA,
  ) {}

  request(changes: Change[], cursor: Cursor = null): PushRequest {
    return { device: 'test', node: this.node, schema: 1, cursor, changes };
  }

  fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    if (!headers.has('Authorization')) headers.set('Authorization', `Bearer ${this.scope}`);
    if (init.body && !headers.has('Content-Type')) headers.set('Content-Type', 'application/json');
    // Not by SELF, as in routes.test.ts: the pool puts a proxy around a proxy with each call of it.
    return app.fetch(new Request(`${base}/${path}`, { ...init, headers }), env);
  }

  post(path: string, body: unknown): Promise<Response> {
    return this.fetch(path, { method: 'POST', body: JSON.stringify(body) });
  }

  async push(...changes: Change[]): Promise<PushReply> {
    return ok(await this.post('push', this.request(changes)));
  }

  async full(cursor: Cursor, changes: Change[], pull = {}): Promise<FullReply> {
    return ok(await this.post('full', { ...this.request(changes, cursor), pull }));
  }

  async pull(request: Partial<PullRequest> = {}): Promise<PullReply> {
    const query = new URLSearchParams();
    const { cursor, limit, tables, node, turn } = request;
    if (typeof cursor === 'string') query.set('cursor', cursor);
    if (limit !== undefined) query.set('limit', String(limit));
    if (tables)
      query.set('tables', tables.map((t) => t.replace(/[%,]/g, encodeURIComponent)).join());
    if (node !== undefined) query.set('node', node);
    if (turn !== undefined) query.set('turn', turn);
    return ok(await this.fetch(`pull?${query}`));
  }

  async meta(): Promise<MetaReply> {
    return ok(await this.fetch('meta'));
  }
}

async function ok<T>(response: Response): Promise<T> {
  const text = await response.text();
  if (response.status !== 200) throw new Error(`${response.status} ${text}`);
  return JSON.parse(text) as T;
}
