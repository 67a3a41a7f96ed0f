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

async function cppSnippet(folder) {
  const code = only('cpp', 'tidemark::Engine');
  const [include, ...body] = code.trim().split('\n');
  const source = `${include}
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
  ${body.join('\n  ')}
  return host.steps > 0 ? 0 : 1;
}
`;
  const file = path.join(folder, 'readme.cpp');
  await writeFile(file, source);
  const flags = ['-std=c++20', '-Wall', '-Wextra', '-Werror', `-I${inRoot('sdk/include')}`];
  const library = inRoot('build/dev/sdk/libtidemark_core.a');
  const sanitizers = '-fsanitize=address,undefined'; // as the library was built
  await run('c++', [...flags, sanitizers, file, library, '-o', `${folder}/readme`]);
  await run(`${folder}/readme`, []);
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

const tests = [webSnippet, serverSnippet, cppSnippet, commands, everyOne];
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
