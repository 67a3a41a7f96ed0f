// The network between one device and the Worker, with everything that can happen to a request on
// the way: it serves the page's files, passes `/sync/*` on, and does to each call what the test's
// rules say. A rule is an action, how many calls it is for, and which; the first that fits a call
// is used. The actions:
// before the call never reaches the Worker after the Worker did it, the answer is lost
// half the connection breaks in the answer's middle truncate half the answer, looking like all of
// it
// answer this answer instead of the Worker's silence no answer, the connection stays open
// twice the Worker is sent it twice replay the answer to an earlier call of the same bytes
// hold the Worker's answer waits for `until` delay `ms` before and after the Worker
//   headers    passed on with these headers changed
// WebSockets are passed through; they can be cut, frozen (open, and nothing comes through any more)
// and refused.
import { once } from 'node:events';
import http from 'node:http';
import { extname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const types = { '.js': 'text/javascript', '.wasm': 'application/wasm' };
const pageHeaders = {
  'content-type': 'text/html; charset=utf-8',
  // As strict as the package allows: nothing from elsewhere, no eval, no inline script.
  'content-security-policy':
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; img-src data:",
};

/** `files`: path to text or bytes. `targetOf()`: the Worker's origin at this moment. */
export async function startFaultProxy(files, targetOf) {
  const proxy = new FaultProxy(files, targetOf);
  await proxy.listen();
  return proxy;
}

export class FaultProxy {
  /** Every call that came, in order: what it was and what became of it. */
  calls = [];
  /** The most calls that were under way at a time, WebSockets apart. */
  inFlightMax = 0;
  /** What becomes of new WebSockets: `pass`, `refuse`, `freeze`. */
  live = 'pass';
  /** How many WebSockets were opened, and those that are open. */
  livesOpened = 0;
  lives = new Set();
  #rules = [];
  #inFlight = 0;
  #answers = new Map();
  #server;
  #files;
  #targetOf;

  constructor(files, targetOf) {
    this.#files = files;
    this.#targetOf = targetOf;
    this.#server = http.createServer((request, response) => this.#request(request, response));
    this.#server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
  }

  async listen() {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    this.url = `http://localhost:${this.#server.address().port}`;
  }

  async close() {
    this.cutLive();
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  /**
   * Adds a rule. `times`: for so many calls; `after`: of those that fit, so many pass first;
   * `call`: only `pull`, `full` …
   */
  rule(kind, { times = 1, after = 0, call = null, ...how } = {}) {
    const rule = { kind, times, after, call, how, used: 0 };
    this.#rules.push(rule);
    return rule;
  }

  /** From now on everything passes. */
  clear() {
    this.#rules = [];
    this.live = 'pass';
  }

  cutLive() {
    for (const live of this.lives) live.cut();
  }

  /** What is open now stays open, and nothing comes through. */
  freezeLive() {
    for (const live of this.lives) live.freeze();
  }

  #ruleFor(call) {
    for (const rule of this.#rules) {
      if (rule.times <= 0 || (rule.call !== null && rule.call !== call)) continue;
      if (rule.after > 0) {
        rule.after--;
        continue;
      }
      rule.times--;
      rule.used++;
      return rule;
    }
    return null;
  }

  async #request(request, response) {
    const path = new URL(request.url, 'http://proxy').pathname;
    if (!path.startsWith('/sync/')) return this.#serve(path, response);
    // A browser sends a request again by itself if a connection that it used before breaks: a fault
    // must reach the client.
    response.setHeader('connection', 'close');
    this.inFlightMax = Math.max(this.inFlightMax, ++this.#inFlight);
    response.on('close', () => this.#inFlight--);
    const call = await this.#callOf(request, path);
    if (call === null) return;
    const rule = this.#ruleFor(call.name);
    call.fault = rule?.kind ?? null;
    this.calls.push(call);
    try {
      await this.#perform(call, rule, response);
    } catch {
      response.destroy(); // the Worker is gone
    }
  }

  #serve(path, response) {
    if (path === '/') return response.writeHead(200, pageHeaders).end(this.#files[path]);
    const file = this.#files[path];
    if (file === undefined) return response.writeHead(404).end();
    response.writeHead(200, { 'content-type': types[extname(path)] ?? 'text/plain' }).end(file);
  }

  async #callOf(request, path) {
    const chunks = [];
    try {
      for await (const chunk of request) chunks.push(chunk);
    } catch {
      return null; // the client gave up
    }
    const body = Buffer.concat(chunks);
    const { method, url, headers } = request;
    const call = { name: path.slice('/sync/'.length), method, url, headers, body, status: null };
    call.changes = changesOf(call);
    return call;
  }

  async #perform(call, rule, response) {
    const how = rule?.how ?? {};
    switch (rule?.kind) {
      case 'before':
        return response.destroy();
      case 'silence':
        return;
      case 'answer':
        call.status = how.status;
        return response.writeHead(how.status, how.headers ?? {}).end(how.body ?? '');
      case 'replay': {
        const earlier = this.#answers.get(nameOf(call));
        if (earlier === undefined) rule.used--;
        return deliver(earlier ?? (await this.#ask(call)), response);
      }
      case 'headers':
        return deliver(
          await this.#ask({ ...call, headers: { ...call.headers, ...how.headers } }, call),
          response,
        );
      case 'twice':
        await this.#ask(call);
        return deliver(await this.#ask(call), response);
      case 'after':
        await this.#ask(call);
        return response.destroy();
      case 'half':
        return breakInTheMiddle(await this.#ask(call), response);
      case 'truncate': {
        const { status, headers, body } = await this.#ask(call);
        return deliver({ status, headers, body: body.subarray(0, body.length >> 1) }, response);
      }
      case 'hold': {
        const answer = await this.#ask(call);
        how.onHeld?.();
        await how.until;
        return deliver(answer, response);
      }
      case 'delay': {
        await sleep(typeof how.ms === 'function' ? how.ms() : how.ms);
        const answer = await this.#ask(call);
        await sleep(typeof how.ms === 'function' ? how.ms() : how.ms);
        return deliver(answer, response);
      }
      default:
        return deliver(await this.#ask(call), response);
    }
  }

  /** Sends a call that was seen before once more, whatever the client does. */
  again(call) {
    return this.#ask(call);
  }

  async #ask(call, record = call) {
    const { method, url, headers, body } = call;
    const request = http.request(this.#targetOf() + url, { method, headers, agent: false });
    // An error after the reply began shows in its stream; one after its end, in the socket alone.
    request.on('error', () => {}).on('socket', (socket) => socket.on('error', () => {}));
    request.end(body);
    const [reply] = await once(request, 'response');
    const chunks = [];
    for await (const chunk of reply) chunks.push(chunk);
    record.status = reply.statusCode;
    const answer = {
      status: reply.statusCode,
      headers: headersOf(reply),
      body: Buffer.concat(chunks),
    };
    if (answer.status === 200) this.#answers.set(nameOf(call), answer);
    return answer;
  }

  #upgrade(request, socket, head) {
    socket.on('error', () => {});
    if (this.live === 'refuse') return socket.destroy();
    const live = { socket, upstream: null, cut: () => {}, freeze: () => {} };
    const drop = () => {
      socket.destroy();
      live.upstream?.destroy();
      this.lives.delete(live);
    };
    live.cut = drop;
    socket.on('close', drop);
    this.lives.add(live);
    if (this.live === 'freeze') return; // the handshake is never answered
    const pass = http.request(this.#targetOf() + request.url, {
      headers: request.headers,
      agent: false,
    });
    pass.on('error', drop);
    pass.on('response', (reply) => {
      socket.end(
        `HTTP/1.1 ${reply.statusCode} ${reply.statusMessage}\r\ncontent-length: 0\r\n\r\n`,
      );
      reply.resume();
    });
    pass.on('upgrade', (reply, upstream, upstreamHead) => {
      this.livesOpened++;
      live.upstream = upstream;
      const lines = [];
      for (let i = 0; i < reply.rawHeaders.length; i += 2)
        lines.push(`${reply.rawHeaders[i]}: ${reply.rawHeaders[i + 1]}`);
      socket.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join('\r\n')}\r\n\r\n`);
      socket.write(upstreamHead);
      upstream.write(head);
      upstream.on('error', drop).on('close', drop);
      socket.pipe(upstream);
      upstream.pipe(socket);
      live.freeze = () => {
        for (const [from, to] of [
          [socket, upstream],
          [upstream, socket],
        ]) {
          from.unpipe(to);
          from.resume();
        }
        upstream.removeListener('close', drop);
        live.cut = drop;
      };
    });
    pass.end();
  }
}

const nameOf = ({ method, url, body }) => `${method} ${url} ${body}`;

function changesOf({ method, body }) {
  if (method !== 'POST') return 0;
  try {
    return JSON.parse(body.toString()).changes.length;
  } catch {
    return 0;
  }
}

const hopByHop = new Set(['connection', 'keep-alive', 'transfer-encoding', 'content-length']);

function headersOf(reply) {
  return Object.fromEntries(Object.entries(reply.headers).filter(([name]) => !hopByHop.has(name)));
}

function deliver({ status, headers, body }, response) {
  response.writeHead(status, { ...headers, 'content-length': body.length }).end(body);
}

function breakInTheMiddle({ status, headers, body }, response) {
  response.writeHead(status, { ...headers, 'content-length': body.length });
  response.write(body.subarray(0, Math.max(1, body.length >> 1)), () => response.destroy());
}
