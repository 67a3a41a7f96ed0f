// Endpoints of every kind on this machine, for the tests of the transport: the first part of the
// path says which. Says on the first line of its output where it listens, then a line for each
// request; ends when its input does.
// usage: node server.mjs [--tls]
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import * as http from 'node:http';
import * as https from 'node:https';
import * as net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';

const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);

const change = {
  table: 'todos',
  id: '"k1"',
  stamp: '0192f1c3a4b5-0003-a1b2c3d4e5f60708',
  row: { title: 'Milk '.repeat(100) },
};
const pull = { changes: [change], cursor: 'e:7', more: false, fence: 0, serverTime: 5, hub: 'h' };
const hash = '00000000000000ff';
const replies = {
  '/pull': () => pull,
  '/push': (body) => ({
    results: body.changes.map(() => ({ outcome: 'applied' })),
    seq: 7,
    cursor: 'e:7',
    serverTime: 4,
  }),
  '/full': (body) => ({ push: replies['/push'](body), pull, serverTime: 6 }),
  '/losses': () => ({ losses: [{ ...change, n: 4, winner: change.stamp, at: 5 }], more: true }),
  '/digest': () => ({ cursor: 'e:7', count: 1, hash, records: [{ id: '7', hash }], serverTime: 1 }),
  '/meta': () => ({ hub: 'h', seq: 7, counts: { todos: { records: 1, tombstones: 2 } } }),
};

const json = (value, status = 200, headers = {}) => ({
  status,
  headers: { 'Content-Type': 'application/json', ...headers },
  body: Buffer.from(JSON.stringify(value)),
});
const page = (text, headers = {}) => ({ status: 200, headers, body: Buffer.from(text) });
const half = JSON.stringify(pull).slice(0, 200);
const errorOf = (code, message) => ({ error: { code, message, retryable: true, hint: '' } });
const inSeconds = (seconds) => new Date(Date.now() + seconds * 1_000).toUTCString();

/** Answers by kind: of the rest of the path's parts, and of what was asked. */
const kinds = {
  hub: (_, asked) => json(replies[asked.call](asked.json)),
  gzip: (_, asked) => {
    const whole = json(replies[asked.call](asked.json), 200, { 'Content-Encoding': 'gzip' });
    return { ...whole, body: gzipSync(whole.body) };
  },
  status: ([status]) => ({ status: Number(status), headers: {}, body: Buffer.alloc(0) }),
  error: ([status, code, message]) => json(errorOf(code, message), Number(status)),
  page: ([status]) => ({ ...page('<html>stack trace</html>'), status: Number(status) }),
  echo: (_, asked) => json(errorOf('bad_request', `you sent ${asked.headers.authorization}`), 400),
  words: ([length]) => json(errorOf('internal', 'é'.repeat(Number(length))), 500),
  retry: ([after]) => json({}, 429, { 'Retry-After': after }),
  retryAt: ([seconds]) => json({}, 503, { 'Retry-After': inSeconds(Number(seconds)) }),
  auth: ([token], asked) =>
    asked.headers.authorization === `Bearer ${token}` ? kinds.hub([], asked) : json({}, 401),
  portal: () => page('<!doctype html><title>Free Wi-Fi</title>', { 'Content-Type': 'text/html' }),
  empty: () => page(''),
  half: () => page(half),
  other: () => json({ ok: true }),
  bytes: () => page(Buffer.of(0xff, 0xfe)),
  redirect: ([status]) => ({
    ...page(''),
    status: Number(status),
    headers: { Location: '/hub/pull' },
  }),
  notGzip: () => page('not gzip', { 'Content-Encoding': 'gzip' }),
  long: ([bytes]) => page(Buffer.alloc(Number(bytes), ' ')),
  // Without a length, so that only its bytes tell.
  bomb: ([bytes]) => ({
    ...page(gzipSync(Buffer.alloc(Number(bytes), ' ')), { 'Content-Encoding': 'gzip' }),
    chunked: true,
  }),
  cut: () => ({ ...page(half, { 'Content-Length': '5000' }), ends: 'destroyed' }),
  cutChunk: () => ({ ...page(half), chunked: true, ends: 'destroyed' }),
  never: () => null,
  stall: () => ({ ...page(half), chunked: true, ends: 'never' }),
};

function send(answer, response) {
  if (answer === null) return;
  const { status, headers, body, chunked, ends } = answer;
  const length = chunked ? {} : { 'Content-Length': body.length };
  response.writeHead(status, { ...length, ...headers });
  if (ends === undefined) return response.end(body);
  response.write(body, () => ends === 'destroyed' && response.destroy());
}

let sockets = 0;
const numbers = new WeakMap();
const numberOf = (socket) => {
  if (!numbers.has(socket)) numbers.set(socket, ++sockets);
  return numbers.get(socket);
};

async function answer(request, response) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const sent = Buffer.concat(chunks);
  const { method, headers, socket } = request;
  const { pathname, search } = new URL(request.url, 'http://x');
  const [kind, ...rest] = pathname.slice(1).split('/').map(decodeURIComponent);
  const call = `/${rest.pop()}`;
  const text = String(headers['content-encoding'] === 'gzip' ? gunzipSync(sent) : sent);
  const asked = { method, call, query: search, headers, body: text, bytes: sent.length };
  const reply = kinds[kind](rest, { ...asked, json: text && JSON.parse(text) });
  say({ ...asked, socket: numberOf(socket), replyBytes: reply?.body.length ?? 0 });
  send(reply, response);
}

/** Passes on what is asked by a whole url, and tunnels. */
function proxyServer() {
  const server = http.createServer((request, response) => {
    say({ proxy: request.url, headers: request.headers });
    const { method, headers } = request;
    const onward = http.request(request.url, { method, headers }, (reply) => {
      response.writeHead(reply.statusCode, reply.headers);
      reply.pipe(response);
    });
    request.pipe(onward);
  });
  server.on('connect', (request, socket) => {
    say({ proxy: request.url, headers: request.headers });
    const [host, port] = request.url.split(':');
    const onward = net.connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      onward.pipe(socket).pipe(onward);
    });
    for (const end of [socket, onward]) end.on('error', () => onward.destroy());
  });
  return server;
}

/** Certificates that only this run knows, for these names. */
function certificate(folder, name, names) {
  const [key, cert] = [join(folder, `${name}.key`), join(folder, `${name}.pem`)];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const about = ['-subj', `/CN=${name}`, '-addext', `subjectAltName=${names}`, '-days', '2'];
  execFileSync('openssl', ['req', '-x509', ...curve, '-keyout', key, '-out', cert, ...about], {
    stdio: 'pipe',
  });
  return { key: readFileSync(key), cert: readFileSync(cert), path: cert };
}

const listening = (server) =>
  new Promise((done) => server.listen(0, '127.0.0.1', () => done(server.address().port)));

const at = {
  http: await listening(http.createServer(answer)),
  proxy: await listening(proxyServer()),
};
const folder = mkdtempSync(join(tmpdir(), 'tidemark-http-'));
process.on('exit', () => rmSync(folder, { recursive: true }));
if (process.argv.includes('--tls')) {
  const own = certificate(folder, 'localhost', 'DNS:localhost,IP:127.0.0.1');
  const others = certificate(folder, 'elsewhere', 'DNS:elsewhere.test');
  at.ca = own.path;
  at.https = await listening(https.createServer(own, answer));
  at.otherCa = others.path;
  at.other = await listening(https.createServer(others, answer));
}
say(at);
process.stdin.resume().on('end', () => process.exit());
