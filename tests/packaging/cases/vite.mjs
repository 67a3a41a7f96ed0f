// A page of a Vite project: built and served as files, and from the development server.
import assert from 'node:assert/strict';
import { build, createServer, preview } from 'vite';
import { launchBrowser } from '../../../scripts/lib/browser.mjs';
import { installedProject } from '../consumer.mjs';

const timeoutMs = 30_000;
const quiet = { configFile: false, logLevel: 'warn', clearScreen: false };
const anyPort = { host: '127.0.0.1', port: 0 };

/** Opens the page in Chromium; it says in `result` what it came to. */
async function resultOf(url) {
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage();
    const seen = [];
    page.on('console', (message) => seen.push(message.text()));
    page.on('pageerror', (error) => seen.push(error.message));
    await page.goto(url);
    await page
      .waitForFunction(() => 'result' in globalThis, null, { timeout: timeoutMs })
      .catch((error) => {
        throw new Error(`${error.message}\nThe page said: ${seen.join('\n')}`);
      });
    return await page.evaluate(() => globalThis.result);
  } finally {
    await browser.close();
  }
}

const expected = { pending: 1, rows: [{ id: 'milk', title: 'Milk' }], deviceKey: true };

const install = (context, name) =>
  installedProject('vite', { ...context, folder: `${context.folder}/${name}` }, ['dexie']);

export async function viteBuild(context) {
  const root = await install(context, 'built');
  await build({ ...quiet, root });
  const server = await preview({ ...quiet, root, preview: anyPort });
  try {
    assert.deepEqual(await resultOf(server.resolvedUrls.local[0]), expected);
  } finally {
    await server.close();
  }
}

export async function viteDev(context) {
  const root = await install(context, 'served');
  // Vite would bundle the package anew, and lose the address of the wasm that lies beside it.
  const optimizeDeps = { exclude: ['tidemark'] };
  const server = await createServer({ ...quiet, root, server: anyPort, optimizeDeps });
  try {
    await server.listen();
    assert.deepEqual(await resultOf(server.resolvedUrls.local[0]), expected);
  } finally {
    await server.close();
  }
}
