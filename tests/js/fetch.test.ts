// The fetch transport against a real server: what a request looks like, for any endpoint's
// paths, headers and tokens.
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { FetchTransport } from '../../js/src/transports/fetch.js';
import type { FullRequest } from '../../js/src/wire.js';
import { rejectionOf } from './support/errors.js';
import { fullReply, pullReply, pushReply, stampA, stampB, wholeChange } from './support/replies.js';
import { type Answer, jsonOf, sendJson, serve } from './support/server.js';

const options = { refreshToken: false, signal: new AbortController().signal };
const changes = Array.from({ length: 5 }, (_, i) => ({ ...wholeChange, id: `${i}` }));
const request: FullRequest = {
  device: 'phone',
  node: 'a1b2c3d4e5f60708',
  schema: 3,
  cursor: 'e:1',
  changes,
  pull: { limit: 10, tables: ['todos'] },
};

/** Answers each call with a valid reply. */
const hub: Answer = (asked, response) => {
  if (asked.path.endsWith('/full')) sendJson(fullReply())(asked, response);
  else if (asked.method === 'POST') sendJson(pushReply())(asked, response);
  else sendJson(pullReply())(asked, response);
};

describe('a pull', () => {
  test('names the cursor, the limit, the tables and the node', async () => {
    const { url, asked } = await serve(hub);
    const transport = new FetchTransport(`${url}/sync/`);
    const pull = { cursor: 'e:1&x=é', limit: 50, tables: ['a', 'b,c', '100%'], node: 'a1' };
    expect(await transport.pull(pull, options)).toEqual(pullReply());
    const [{ method, path, query, headers, body }] = asked as [(typeof asked)[number]];
    expect([method, path, body.length]).toEqual(['GET', '/sync/pull', 0]);
    expect(Object.fromEntries(query)).toEqual({
      cursor: 'e:1&x=é',
      limit: '50',
      tables: 'a,b%2Cc,100%25',
      node: 'a1',
    });
    expect(query.get('tables')?.split(',').map(decodeURIComponent)).toEqual(pull.tables);
    expect(headers['tidemark-protocol']).toBe('1');
    expect(headers.authorization).toBe(undefined);
    expect(headers['tidemark-scope']).toBe(undefined);
  });

  test('from the beginning has no cursor', async () => {
    const { url, asked } = await serve(hub);
    await new FetchTransport(url).pull({ cursor: null }, options);
    expect(asked[0]?.query.size).toBe(0);
  });

  test('reads a compressed reply', async () => {
    const { url } = await serve((_, response) => {
      response.writeHead(200, { 'Content-Encoding': 'gzip' });
      response.end(gzipSync(JSON.stringify(pullReply())));
    });
    expect(await new FetchTransport(url).pull({ cursor: null }, options)).toEqual(pullReply());
  });
});

describe('a full', () => {
  test('is one request with push and pull', async () => {
    const { url, asked } = await serve(hub);
    expect(await new FetchTransport(url).full(request, options)).toEqual(fullReply());
    expect(asked).toHaveLength(1);
    expect([asked[0]?.method, asked[0]?.path]).toEqual(['POST', '/full']);
    expect(asked[0]?.headers['content-type']).toBe('application/json');
    expect(jsonOf(asked[0] as never)).toEqual(request);
  });

  test('is push, then pull, where the endpoint has no such call', async () => {
    const { url, asked } = await serve(hub);
    const transport = new FetchTransport(url, undefined, undefined, { paths: { full: null } });
    const reply = await transport.full(request, options);
    expect(reply).toEqual({
      push: pushReply(),
      pull: pullReply(),
      serverTime: pullReply().serverTime,
    });
    expect(asked.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'POST /push',
      'GET /pull',
    ]);
    const { pull: _, ...body } = request;
    expect(jsonOf(asked[0] as never)).toEqual(body);
    expect(Object.fromEntries(asked[1]?.query ?? [])).toEqual({
      cursor: 'e:1',
      limit: '10',
      tables: 'todos',
      node: request.node,
      schema: '3',
    });
  });

  test('without such a call ends at a push that fails', async () => {
    const { url, asked } = await serve(sendJson({}, 503));
    const transport = new FetchTransport(url, undefined, undefined, { paths: { full: null } });
    expect((await rejectionOf(transport.full(request, options))).code).toBe('unavailable');
    expect(asked).toHaveLength(1);
  });

  test('is compressed if the endpoint understands that, and it is large', async () => {
    const { url, asked } = await serve(hub);
    const title = 'milk '.repeat(1_000);
    const large = { ...request, changes: changes.map((each) => ({ ...each, row: { title } })) };
    await new FetchTransport(url, undefined, undefined, { gzip: true }).full(large, options);
    await new FetchTransport(url, undefined, undefined, { gzip: true }).full(
      { ...request, changes },
      options,
    );
    await new FetchTransport(url).full(large, options);
    expect(asked.map(({ headers }) => headers['content-encoding'])).toEqual([
      'gzip',
      undefined,
      undefined,
    ]);
    const [{ body }] = asked as [(typeof asked)[number]];
    expect(body.length).toBeLessThan(2_000);
    expect(jsonOf({ ...asked[0], body: gunzipSync(body) } as never)).toEqual(large);
  });
});

describe('options', () => {
  test('give any paths, a query in them included', async () => {
    const { url, asked } = await serve((each, response) =>
      each.method === 'GET'
        ? sendJson(pullReply())(each, response)
        : sendJson(fullReply())(each, response),
    );
    const paths = { full: '/sync/everything', pull: '/changes?app=7' };
    const transport = new FetchTransport(`${url}/api`, undefined, undefined, { paths });
    await transport.full(request, options);
    await transport.pull({ cursor: 'e:1' }, options);
    expect(asked.map(({ path }) => path)).toEqual(['/api/sync/everything', '/api/changes']);
    expect(Object.fromEntries(asked[1]?.query ?? [])).toEqual({ app: '7', cursor: 'e:1' });
  });

  test('give headers, a scope and credentials', async () => {
    const { url, asked } = await serve(hub);
    const inits: RequestInit[] = [];
    const transport = new FetchTransport(url, undefined, 'household-1', {
      headers: { 'X-App': 'todo', 'Tidemark-Protocol': '9' },
      credentials: 'include',
      fetch: (input, init) => {
        inits.push(init as RequestInit);
        return fetch(input, init);
      },
    });
    await transport.pull({ cursor: null }, options);
    expect(asked[0]?.headers).toMatchObject({
      'x-app': 'todo',
      'tidemark-scope': 'household-1',
      'tidemark-protocol': '1',
    });
    expect(inits.map(({ credentials }) => credentials)).toEqual(['include']);
  });
});

describe('what a bare endpoint lacks', () => {
  const loss = {
    ...{ n: 4, table: 'todos', id: '"k"', stamp: stampA, winner: stampB, at: 5 },
    row: { title: 'Milk' },
  };
  const zero = '0'.repeat(16);
  const digest = { cursor: 'e:7', count: 0, hash: zero, records: [], serverTime: 1 };
  const counts = { todos: { records: 1, tombstones: 0 } };
  const full: Answer = (asked, response) => {
    if (asked.path === '/losses') sendJson({ losses: [loss], more: false })(asked, response);
    else if (asked.path === '/digest') sendJson(digest)(asked, response);
    else sendJson({ counts })(asked, response);
  };

  test('is asked for as the protocol says', async () => {
    const { url, asked } = await serve(full);
    const transport = new FetchTransport(url);
    const losses = await transport.losses({ after: 3, hub: 'h', schema: 2 }, options);
    expect(losses).toEqual({ losses: [loss], more: false });
    const about = { table: 'todos', prefix: 'a0', hub: 'h' };
    expect(await transport.digest(about, options)).toEqual(digest);
    expect((await transport.meta({ hub: 'h' }, options)).counts).toEqual(counts);
    expect(asked.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'GET /losses',
      'POST /digest',
      'GET /meta',
    ]);
    const query = Object.fromEntries(asked[0]?.query ?? []);
    expect(query).toEqual({ after: '3', hub: 'h', schema: '2' });
    expect(jsonOf(asked[1] as never)).toEqual(about);
  });

  test('is not found where the app says so, and nothing is sent', async () => {
    const { url, asked } = await serve(full);
    const paths = { losses: null, digest: null, meta: null };
    const transport = new FetchTransport(url, undefined, undefined, { paths });
    for (const call of [
      () => transport.losses({ after: 0 }, options),
      () => transport.digest({ table: 't', prefix: '' }, options),
      () => transport.meta({}, options),
    ])
      expect((await rejectionOf(call())).code).toBe('not_found');
    expect(asked).toEqual([]);
  });

  test('is checked before it is believed', async () => {
    const { url } = await serve(sendJson({ portal: true }));
    const transport = new FetchTransport(url);
    for (const call of [
      () => transport.losses({ after: 0 }, options),
      () => transport.digest({ table: 't', prefix: '' }, options),
      () => transport.meta({}, options),
    ])
      expect((await rejectionOf(call())).code).toBe('bad_reply');
  });
});

test('the bytes of bodies are counted, as sent', async () => {
  const { url, asked } = await serve(hub);
  const transport = new FetchTransport(url, undefined, undefined, { gzip: true });
  const traffic = { sent: 0, received: 0 };
  await transport.full(request, { ...options, traffic });
  expect(traffic.sent).toBe(asked[0]?.body.length);
  expect(traffic.received).toBe(JSON.stringify(fullReply()).length);
});

test('a full of nothing is only a pull where the endpoint has no such call', async () => {
  const { url, asked } = await serve(hub);
  const transport = new FetchTransport(url, undefined, undefined, { paths: { full: null } });
  const records = [{ table: 'todos', id: '"k"' }];
  const pull = { own: true as const, known: 'e:0' };
  const reply = await transport.full({ ...request, changes: [], records, pull }, options);
  expect([reply.push.results, reply.records]).toEqual([[], undefined]);
  expect(asked.map(({ method, path }) => `${method} ${path}`)).toEqual(['GET /pull']);
  // Nothing is to be left out, so it does not say whose the writes are.
  expect(Object.fromEntries(asked[0]?.query ?? [])).toEqual({
    cursor: 'e:1',
    known: 'e:0',
    schema: '3',
  });
});

describe('a token', () => {
  test('is asked for before each request, and anew after a refusal', async () => {
    const { url, asked } = await serve(hub);
    const refreshes: boolean[] = [];
    const transport = new FetchTransport(url, async ({ refresh }) => {
      refreshes.push(refresh);
      return `t${refreshes.length}`;
    });
    await transport.pull({ cursor: null }, options);
    await transport.pull({ cursor: null }, { ...options, refreshToken: true });
    await transport.full(request, options);
    expect(refreshes).toEqual([false, true, false]);
    const sent = asked.map(({ headers }) => headers.authorization);
    expect(sent).toEqual(['Bearer t1', 'Bearer t2', 'Bearer t3']);
  });

  test('that the app does not have is a refusal, and nothing is sent', async () => {
    const { url, asked } = await serve(hub);
    const transport = new FetchTransport(url, () => null);
    const error = await rejectionOf(transport.pull({ cursor: null }, options));
    expect([error.code, error.retryable]).toEqual(['unauthorized', false]);
    expect(asked).toEqual([]);
  });

  test('that the app could not get is tried again later', async () => {
    const { url, asked } = await serve(hub);
    const fail = () => {
      throw new Error('the identity provider is down');
    };
    const transport = new FetchTransport(url, fail);
    const error = await rejectionOf(transport.pull({ cursor: null }, options));
    expect([error.code, error.retryable]).toEqual(['unavailable', true]);
    expect(asked).toEqual([]);
  });
});
