// The browser harness: bundles a page's script, serves it on localhost and opens it in Chromium.
// Used by the tests and benchmarks that need a real browser. A page's script reports by
// console.log, and ends by setting `window.result`.
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { extname, join, normalize } from 'node:path';
import { build } from 'esbuild';
import { chromium } from 'playwright-core';

const chromiumPath = process.env.CHROMIUM ?? '/usr/bin/chromium';
const chromiumArgs = [
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const types = {
  '.css': 'text/css',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.mjs': 'text/javascript; charset=utf-8',
  '.wasm': 'application/wasm',
};

/** Whether this machine has a Chromium to test in. */
export const hasChromium = () => existsSync(chromiumPath);

/**
 * Chromium with a profile that lasts until `close()`. `options` are playwright's launch options.
 */
export async function launchChromium(options = {}) {
  const profile = await mkdtemp(join(tmpdir(), 'tidemark-chromium-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: chromiumPath,
    headless: true,
    args: chromiumArgs,
    ...options,
  });
  return {
    context,
    profile,
    async close() {
      await context.close();
      await rm(profile, { recursive: true, force: true });
    },
  };
}

/**
 * Bundles `entry` for the browser into memory and returns its text. `options` are esbuild's, for
 * aliases and the like.
 */
export async function bundlePage(entry, options = {}) {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    format: 'esm',
    target: 'es2022',
    write: false,
    sourcemap: 'inline',
    external: ['module'], // the core's glue asks for it in Node only
    logLevel: 'error',
    ...options,
  });
  return outputFiles[0].text;
}

/**
 * Serves `files` (path to text, bytes, or `(request, response) => void`) and, after these, the
 * folder `root`. Any origin on localhost is a secure context: Web Locks, OPFS and BroadcastChannel
 * work.
 */
export async function serve(files = {}, root = null) {
  const server = createServer(async (request, response) => {
    const path = new URL(request.url, 'http://localhost').pathname;
    const found = files[path] ?? (root === null ? undefined : await readUnder(root, path));
    if (typeof found === 'function') return found(request, response);
    if (found === undefined) return response.writeHead(404).end();
    const type = types[extname(path)] ?? (path === '/' ? types['.html'] : 'text/plain');
    response.writeHead(200, { 'content-type': type, 'cache-control': 'no-store' }).end(found);
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://localhost:${server.address().port}`,
    close: () => new Promise((done) => server.close(done)).finally(server.closeAllConnections()),
  };
}

async function readUnder(root, path) {
  const file = normalize(join(root, decodeURIComponent(path)));
  return file.startsWith(root) ? readFile(file).catch(() => undefined) : undefined;
}

/** An HTML page that runs the module at `script`. */
export const pageOf = (script) =>
  `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><title>Tidemark</title><script type="module" src="${script}"></script>`;

/**
 * Opens the script `entry` in Chromium, and returns what it left in `window.result`. Its console
 * goes to `log`.
 * `path` may bring a query, `files` are served too; a failed load or an uncaught error rejects.
 */
export async function runPage(
  entry,
  { path = '/', files = {}, esbuild = {}, log = console.log, timeoutMs = 120_000 } = {},
) {
  const script = await bundlePage(entry, esbuild);
  const server = await serve({ '/': pageOf('/page.js'), '/page.js': script, ...files });
  const browser = await launchChromium();
  try {
    const page = await browser.context.newPage();
    const failed = new Promise((_, reject) => {
      page.on('pageerror', reject);
      page.on('crash', () => reject(new Error('the page crashed')));
    });
    failed.catch(() => {});
    page.on('console', (message) => log(message.text()));
    await page.goto(server.url + path);
    const done = page.waitForFunction(() => window.result !== undefined, null, {
      timeout: timeoutMs,
    });
    await Promise.race([done, failed]);
    return await page.evaluate(() => window.result);
  } finally {
    await browser.close();
    await server.close();
  }
}
