// routes(): the Worker in front of the objects. It lets in who may come in, at the size that fits,
// and hands each call to the object of its scope. Nothing of the caller but the call itself goes
// on: the object never sees a token or a cookie.
import { Hono } from 'hono';
import { cors } from 'hono/cors';
import { TidemarkError } from '../errors.js';
import { protocolVersion } from '../wire.js';
import { type Auth, authorize } from './authorize.js';
import { readBody } from './body.js';
import { errorReply } from './replies.js';

export interface RoutesOptions<Env> {
  /** The name of the binding to the Durable Object class, as in the Worker's configuration. */
  object: keyof Env & string;
  /** Who the caller is, and what scopes are theirs; null: nobody known. */
  auth: Auth<Env>;
  /** The path the calls are under. */
  prefix?: string;
  /** Origins of pages that may call from elsewhere, with cookies; `*`: any, without. */
  cors?: '*' | readonly string[];
}

const methods: Readonly<Record<string, 'GET' | 'POST'>> = {
  push: 'POST',
  full: 'POST',
  digest: 'POST',
  pull: 'GET',
  losses: 'GET',
  meta: 'GET',
  live: 'GET',
};
const corsSecondsMax = 86_400;

/** A Worker's default export, or a part of one. */
export function routes<Env extends object>(
  options: RoutesOptions<Env>,
): { fetch(request: Request, env: Env): Promise<Response> } {
  const prefix = `/${options.prefix ?? 'sync'}`.replace(/^\/+/, '/').replace(/\/+$/, '');
  const app = new Hono<{ Bindings: Env }>();
  if (options.cors !== undefined) {
    const allow = corsOf(options.cors);
    // The browser asks nobody before it opens a WebSocket: that call looks at the origin itself.
    app.use(`${prefix}/*`, (c, next) => (isLive(c.req.raw) ? next() : allow(c, next)));
  }
  app.all(`${prefix}/:call`, ({ req, env }) => handle(req.param('call'), req.raw, env, options));
  app.notFound(() => errorReply(new TidemarkError('not_found')));
  app.onError(errorReply);
  return { fetch: async (request, env) => app.fetch(request, env) };
}

function corsOf(origins: '*' | readonly string[]) {
  return cors({
    origin: origins === '*' ? '*' : [...origins],
    credentials: origins !== '*',
    allowMethods: ['GET', 'POST'],
    allowHeaders: [
      'Authorization',
      'Content-Type',
      'Content-Encoding',
      'Tidemark-Protocol',
      'Tidemark-Scope',
    ],
    exposeHeaders: ['Retry-After'],
    maxAge: corsSecondsMax,
  });
}

async function handle<Env extends object>(
  call: string,
  request: Request,
  env: Env,
  options: RoutesOptions<Env>,
): Promise<Response> {
  if (!Object.hasOwn(methods, call)) throw new TidemarkError('not_found');
  const method = methods[call] as string;
  if (request.method !== method) return methodNotAllowed(method);
  checkProtocol(request.headers);
  if (call === 'live') checkOrigin(request, options.cors);
  const scope = await authorize(request, env, options.auth);
  const body = method === 'POST' ? await readBody(request) : null;
  const objects = env[options.object] as unknown as DurableObjectNamespace;
  const { search } = new URL(request.url);
  return forward(objects.get(objects.idFromName(scope)), `/${call}${search}`, {
    method,
    headers: call === 'live' ? socketHeaders(request.headers) : jsonHeaders,
    body,
  });
}

const jsonHeaders = { 'Content-Type': 'application/json' };

async function forward(
  object: DurableObjectStub,
  path: string,
  init: RequestInit,
): Promise<Response> {
  try {
    return await object.fetch(`https://hub.invalid${path}`, init);
  } catch (cause) {
    // It was moved, updated or overloaded while it answered: the same request may well succeed in a
    // moment.
    console.error(cause);
    throw new TidemarkError('unavailable');
  }
}

function isLive(request: Request): boolean {
  return request.headers.get('Upgrade') !== null;
}

function socketHeaders(headers: Headers): Headers {
  const kept = new Headers();
  for (const name of ['Upgrade', 'Sec-WebSocket-Protocol']) {
    const value = headers.get(name);
    if (value !== null) kept.set(name, value);
  }
  return kept;
}

// A caller that says nothing means the first.
function checkProtocol(headers: Headers): void {
  const version = headers.get('Tidemark-Protocol') ?? '1';
  if (version !== String(protocolVersion)) throw new TidemarkError('protocol_unsupported');
}

// Else any page could listen with the user's cookies.
function checkOrigin(request: Request, allowed: RoutesOptions<object>['cors']): void {
  const origin = request.headers.get('Origin');
  if (origin === null || allowed === '*' || allowed?.includes(origin)) return;
  // Not the scheme: what ends TLS in front of the Worker may show it another.
  if (origin.replace(/^https?:\/\//, '') !== new URL(request.url).host)
    throw new TidemarkError('forbidden', 'a page of this origin may not listen');
}

function methodNotAllowed(allowed: string): Response {
  const response = errorReply(new TidemarkError('method_not_allowed'));
  response.headers.set('Allow', allowed);
  return response;
}
