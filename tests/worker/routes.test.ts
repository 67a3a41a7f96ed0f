// The Worker in front: who may come in, from where, with what, and how it is refused.
// tidy: long, because the routes are one table of cases
import { createExecutionContext, env, SELF } from 'cloudflare:test';
import { describe, expect, test } from 'vitest';
import { TidemarkError } from '../../js/src/errors.js';
import { routes } from '../../js/src/worker.js';
import { at, base, Device, newScope, whole } from './device.js';

const json = { 'Content-Type': 'application/json' };
const limitBytes = 4 * 1024 * 1024;

/** A reply as far as errors go, checked for their form. */
async function error(response: Response): Promise<[number, string]> {
  const body = (await response.json()) as { error: Record<string, unknown> };
  expect(Object.keys(body)).toEqual(['error']);
  expect(body.error).toEqual({
    code: expect.any(String),
    message: expect.any(String),
    retryable: expect.any(Boolean),
    hint: expect.any(String),
  });
  expect(response.headers.get('Cache-Control')).toBe('no-store');
  return [response.status, body.error.code as string];
}

describe('auth', () => {
  const status = async (headers: Record<string, string>) =>
    error(await SELF.fetch(`${base}/meta`, { headers }));

  test('nobody known: 401, on every call', async () => {
    expect(await status({})).toEqual([401, 'unauthorized']);
    for (const call of ['push', 'full', 'digest']) {
      const response = await SELF.fetch(`${base}/${call}`, {
        method: 'POST',
        headers: json,
        body: '{}',
      });
      expect(response.headers.get('WWW-Authenticate')).toBe('Bearer');
      expect(await error(response)).toEqual([401, 'unauthorized']);
    }
    for (const call of ['pull', 'losses', 'live'])
      expect(await error(await SELF.fetch(`${base}/${call}`))).toEqual([401, 'unauthorized']);
  });

  test("another's scope: 403, and nothing was changed", async () => {
    const [mine, theirs] = [new Device(), new Device()];
    for (const headers of [{ 'Tidemark-Scope': theirs.scope }, { 'Tidemark-Scope': '' }])
      for (const call of ['push', 'pull', 'full', 'meta', 'digest', 'losses']) {
        const post = /push|full|digest/.test(call);
        const body = JSON.stringify({ ...mine.request([whole('a', at(1), {})]), pull: {} });
        const init = post ? { method: 'POST', body } : {};
        const response = await mine.fetch(call, { ...init, headers });
        expect(await error(response)).toEqual([403, 'forbidden']);
      }
    expect((await theirs.meta()).seq).toBe(0);
  });

  test('of several scopes the first, or the one named; a query names none', async () => {
    const [one, two] = [new Device(), new Device()];
    await two.push(whole('a', at(1), {}));
    const both = { Authorization: `Bearer ${one.scope}+${two.scope}` };
    const seq = async (path: string, headers = {}) => {
      const response = await one.fetch(path, { headers: { ...both, ...headers } });
      return ((await response.json()) as { seq: number }).seq;
    };
    expect(await seq('meta')).toBe(0);
    expect(await seq('meta', { 'Tidemark-Scope': two.scope })).toBe(1);
    expect(await seq(`meta?scope=${two.scope}`)).toBe(0);
  });

  test('nobody has a scope: 403', async () => {
    const app = routes<typeof env>({ object: 'SYNC', auth: () => ({ user: 'u', scopes: [] }) });
    expect(await error(await app.fetch(new Request(`${base}/meta`), env))).toEqual([
      403,
      'forbidden',
    ]);
  });

  test('a hook that throws: 500, and not a word of why', async () => {
    const response = await SELF.fetch(`${base}/meta`, {
      headers: { Authorization: 'Bearer throws' },
    });
    expect(await response.clone().text()).not.toContain('secret');
    expect(await error(response)).toEqual([500, 'internal']);
  });

  test('nor of a fault of ours that has a code', async () => {
    const app = routes<typeof env>({
      object: 'SYNC',
      auth: () => {
        throw new TidemarkError('engine_failed', 'secret');
      },
    });
    const response = await app.fetch(new Request(`${base}/meta`), env);
    expect(await response.clone().text()).not.toContain('secret');
    expect(await error(response)).toEqual([500, 'internal']);
  });

  test('the hook sees the call and its headers, may answer later, and never the body', async () => {
    const seen: unknown[] = [];
    const app = routes<typeof env>({
      object: 'SYNC',
      auth: async (request, given) => {
        seen.push(request.method, request.url, request.headers.get('Cookie'), request.body);
        expect(given).toBe(env);
        return null;
      },
    });
    const headers = { ...json, Cookie: 'session=1' };
    const request = new Request(`${base}/push`, { method: 'POST', headers, body: '{}' });
    await app.fetch(request, env);
    expect(seen).toEqual(['POST', `${base}/push`, 'session=1', null]);
  });
});

describe('paths', () => {
  test('unknown ones: 404', async () => {
    const device = new Device();
    for (const path of ['', 'pushy', 'push/', 'push/more', '../push', '__proto__', 'constructor'])
      expect([path, ...(await error(await device.fetch(path)))]).toEqual([path, 404, 'not_found']);
    expect(await error(await SELF.fetch('https://hub.example/'))).toEqual([404, 'not_found']);
  });

  test('wrong methods: 405, and which is right', async () => {
    const device = new Device();
    const wrong = {
      push: 'GET',
      full: 'PUT',
      digest: 'GET',
      pull: 'POST',
      losses: 'POST',
      meta: 'DELETE',
      live: 'POST',
    };
    for (const [call, method] of Object.entries(wrong)) {
      const response = await device.fetch(call, { method });
      expect(response.headers.get('Allow')).toBe(/push|full|digest/.test(call) ? 'POST' : 'GET');
      expect(await error(response)).toEqual([405, 'method_not_allowed']);
    }
  });

  test.each([
    [undefined, '/sync/meta'],
    ['/api/sync', '/api/sync/meta'],
    ['api/', '/api/meta'],
    ['/', '/meta'],
    ['', '/meta'],
  ])('under prefix %s', async (prefix, path) => {
    const auth = () => ({ user: 'u', scopes: [newScope()] });
    const options = prefix === undefined ? {} : { prefix };
    const app = routes<typeof env>({ object: 'SYNC', auth, ...options });
    const fetched = (at: string) => app.fetch(new Request(`https://hub.example${at}`), env);
    expect((await fetched(path)).status).toBe(200);
    expect((await fetched(`/other${path}`)).status).toBe(404);
  });

  test('it is a handler as a Worker exports one', async () => {
    const app: ExportedHandler<typeof env> = routes<typeof env>({
      object: 'SYNC',
      auth: () => null,
    });
    const request = new Request(`${base}/meta`) as Request<unknown, IncomingRequestCfProperties>;
    expect((await app.fetch?.(request, env, createExecutionContext()))?.status).toBe(401);
  });

  test('an object that fails: 503, to be tried again', async () => {
    const broken = {
      SYNC: {
        idFromName: () => '',
        get: () => ({ fetch: () => Promise.reject(new Error('reset')) }),
      },
    };
    const app = routes<typeof broken>({
      object: 'SYNC',
      auth: () => ({ user: 'u', scopes: ['s'] }),
    });
    const response = await app.fetch(new Request(`${base}/meta`), broken);
    expect(await error(response)).toEqual([503, 'unavailable']);
  });
});

describe('the protocol', () => {
  test('its version may be named; another is refused', async () => {
    const device = new Device();
    const status = (version: string) =>
      device.fetch('meta', { headers: { 'Tidemark-Protocol': version } });
    expect((await status('1')).status).toBe(200);
    for (const version of ['2', '', '1.0', 'one'])
      expect(await error(await status(version))).toEqual([426, 'protocol_unsupported']);
  });

  test('replies are not to be kept', async () => {
    for (const call of ['meta', 'pull'])
      expect((await new Device().fetch(call)).headers.get('Cache-Control')).toBe('no-store');
  });
});

describe('CORS', () => {
  const origin = 'https://app.example';
  const preflight = (from: string) =>
    SELF.fetch(`${base}/push`, {
      method: 'OPTIONS',
      headers: { Origin: from, 'Access-Control-Request-Method': 'POST' },
    });

  test('an origin of the list may call, with cookies and all headers', async () => {
    const response = await preflight(origin);
    expect(response.status).toBe(204);
    const of = (name: string) => response.headers.get(`Access-Control-${name}`);
    expect(of('Allow-Origin')).toBe(origin);
    expect(of('Allow-Credentials')).toBe('true');
    expect(of('Allow-Methods')).toBe('GET,POST');
    expect(of('Allow-Headers')?.toLowerCase().split(',').sort()).toEqual([
      'authorization',
      'content-encoding',
      'content-type',
      'tidemark-protocol',
      'tidemark-scope',
    ]);
    expect(response.headers.get('Vary')).toContain('Origin');
  });

  test('its pages can read the replies, errors among them', async () => {
    const device = new Device();
    for (const [path, authorization, expected] of [
      ['meta', `Bearer ${device.scope}`, 200],
      ['meta', '', 401],
      ['what', '', 404],
      ['meta', 'Bearer throws', 500],
    ] as const) {
      const headers = { Origin: origin, Authorization: authorization };
      const response = await SELF.fetch(`${base}/${path}`, { headers });
      expect(response.status).toBe(expected);
      expect(response.headers.get('Access-Control-Allow-Origin')).toBe(origin);
      expect(response.headers.get('Access-Control-Expose-Headers')).toContain('Retry-After');
      await response.arrayBuffer();
    }
  });

  test('another origin may not', async () => {
    for (const from of ['https://evil.example', 'https://app.example.evil.example', 'null']) {
      const response = await preflight(from);
      expect(response.headers.get('Access-Control-Allow-Origin')).toBeNull();
      const reply = await new Device().fetch('meta', { headers: { Origin: from } });
      expect(reply.headers.get('Access-Control-Allow-Origin')).toBeNull();
    }
  });

  test('any origin, without cookies; or none at all', async () => {
    const request = new Request(`${base}/meta`, { headers: { Origin: 'https://x.example' } });
    const auth = () => null;
    const any = await routes<typeof env>({ object: 'SYNC', auth, cors: '*' }).fetch(request, env);
    expect(any.headers.get('Access-Control-Allow-Origin')).toBe('*');
    expect(any.headers.get('Access-Control-Allow-Credentials')).toBeNull();
    const none = await routes<typeof env>({ object: 'SYNC', auth }).fetch(request, env);
    expect(none.headers.get('Access-Control-Allow-Origin')).toBeNull();
  });
});

describe('bodies', () => {
  const device = new Device();
  const post = (body: BodyInit, headers: Record<string, string> = json) =>
    device.fetch('push', { method: 'POST', body, headers });
  const valid = () => JSON.stringify(device.request([]));
  const padded = (bytes: number) => valid().padEnd(bytes, ' ');
  const stream = (text: string) => new Blob([text]).stream();
  const gzip = (text: string) =>
    new Response(stream(text).pipeThrough(new CompressionStream('gzip'))).arrayBuffer();

  test.each([-1, 0, 1])('of the limit %i bytes', async (more) => {
    for (const body of [padded(limitBytes + more), stream(padded(limitBytes + more))]) {
      const response = await post(body);
      if (more <= 0) expect(response.status).toBe(200);
      else expect(await error(response)).toEqual([413, 'too_large']);
    }
  });

  test.each([-1, 0, 1])('gzipped, of the limit %i bytes when they are not', async (more) => {
    const body = await gzip(padded(limitBytes + more));
    const response = await post(body, { ...json, 'Content-Encoding': 'gzip' });
    if (more <= 0) expect(response.status).toBe(200);
    else expect(await error(response)).toEqual([413, 'too_large']);
  });

  test('that are not what they are said to be', async () => {
    const refused = async (body: BodyInit, headers?: Record<string, string>) => {
      expect(await error(await post(body, headers))).toEqual([400, 'bad_request']);
    };
    await refused(valid(), { 'Content-Type': 'text/plain' });
    await refused(valid(), { 'Content-Type': 'application/jsonx' });
    await refused(new Uint8Array(), { 'Content-Type': '' });
    await refused('');
    await refused('{');
    await refused('hello');
    await refused(new Uint8Array([0x22, 0xff, 0x22]));
    await refused(valid(), { ...json, 'Content-Encoding': 'br' });
    expect(
      (await post(valid(), { 'Content-Type': 'Application/JSON; charset=utf-8' })).status,
    ).toBe(200);
  });

  test('that never end are left at the limit', async () => {
    let chunks = 0;
    const endless = new ReadableStream({
      async pull(controller) {
        // A second defence, or a hub that reads on would take the tests with it.
        if (++chunks > 100) controller.error(new Error('read on'));
        else controller.enqueue(new Uint8Array(1024 * 1024));
      },
    });
    const app = routes<typeof env>({ object: 'SYNC', auth: () => ({ user: 'u', scopes: ['u'] }) });
    const init = { method: 'POST', headers: json, body: endless };
    const response = await app.fetch(new Request(`${base}/push`, init), env);
    expect(await error(response)).toEqual([413, 'too_large']);
    expect(chunks).toBeLessThan(20);
  });

  test('gzipped ones that are broken', async () => {
    // workerd reports a broken gzip as unhandled wherever it is caught: cloudflare/workerd#6061.
    const listeners = process.listeners('unhandledRejection');
    process.removeAllListeners('unhandledRejection');
    const zipped = new Uint8Array(await gzip(valid()));
    for (const body of [valid(), zipped.slice(0, -9), zipped.slice(0, 3), new Uint8Array()]) {
      const response = await post(body, { ...json, 'Content-Encoding': 'gzip' });
      expect(await error(response)).toEqual([400, 'bad_request']);
    }
    for (const listener of listeners) process.on('unhandledRejection', listener);
  });

  test('are not read before the caller is known', async () => {
    const body = stream('x'.repeat(limitBytes * 2));
    const response = await post(body, { ...json, Authorization: ' ' });
    expect(response.status).toBe(401);
    await response.arrayBuffer();
  });
});
