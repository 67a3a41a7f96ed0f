// The README is a promise: each of its snippets is executed as it stands, between stubs of what it
// leaves to the reader.
// usage: node tests/readme/run.mjs
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { Miniflare } from 'miniflare';
import { launchBrowser } from '../../scripts/lib/browser.mjs';
import { pageOptions } from '../../scripts/lib/build-example.mjs';
import { node22 } from '../../scripts/lib/node22.mjs';
import { inRoot } from '../../scripts/lib/paths.mjs';
import { startWorker } from '../../scripts/lib/worker-server.mjs';
import { readSnippets } from './snippets.mjs';

const run = promisify(execFile);
const snippets = readSnippets();
/** The texts of those that a test took. */
const used = new Set();
const only = (language, mark) => {
  const found = snippets.filter((it) => it.language === language && it.code.includes(mark));
  assert.equal(found.length, 1, `one ${language} snippet with ${mark}`);
  used.add(found[0].code);
  return found[0].code;
};

async function webSnippet(folder) {
  const page = `${folder}/page`;
  await mkdir(page);
  const source = `
    const getJwt = () => 'reader';
    const showBadge = (...badge) => { globalThis.badge = badge; };
    ${only('ts', 'tidemark/dexie')}
    ${only('ts', 'sync.losses')}
    globalThis.verified = tables;`;
  await build({
    ...pageOptions,
    stdin: { contents: source, loader: 'ts', resolveDir: inRoot() },
    outfile: `${page}/main.js`,
  });
  await copyFile(inRoot('dist/tidemark.wasm'), `${page}/tidemark.wasm`);
  await writeFile(
    `${page}/index.html`,
    '<!doctype html><script type="module" src="main.js"></script>',
  );
  const worker = await startWorker({
    stateDir: `${folder}/state`,
    assetsDir: page,
    tokens: { reader: 'reader' },
  });
  const browser = await launchBrowser();
  try {
    const tab = await browser.newPage();
    await tab.goto(worker.url);
    await tab.waitForFunction(() => globalThis.badge?.[0] === 'idle' && globalThis.badge[1] === 0);
    await tab.waitForFunction(() => globalThis.verified?.todos.equal === 1);
    const headers = { Authorization: 'Bearer reader' };
    const reply = await (await fetch(`${worker.url}/sync/pull`, { headers })).json();
    assert.deepEqual(
      reply.changes.map(({ table, row }) => [table, row.title, row.done]),
      [['todos', 'Milk', 0]],
    );
  } finally {
    await browser.close();
    await worker.stop();
  }
}

async function sqliteSnippet(folder) {
  const node = node22();
  if (node === null) throw new Error('no Node 22.16 or newer');
  const worker = await startWorker({
    stateDir: `${folder}/sqlite-state`,
    tokens: { reader: 'reader' },
  });
  const source = `
    import { DatabaseSync as Earlier } from 'node:sqlite';
    new Earlier('app.db').exec(
      'CREATE TABLE todos (id INTEGER PRIMARY KEY, title TEXT, done INT)');
    const getJwt = () => 'reader';
    const server = '${worker.url}/sync';
    ${only('ts', 'tidemark/sqlite')}
    await sync.close();`;
  try {
    await mkdir(`${folder}/sqlite`);
    await build({
      bundle: true,
      format: 'esm',
      platform: 'node',
      stdin: { contents: source, loader: 'ts', resolveDir: inRoot() },
      outfile: `${folder}/sqlite/main.mjs`,
    });
    await copyFile(inRoot('dist/tidemark.wasm'), `${folder}/sqlite/tidemark.wasm`);
    await run(node, ['main.mjs'], { cwd: `${folder}/sqlite` });
    const headers = { Authorization: 'Bearer reader' };
    const reply = await (await fetch(`${worker.url}/sync/pull`, { headers })).json();
    assert.deepEqual(
      reply.changes.map(({ table, id, row }) => [table, id, row]),
      [['todos', '1', { id: 1, title: 'Milk', done: 0 }]],
    );
  } finally {
    await worker.stop();
  }
}

async function serverSnippet(folder) {
  const source = `
    const verifyJwt = (request: Request, env: unknown) =>
      request.headers.get('Authorization') === 'Bearer reader' && env
        ? { user: 'reader', scopes: ['reader'] } : null;
    ${only('ts', 'tidemark/worker')}`;
  await build({
    bundle: true,
    format: 'esm',
    stdin: { contents: source, loader: 'ts', resolveDir: inRoot() },
    external: ['cloudflare:workers', '*.wasm'],
    alias: { 'tidemark/worker': inRoot('dist/worker.js') },
    outfile: `${folder}/worker/index.js`,
  });
  await copyFile(inRoot('dist/tidemark.wasm'), `${folder}/worker/tidemark.wasm`);
  const miniflare = new Miniflare({
    modules: [
      { type: 'ESModule', path: `${folder}/worker/index.js` },
      { type: 'CompiledWasm', path: `${folder}/worker/tidemark.wasm` },
    ],
    modulesRoot: `${folder}/worker`,
    compatibilityDate: '2026-03-10',
    durableObjects: { SYNC: { className: 'Sync', useSQLite: true } },
  });
  try {
    const meta = (headers) => miniflare.dispatchFetch('http://hub/sync/meta', { headers });
    assert.equal((await meta({})).status, 401);
    const known = await meta({ Authorization: 'Bearer reader' });
    assert.equal((await known.json()).protocol, 1);
  } finally {
    await miniflare.dispose();
  }
}

/** Compiles a program with parts of the library that the suite `native` built, and runs it. */
async function cppProgram(folder, name, source, parts, libraries = []) {
  const file = path.join(folder, `${name}.cpp`);
  await writeFile(file, source);
  const flags = ['-std=c++20', '-Wall', '-Wextra', '-Werror', `-I${inRoot('sdk/include')}`];
  const archives = parts.map((part) => inRoot(`build/dev/sdk/libtidemark_${part}.a`));
  const sanitizers = '-fsanitize=address,undefined'; // as the library was built
  const program = path.join(folder, name);
  await run('clang++-19', [...flags, sanitizers, file, ...archives, ...libraries, '-o', program]);
  return (await run(program, [], { cwd: folder })).stdout;
}

/** Without `int main() {`: the includes, and what is to be in it. */
function cppParts(code) {
  const lines = code.trim().split('\n');
  const includes = lines.filter((line) => line.startsWith('#include')).join('\n');
  return { includes, body: lines.filter((line) => !line.startsWith('#include')).join('\n  ') };
}

async function engineSnippet(folder) {
  const { includes, body } = cppParts(only('cpp', 'tidemark::Engine'));
  const source = `${includes}
#include <cstdlib>
struct Host {
  int steps = 0;
  bool perform(const tidemark::Output& step) {
    if (++steps > 100) std::abort();
    return !std::holds_alternative<tidemark::Wake>(step);
  }
};
int main() {
  const std::uint64_t random64 = 7;
  const tidemark::WallMs now_ms = 1'700'000'000'000;
  Host host;
  ${body}
  return host.steps > 0 ? 0 : 1;
}
`;
  await cppProgram(folder, 'engine', source, ['core']);
}

async function clientSnippet(folder) {
  const { includes, body } = cppParts(only('cpp', 'tidemark::Client'));
  const source = `${includes}
#include <sqlite3.h>
#include <cstdio>
static std::optional<std::string> get_jwt(bool) { return "jwt"; }
static int fail(const tidemark::Error& error) { return std::puts(error.detail.c_str()), 1; }
int main() {
  const std::string url = "http://127.0.0.1:9/sync";
  sqlite3* file = nullptr;
  if (sqlite3_open("app.db", &file) != SQLITE_OK) return 2;
  sqlite3_exec(file, "CREATE TABLE todos (id TEXT PRIMARY KEY)", nullptr, nullptr, nullptr);
  ${body}
  (*client)->stop();
  sqlite3_exec(file, "INSERT INTO todos VALUES ('k')", nullptr, nullptr, nullptr);
  const auto pending = (*client)->pending();
  std::printf("%s", pending && pending->size() == 1 ? (*pending)[0].id.c_str() : "not recorded");
  return sqlite3_close(file);
}
`;
  const parts = ['sqlite', 'http', 'client', 'store_logic', 'json', 'core'];
  const output = await cppProgram(folder, 'client', source, parts, ['-lsqlite3', '-lcurl', '-lz']);
  assert.equal(output, '"k"');
}

/** In a shell that finds the program that the suite `native` built. */
async function shellSnippet(folder) {
  const cwd = `${folder}/shell`;
  await mkdir(cwd);
  const schema = 'CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT)';
  await run('sqlite3', ['notes.db', `${schema}; INSERT INTO notes (text) VALUES ('Milk')`], {
    cwd,
  });
  await writeFile(`${cwd}/token`, 'reader');
  const worker = await startWorker({ stateDir: `${cwd}/state`, tokens: { reader: 'reader' } });
  try {
    const paths = `${inRoot('build/dev/examples/native-cli')}:${process.env.PATH}`;
    const env = { ...process.env, PATH: paths, SERVER: `${worker.url}/sync` };
    await run('sh', ['-ec', only('sh', 'tidemark sync')], { cwd, env });
    const headers = { Authorization: 'Bearer reader' };
    const reply = await (await fetch(`${worker.url}/sync/pull`, { headers })).json();
    const rows = reply.changes.map(({ row }) => row);
    assert.deepEqual(rows, [{ id: 1, text: 'Milk, and bread' }]);
  } finally {
    await worker.stop();
  }
}

async function commands() {
  const { scripts } = JSON.parse(await readFile(inRoot('package.json'), 'utf8'));
  const code = only('sh', 'npm start');
  const named = [...code.matchAll(/^npm (?:run )?(\w+)/gm)].map(([, name]) => name);
  assert.deepEqual(named, ['start', 'test']);
  for (const name of named) assert.ok(scripts[name], name);
}

async function everyOne() {
  const unused = snippets.filter(({ code }) => !used.has(code));
  assert.deepEqual(unused, [], 'a snippet that no test runs');
}

const tests = [
  webSnippet,
  sqliteSnippet,
  serverSnippet,
  engineSnippet,
  clientSnippet,
  shellSnippet,
  commands,
  everyOne,
];
let failed = 0;
const folder = await mkdtemp(path.join(tmpdir(), 'tidemark-readme-'));
for (const test of tests) {
  try {
    await test(folder);
    console.log(`ok ${test.name}`);
  } catch (error) {
    failed += 1;
    console.log(`not ok ${test.name}\n${error.stderr ?? ''}${error.stack}`);
  }
}
await rm(folder, { recursive: true, force: true });
console.log(`${tests.length - failed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
