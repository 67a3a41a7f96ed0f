// The fetch transport when things go wrong, against a real server: each fault becomes the code
// that the engine acts on.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import type { TidemarkError } from '../../js/src/errors.js';
import { type FetchOptions, FetchTransport } from '../../js/src/transports/fetch.js';
import { errorOf, rejectionOf } from './support/errors.js';
import { pullReply } from './support/replies.js';
import { type Answer, sendJson, serve } from './support/server.js';

const secret = 'CANARY-9f1c';

/** How a pull fails there. The token must not be in anything that a user or a log may see. */
async function faultOf(answer: Answer, options: FetchOptions = {}, signal?: AbortSignal) {
  const { url } = await serve(answer);
  return faultAt(url, options, signal);
}

async function faultAt(
  url: string,
  options: FetchOptions = {},
  signal?: AbortSignal,
  token = secret,
) {
  const transport = new FetchTransport(url, () => token, undefined, options);
  const given = { refreshToken: false, signal: signal ?? new AbortController().signal };
  const error = await rejectionOf(transport.pull({ cursor: null }, given));
  expectNoSecret(error);
  return error;
}

function expectNoSecret(error: TidemarkError): void {
  expect(JSON.stringify(error)).not.toContain(secret);
  for (let each: unknown = error; each instanceof Error; each = each.cause)
    expect(`${each.message} ${each.stack}`).not.toContain(secret);
}

const text =
  (body: string, status = 200, headers: Record<string, string> = {}): Answer =>
  (_, response) => {
    response.writeHead(status, { 'Content-Type': 'text/html', ...headers });
    response.end(body);
  };
const never: Answer = () => {};
const stall: Answer = (_, response) => {
  response.writeHead(200, { 'Content-Type': 'application/json' });
  response.write('{"changes":[');
};

describe('a status', () => {
  const codes: [number, string, boolean][] = [
    [400, 'bad_request', false],
    [401, 'unauthorized', false],
    [402, 'bad_reply', true],
    [403, 'forbidden', false],
    [404, 'not_found', false],
    [405, 'method_not_allowed', false],
    [408, 'timeout', true],
    [409, 'bad_reply', true],
    [413, 'too_large', false],
    [418, 'bad_reply', true],
    [422, 'bad_request', false],
    [425, 'unavailable', true],
    [426, 'protocol_unsupported', false],
    [429, 'rate_limited', true],
    [500, 'internal', true],
    [502, 'unavailable', true],
    [503, 'unavailable', true],
    [504, 'unavailable', true],
    [511, 'unavailable', true],
    [599, 'unavailable', true],
    [304, 'bad_reply', true],
  ];

  test.each(codes)('%i is %s', async (status, code, retryable) => {
    const error = await faultOf((_, response) => response.writeHead(status).end());
    expect([error.code, error.retryable]).toEqual([code, retryable]);
  });

  test('decides, whatever the body says; the body explains', async () => {
    const body = {
      error: { code: 'internal', message: 'changes[3].stamp is no stamp', retryable: true },
    };
    const error = await faultOf(sendJson(body, 400));
    expect([error.code, error.retryable]).toEqual(['bad_request', false]);
    expect(error.message).toContain('400 changes[3].stamp is no stamp');
  });

  test.each([
    ['reset_required', 'reset_required', true],
    ['schema_outdated', 'schema_outdated', false],
    ['account_mismatch', 'account_mismatch', false],
    // No other is a reason for a conflict: one that halts sync must come from a hub that means it.
    ['unauthorized', 'bad_reply', true],
  ])('of a conflict says by its body why: %s', async (said, code, retryable) => {
    const error = await faultOf(sendJson({ error: { code: said, message: 'because' } }, 409));
    expect([error.code, error.retryable]).toEqual([code, retryable]);
    expect(error.message).toContain('409 because');
  });

  test.each([
    ['a page', text('<html>secret stack trace</html>', 500)],
    ['another JSON', sendJson({ error: 'secret stack trace' }, 500)],
    ['an unknown code', sendJson({ error: { code: 'x', message: 'secret stack trace' } }, 500)],
    ['null', sendJson(null, 500)],
    ['an array', sendJson([], 500)],
    ['nothing', text('', 500)],
  ])('with %s as its body is only a status', async (_, answer) => {
    const error = await faultOf(answer);
    expect([error.code, error.message]).toEqual(['internal', 'the endpoint failed: 500']);
  });
});

describe('Retry-After', () => {
  const wait = async (header: string) =>
    (await faultOf(sendJson({}, 429, { 'Retry-After': header }))).retryAfterMs;

  test('in seconds', async () => {
    expect(await wait('7')).toBe(7_000);
    expect(await wait('0')).toBe(0);
  });

  test('as a date', async () => {
    const ms = await wait(new Date(Date.now() + 90_000).toUTCString());
    expect(ms).toBeGreaterThan(80_000);
    expect(ms).toBeLessThanOrEqual(90_000);
  });

  test('in the past, or without sense, is none', async () => {
    expect(await wait(new Date(Date.now() - 90_000).toUTCString())).toBe(0);
    expect(await wait('soon')).toBe(0);
    expect(await wait('')).toBe(0);
  });

  test('is believed up to an hour', async () => {
    expect(await wait('99999999999')).toBe(3_600_000);
  });

  test('that is missing is none, also with 503', async () => {
    expect((await faultOf(sendJson({}, 429))).retryAfterMs).toBe(0);
    expect((await faultOf(sendJson({}, 503, { 'Retry-After': '3' }))).retryAfterMs).toBe(3_000);
  });
});

describe('a body', () => {
  const half = JSON.stringify(pullReply()).slice(0, 100);

  test.each([
    ['a captive portal answers', text('<!doctype html><title>Free Wi-Fi</title>')],
    ['is empty', text('')],
    ['is half a reply', text(half)],
    ['is another server’s JSON', sendJson({ ok: true })],
    ['is a text', sendJson('ok')],
    ['is no UTF-8', (_, response) => response.writeHead(200).end(Uint8Array.of(0xff, 0xfe))],
  ] as [string, Answer][])('that %s is a bad reply', async (_, answer) => {
    const error = await faultOf(answer);
    expect([error.code, error.retryable]).toEqual(['bad_reply', true]);
    expect(error.message.length).toBeLessThan(200);
  });

  test('of a login page behind a redirect is a bad reply', async () => {
    const error = await faultOf(({ path }, response) => {
      if (path === '/pull') response.writeHead(302, { Location: '/login' }).end();
      else response.writeHead(200).end('<html>');
    });
    expect(error.code).toBe('bad_reply');
  });

  test('cut off before its announced end is a network fault', async () => {
    const error = await faultOf((_, response) => {
      response.writeHead(200, { 'Content-Length': '5000' });
      response.write(half);
      setTimeout(() => response.destroy(), 20);
    });
    expect([error.code, error.retryable]).toEqual(['network', true]);
  });

  test('cut off in the middle of chunks is a network fault', async () => {
    const error = await faultOf((asked, response) => {
      stall(asked, response);
      setTimeout(() => response.destroy(), 20);
    });
    expect(error.code).toBe('network');
  });

  test('announced shorter than it is, is a bad reply', async () => {
    const body = JSON.stringify(pullReply());
    const error = await faultOf((_, response) => {
      response.writeHead(200, { 'Content-Length': '50', Connection: 'close' });
      response.write(body.slice(0, 50));
      response.end();
    });
    expect(error.code).toBe('bad_reply');
  });

  test('that is not the compression it says is a network fault', async () => {
    const error = await faultOf(text('not gzip', 200, { 'Content-Encoding': 'gzip' }));
    expect(error.code).toBe('network');
  });
});

describe('no answer', () => {
  test.each([
    ['at all', never],
    ['after half a body', stall],
  ])('%s in time is a timeout', async (_, answer) => {
    const error = await faultOf(answer, { timeoutMs: 60 });
    expect([error.code, error.retryable]).toEqual(['timeout', true]);
  });

  test('in time is a timeout even if memory was collected meanwhile', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const timer = setInterval(collect, 10);
    try {
      expect((await faultOf(never, { timeoutMs: 100 })).code).toBe('timeout');
    } finally {
      clearInterval(timer);
    }
  });

  test.each([
    ['before any answer', never],
    ['in the middle of one', stall],
  ])('after an abort %s is an end at once', async (_, answer) => {
    const abort = new AbortController();
    setTimeout(() => abort.abort(), 40);
    const begun = Date.now();
    const error = await faultOf(answer, {}, abort.signal);
    expect(error.code).toBe('network');
    expect(Date.now() - begun).toBeLessThan(5_000);
  });

  test('of a connection that is refused is a network fault', async () => {
    expect((await faultAt('http://127.0.0.1:1')).code).toBe('network');
  });

  test('of an address that is none is a network fault', async () => {
    expect((await faultAt('http://[nonsense')).code).toBe('network');
  });
});

describe('a token', () => {
  test.each([`${secret}\nX: y`, `${secret}\u0000`, `${secret}é漢`])(
    'that is no header value is a refusal that does not quote it: %j',
    async (token) => {
      const { url, asked } = await serve(never);
      expect((await faultAt(url, {}, undefined, token)).code).toBe('unauthorized');
      expect(asked).toEqual([]);
    },
  );

  test('in the address is refused at once, and not quoted', () => {
    for (const user of [`me:${secret}`, secret]) {
      const error = errorOf(() => new FetchTransport(`https://${user}@example.com/sync`));
      expect(error.code).toBe('bad_input');
      expectNoSecret(error);
    }
    expect(() => new FetchTransport('https://example.com/@me/sync')).not.toThrow();
    expect(() => new FetchTransport('/sync')).not.toThrow();
  });
});
