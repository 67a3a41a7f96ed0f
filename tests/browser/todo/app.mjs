// The to-do example as its tests see it: the real app and Worker, a window of a device, and what a
// user can see and do there.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launchBrowser } from '../../../scripts/lib/browser.mjs';
import { buildExample } from '../../../scripts/lib/build-example.mjs';
import { startWorker } from '../../../scripts/lib/worker-server.mjs';

export async function startApp() {
  const folder = await mkdtemp(join(tmpdir(), 'tidemark-todo-'));
  const assetsDir = await buildExample();
  const users = Object.fromEntries(
    Array.from({ length: 99 }, (_, i) => [`token-${i}`, `user-${i}`]),
  );
  const worker = await startWorker({ stateDir: join(folder, 'state'), tokens: users, assetsDir });
  const browser = await launchBrowser();
  return {
    browser,
    url: worker.url,
    async stop() {
      await browser.close();
      await worker.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/**
 * A window with a storage of its own, signed in with `token`. `prepare(context)` runs before the
 * page loads.
 */
export async function openWindow(app, token, { prepare, ...options } = {}) {
  const context = await app.browser.newContext({ locale: 'en-GB', ...options });
  await context.addInitScript((value) => {
    if (localStorage.getItem('token') === null) localStorage.setItem('token', value);
  }, token);
  await prepare?.(context);
  const page = await context.newPage();
  const faults = [];
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => {
    if (message.text().includes('Content Security Policy')) faults.push(message.text());
  });
  await page.goto(app.url);
  await page.waitForSelector('.empty:not([hidden]), .todo');
  return { context, page, faults, keys: (...keys) => press(page, keys) };
}

async function press(page, keys) {
  for (const key of keys) await page.keyboard.press(key);
}

/** Presses Tab until `selector` has the focus: as a user without a mouse gets there. */
export async function tabTo(page, selector) {
  for (let i = 0; i < 60; i++) {
    if (await page.evaluate((wanted) => document.activeElement.matches(wanted), selector)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`Tab does not reach ${selector}`);
}

export const titles = (page) => page.locator('.title').allTextContents();

/** Resolves when the badge says `text`, a string or a RegExp. */
export async function untilBadge(page, text) {
  const badge = page.locator('.sync-text').filter({ hasText: text });
  await badge.waitFor({ timeout: 10_000 }).catch(async () => {
    throw new Error(`the badge says “${await page.textContent('.sync-text')}”, not “${text}”`);
  });
}
