// What apps do with the handle that they pass to `open()`, and beside it: their own options,
// pragmas and transactions, other handles, and other programs that sync the same file.
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { open as openSync } from '../../js/src/sqlite.js';
import { type ContractTest, equal, rejects } from '../../js/src/testing/contract.js';
import { FakeNetwork } from '../js/support/fake-network.js';
import { ModelHub } from '../js/support/model-hub.js';
import { type Handle, type Open, rowsOf } from './libraries.js';

const schema = 'CREATE TABLE IF NOT EXISTS todos (id TEXT PRIMARY KEY, n INT, title TEXT)';
const tables = ['todos'];

/** Serves a model hub over HTTP. */
async function serve(hub: ModelHub): Promise<{ url: string; close(): void }> {
  const network = new FakeNetwork(hub);
  network.latencyMs = 0;
  const server = createServer(async (request, response) => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://hub');
    const options = { signal: new AbortController().signal, refreshToken: false };
    const answer = pathname.endsWith('full')
      ? network.full(JSON.parse(`${Buffer.concat(chunks)}`), options)
      : network.pull(pullOf(searchParams), options);
    response.setHeader('Content-Type', 'application/json');
    response.end(JSON.stringify(await answer));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close };
}

function pullOf(query: URLSearchParams) {
  const node = query.get('node');
  const limit = query.get('limit');
  return {
    ...{ cursor: query.get('cursor'), schema: 1, tables },
    ...(limit !== null && { limit: Number(limit) }),
    ...(node !== null && { node }),
  };
}

/** Syncs a file as any program does, until it is told to end: see `program` in tests.ts. */
export async function syncFile(handle: Handle, url: string, name: string, rows: number) {
  const sync = await connect(handle, url);
  for (let i = 0; i < rows; i++) {
    write(handle, `INSERT INTO todos VALUES ('${name}${i}', ${i}, '${name}')`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return sync;
}

/** Whatever the handle does where another program writes: the store waits for its own turn. */
function write(handle: Handle, sql: string): void {
  const [before] = rowsOf(handle, 'PRAGMA busy_timeout');
  handle.exec('PRAGMA busy_timeout = 5000');
  handle.exec(sql);
  handle.exec(`PRAGMA busy_timeout = ${Object.values(before ?? {})[0]}`);
}

const connect = (handle: Handle, url: string) =>
  openSync({ db: handle, url, tables, transport: { paths: { live: null, losses: null } } });

async function until(what: string, check: () => boolean): Promise<void> {
  for (let i = 0; i < 400 && !check(); i++) await new Promise((done) => setTimeout(done, 50));
  equal(check(), true, what);
}

export function handleTests(
  freshPath: () => string,
  open: Open,
  program: (path: string, url: string) => string[],
): ContractTest[] {
  const test = (
    name: string,
    run: (hub: ModelHub, url: string) => Promise<void>,
  ): ContractTest => ({
    name,
    run: async () => {
      const hub = new ModelHub();
      const { url, close } = await serve(hub);
      await run(hub, url).finally(close);
    },
  });

  return [
    test("a transaction of the app's: not begun within it, waited for later", async (hub, url) => {
      const handle = open(freshPath());
      handle.exec(`${schema}; BEGIN; INSERT INTO todos VALUES ('a', 1, 'Milk')`);
      await rejects(connect(handle, url), 'store_failed', 'open');
      handle.exec('COMMIT');
      const sync = await connect(handle, url);
      await sync.flush();
      handle.exec(`BEGIN; INSERT INTO todos VALUES ('b', 2, 'Bread')`);
      await new Promise((resolve) => setTimeout(resolve, 300));
      handle.exec('ROLLBACK');
      handle.exec(`BEGIN; INSERT INTO todos VALUES ('c', 3, 'Tea')`);
      await new Promise((resolve) => setTimeout(resolve, 300));
      handle.exec('COMMIT');
      await until('sent', () => Object.keys(hub.view()).length === 2);
      equal(Object.keys(hub.view()).sort(), ['todos "a"', 'todos "c"'], 'what was committed');
      await sync.close();
      handle.close();
    }),

    test('options and pragmas of the app stay as they are', async (hub, url) => {
      const handle = open(freshPath(), {
        ...{ readBigInts: true, returnArrays: true, allowBareNamedParameters: false },
        ...{ enableForeignKeyConstraints: true },
      });
      const pragmas = 'foreign_keys recursive_triggers case_sensitive_like'.split(' ');
      // better-sqlite3 asks for them another way.
      if ('defaultSafeIntegers' in handle) handle.defaultSafeIntegers(true);
      handle.exec(`${schema}; ${pragmas.map((name) => `PRAGMA ${name} = ON`).join('; ')}`);
      handle.exec('CREATE TABLE notes (id TEXT PRIMARY KEY, todo TEXT REFERENCES todos)');
      const sync = await connect(handle, url);
      handle.exec(`INSERT INTO todos VALUES ('a', 9007199254740993, 'Milk')`);
      await sync.flush();
      equal(
        hub.view(),
        { 'todos "a"': { id: 'a', n: { '$tm:bigint': '9007199254740993' }, title: 'Milk' } },
        'sent',
      );
      let refused = false;
      try {
        handle.exec(`INSERT INTO notes VALUES ('n', 'missing')`);
      } catch {
        refused = true;
      }
      equal(refused, true, 'foreign keys are on');
      const [row] = rowsOf(handle, 'SELECT n FROM todos');
      equal(Object.values(row ?? {})[0] === 9007199254740993n, true, 'bigints, as the app reads');
      await sync.close();
      handle.close();
    }),

    test('a second handle of the app writes while the first one syncs', async (hub, url) => {
      const path = freshPath();
      const other = open(path);
      other.exec(`PRAGMA journal_mode = WAL; ${schema}`);
      const handle = open(path);
      const sync = await connect(handle, url);
      for (let i = 0; i < 50; i++) {
        other.exec(`INSERT INTO todos VALUES ('o${i}', ${i}, 'x')`);
        handle.exec(`INSERT INTO todos VALUES ('h${i}', ${i}, 'x')`);
        if (i % 10 === 0) await sync.flush();
      }
      await until('sent', () => Object.keys(hub.view()).length === 100);
      other.close();
      await sync.close();
      handle.close();
    }),

    test('two processes sync one file: all that both write is sent', async (hub, url) => {
      const path = freshPath();
      const handle = open(path);
      handle.exec(`PRAGMA journal_mode = WAL; ${schema}`);
      const [command = '', ...args] = program(path, url);
      const child = spawn(command, args, { stdio: ['pipe', 'inherit', 'inherit'] });
      const ended = new Promise<number | null>((resolve) => child.on('exit', resolve));
      const sync = await syncFile(handle, url, 'parent', 100);
      await until('sent', () => Object.keys(hub.view()).length === 200);
      await sync.flush();
      child.stdin.end();
      equal(await ended, 0, 'the other ended');
      equal((await sync.deadLetters()).length, 0, 'letters');
      equal(sync.status.value.pending, 0, 'pending');
      await sync.close();
      handle.close();
    }),
  ];
}
