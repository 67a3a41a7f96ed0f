// The fetch transport: protocol 1 over HTTP, with the paths, headers and credentials of any
// endpoint.
import { asTidemarkError, isErrorCode, TidemarkError } from '../errors.js';
import {
  type Cursor,
  type DigestReply,
  type DigestRequest,
  type FullReply,
  type FullRequest,
  type LossesReply,
  type LossesRequest,
  type MetaReply,
  type MetaRequest,
  type PullReply,
  type PullRequest,
  type PushReply,
  type PushRequest,
  protocolVersion,
} from '../wire.js';
import { openLive } from './live.js';
import {
  checkDigestReply,
  checkFullReply,
  checkLossesReply,
  checkPullReply,
  checkPushReply,
} from './replies.js';
import type { CallOptions, LiveHandlers, Transport } from './transport.js';

export type TokenSource = (options: { refresh: boolean }) => string | null | Promise<string | null>;

export interface FetchOptions {
  /** Appended to the url. Null: the endpoint has no such call. */
  paths?: {
    push?: string;
    pull?: string;
    full?: string | null;
    live?: string | null;
    losses?: string | null;
    digest?: string | null;
    meta?: string | null;
  };
  /** Sent with every request. */
  headers?: Record<string, string>;
  /** `include` sends cookies to another origin. */
  credentials?: RequestCredentials;
  /** Compress request bodies; the endpoint must understand `Content-Encoding: gzip`. */
  gzip?: boolean;
  /** A request without an answer is given up after this long. */
  timeoutMs?: number;
  fetch?: typeof fetch;
}

const timeoutMsDefault = 30_000;
/** Smaller bodies are not worth compressing. */
const gzipBytesMin = 1_024;

export class FetchTransport implements Transport {
  readonly #url: string;
  readonly #token: TokenSource | undefined;
  readonly #scope: string | undefined;
  readonly #options: FetchOptions;
  readonly #paths: Required<NonNullable<FetchOptions['paths']>>;

  constructor(url: string, token?: TokenSource, scope?: string, options: FetchOptions = {}) {
    // No fetch takes such an address, and its error would quote them.
    if (/^\w+:\/\/[^/?#]*@/.test(url))
      throw new TidemarkError('bad_input', 'the url holds credentials');
    this.#url = url.replace(/\/+$/, '');
    this.#token = token;
    this.#scope = scope;
    this.#options = options;
    this.#paths = {
      push: '/push',
      pull: '/pull',
      full: '/full',
      live: '/live',
      losses: '/losses',
      digest: '/digest',
      meta: '/meta',
      ...options.paths,
    };
  }

  async pull({ tables, ...request }: PullRequest, options: CallOptions): Promise<PullReply> {
    const names = tables?.map((name) => name.replace(/[%,]/g, encodeURIComponent)).join(',');
    const path = withQuery(this.#paths.pull, { ...request, tables: names });
    return checkPullReply(await this.#call('GET', path, undefined, options));
  }

  async full(request: FullRequest, options: CallOptions): Promise<FullReply> {
    const count = request.changes.length;
    if (this.#paths.full !== null)
      return checkFullReply(await this.#call('POST', this.#paths.full, request, options), count);
    const { pull: page, records: _, ...body } = request;
    const push = count === 0 ? nothingPushed : await this.#push(body, options);
    const { cursor, turn, hub, schema } = body;
    const { own, ...asked } = page;
    const whose = own ? {} : { node: body.node, turn };
    const pull = await this.pull(
      { cursor, hub, schema, ...whose, ...asked } as PullRequest,
      options,
    );
    return { push, pull, serverTime: pull.serverTime };
  }

  async #push(body: PushRequest, options: CallOptions): Promise<PushReply> {
    const reply = await this.#call('POST', this.#paths.push, body, options);
    return checkPushReply(reply, body.changes.length);
  }

  async losses(request: LossesRequest, options: CallOptions): Promise<LossesReply> {
    const path = withQuery(known(this.#paths.losses), request);
    return checkLossesReply(await this.#call('GET', path, undefined, options));
  }

  async digest(request: DigestRequest, options: CallOptions): Promise<DigestReply> {
    return checkDigestReply(await this.#call('POST', known(this.#paths.digest), request, options));
  }

  async meta(request: MetaRequest, options: CallOptions): Promise<MetaReply> {
    const path = withQuery(known(this.#paths.meta), request);
    const reply = (await this.#call('GET', path, undefined, options)) as MetaReply | null;
    if (typeof reply?.counts !== 'object') throw new TidemarkError('bad_reply', 'no counts');
    return reply;
  }

  live(handlers: LiveHandlers): (() => void) | null {
    const path = this.#paths.live;
    if (path === null || typeof WebSocket === 'undefined') return null;
    const url = new URL(this.#url + path, globalThis.location?.href);
    url.protocol = url.protocol.replace('http', 'ws');
    if (this.#scope !== undefined) url.searchParams.set('scope', this.#scope);
    return openLive(url, async () => this.#token?.({ refresh: false }) ?? null, handlers);
  }

  async #call(
    method: string,
    path: string,
    body: unknown,
    { refreshToken, signal, traffic }: CallOptions,
  ): Promise<unknown> {
    const deadline = AbortSignal.timeout(this.#options.timeoutMs ?? timeoutMsDefault);
    const ended = AbortSignal.any([signal, deadline]);
    const headers = await orEnd(this.#headers(refreshToken), ended);
    const init: RequestInit = { method, headers, signal: ended };
    if (this.#options.credentials !== undefined) init.credentials = this.#options.credentials;
    if (body !== undefined) init.body = await this.#body(JSON.stringify(body), headers);
    if (traffic) traffic.sent += sizeOf(init.body);
    let response: Response;
    let text: string;
    try {
      response = await (this.#options.fetch ?? fetch)(this.#url + path, init);
      text = await response.text();
    } catch (cause) {
      const name = cause instanceof Error ? cause.name : '';
      throw asTidemarkError(cause, name === 'TimeoutError' ? 'timeout' : 'network');
    }
    if (traffic) traffic.received += Number(response.headers.get('Content-Length')) || sizeOf(text);
    if (!response.ok) throw faultOf(response, text);
    return parse(text);
  }

  async #headers(refresh: boolean): Promise<Headers> {
    const headers = new Headers(this.#options.headers);
    headers.set('Tidemark-Protocol', String(protocolVersion));
    if (this.#scope !== undefined) headers.set('Tidemark-Scope', this.#scope);
    if (this.#token === undefined) return headers;
    let token: string | null;
    try {
      token = await this.#token({ refresh });
    } catch (cause) {
      // The app could not get a token; whether it ever will is not known, so this is not a refusal.
      throw asTidemarkError(cause, 'unavailable');
    }
    if (token === null) throw new TidemarkError('unauthorized', 'the app has no token');
    try {
      headers.set('Authorization', `Bearer ${token}`);
    } catch {
      // Without a cause: the platform's error quotes the token.
      throw new TidemarkError('unauthorized', 'the token cannot be sent in a header');
    }
    return headers;
  }

  async #body(text: string, headers: Headers): Promise<BodyInit> {
    headers.set('Content-Type', 'application/json');
    if (!this.#options.gzip || text.length < gzipBytesMin) return text;
    headers.set('Content-Encoding', 'gzip');
    const stream = new Blob([text]).stream().pipeThrough(new CompressionStream('gzip'));
    return new Response(stream).arrayBuffer();
  }
}

/** A push of nothing is not sent. */
const nothingPushed: PushReply = { results: [], seq: 0, cursor: '', serverTime: 0 };

function known(path: string | null): string {
  if (path === null) throw new TidemarkError('not_found');
  return path;
}

function withQuery(path: string, members: object): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(members))
    if (value !== undefined && value !== null) query.set(name, String(value));
  const text = String(query);
  return text === '' ? path : `${path}${path.includes('?') ? '&' : '?'}${text}`;
}

function sizeOf(body: unknown): number {
  if (body instanceof ArrayBuffer) return body.byteLength;
  return typeof body === 'string' ? new Blob([body]).size : 0;
}

// The app's token may never come.
function orEnd<T>(work: Promise<T>, ended: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    work.then(resolve, reject);
    const end = () => reject(new TidemarkError('timeout', 'no token in time'));
    if (ended.aborted) end();
    else ended.addEventListener('abort', end, { once: true });
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new TidemarkError('bad_reply', 'not JSON, or not all of it', { cause });
  }
}

const codeOfStatus: Record<number, TidemarkError['code']> = {
  400: 'bad_request',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not_found',
  405: 'method_not_allowed',
  408: 'timeout',
  413: 'too_large',
  422: 'bad_request',
  425: 'unavailable',
  426: 'protocol_unsupported',
  429: 'rate_limited',
  500: 'internal',
};

const codesOfConflict: readonly string[] = [
  'reset_required',
  'schema_outdated',
  'account_mismatch',
];

// The status decides what is done about it, but for a conflict; the body, where it is ours, says
// more to a reader.
function faultOf(response: Response, text: string): TidemarkError {
  const { status } = response;
  const said = errorIn(text);
  const conflict = status === 409 && codesOfConflict.includes(said?.code ?? '') && said?.code;
  const code = conflict || (codeOfStatus[status] ?? (status >= 500 ? 'unavailable' : 'bad_reply'));
  const error = new TidemarkError(code, `${status} ${said?.message ?? ''}`.trim());
  error.retryAfterMs = retryAfterMs(response.headers.get('Retry-After'));
  return error;
}

function errorIn(text: string): Pick<TidemarkError, 'code' | 'message'> | null {
  try {
    const { error } = JSON.parse(text) as { error?: { code?: unknown; message?: unknown } };
    if (!isErrorCode(error?.code)) return null;
    return { code: error.code, message: String(error.message) };
  } catch {
    return null;
  }
}

const retryAfterMsMax = 3_600_000;

// Seconds, or a date.
function retryAfterMs(header: string | null): number {
  if (header === null) return 0;
  const ms = /^\d+$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - Date.now();
  return Number.isNaN(ms) ? 0 : Math.min(Math.max(ms, 0), retryAfterMsMax);
}

export type { Cursor };
