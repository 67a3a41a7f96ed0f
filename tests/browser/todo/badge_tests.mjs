// The badge: what it says in each phase, and that the app works in all of them.
import assert from 'node:assert/strict';
import { describe } from '../../../examples/todo-dexie/src/badge.js';
import { openWindow, untilBadge } from './app.mjs';

const status = { phase: 'idle', pending: 0, lastSyncedAt: Date.now(), error: null, online: true };
const textOf = (changes) => describe({ ...status, ...changes }).text;

async function add(page, name) {
  await page.fill('.add [name=title]', name);
  await page.press('.add [name=title]', 'Enter');
  await page.locator('.title').getByText(name, { exact: true }).waitFor();
}

const answer = (code) => (context) =>
  context.route('**/sync/**', (route) => route.fulfill({ status: code, body: '' }));

export const badgeTests = {
  async 'says in each phase what is true'() {
    assert.match(textOf({}), /^All changes saved · \d/);
    assert.equal(textOf({ lastSyncedAt: null }), 'Not synced yet');
    for (const phase of ['idle', 'waiting', 'following']) {
      assert.equal(textOf({ phase, pending: 1 }), '1 change waiting');
    }
    assert.equal(textOf({ phase: 'waiting' }), 'Sync is waiting');
    assert.equal(textOf({ phase: 'following' }), 'Another tab syncs this list');
    assert.equal(textOf({ phase: 'syncing' }), 'Syncing…');
    assert.equal(textOf({ phase: 'offline' }), 'Offline');
    assert.equal(textOf({ phase: 'offline', pending: 3 }), 'Offline · 3 changes waiting');
    assert.equal(textOf({ phase: 'paused', pending: 3 }), 'Paused · 3 changes waiting');
    assert.equal(textOf({ phase: 'needs-auth' }), 'Signed out: changes are kept');
    assert.equal(textOf({ phase: 'needs-auth', pending: 3 }), 'Signed out: 3 changes are kept');
    assert.equal(textOf({ phase: 'closed' }), 'Sync is off');
  },

  async 'says when all is saved, and when the device is offline'(app, token) {
    const { context, page } = await openWindow(app, token);
    await untilBadge(page, /^All changes saved · \d\d:\d\d$/);
    await context.setOffline(true);
    await untilBadge(page, /^Offline$/);
    await add(page, 'Milk');
    await untilBadge(page, /^Offline · 1 change waiting$/);
    await context.setOffline(false);
    await untilBadge(page, /^All changes saved/);
  },

  async 'pauses and resumes'(app, token) {
    const { page } = await openWindow(app, token);
    await untilBadge(page, /^All changes saved/);
    await page.click('text="Pause"');
    await untilBadge(page, /^Paused$/);
    await add(page, 'Milk');
    await untilBadge(page, /^Paused · 1 change waiting$/);
    await page.click('text="Resume"');
    await untilBadge(page, /^All changes saved/);
  },

  async 'says why it waits, and syncs on request'(app, token) {
    const { context, page } = await openWindow(app, token, { prepare: answer(503) });
    await untilBadge(page, /^Sync is waiting$/);
    await add(page, 'Milk');
    await untilBadge(page, /^1 change waiting$/);
    assert.match(await page.textContent('.sync-reason'), /The next try comes by itself\.$/);
    await context.unroute('**/sync/**');
    await page.click('text="Sync now"');
    await untilBadge(page, /^All changes saved/);
  },

  async 'keeps changes while signed out, and takes a pasted token'(app, token) {
    const { page } = await openWindow(app, 'of nobody');
    await untilBadge(page, /^Signed out: changes are kept$/);
    await add(page, 'Milk');
    await untilBadge(page, /^Signed out: 1 change is kept$/);
    await page.fill('[name=token]', token);
    await page.press('[name=token]', 'Enter');
    await untilBadge(page, /^All changes saved/);
    assert.equal(await page.isVisible('.sign-in'), false);
    const other = await openWindow(app, token);
    await other.page.locator('.title', { hasText: 'Milk' }).waitFor();
  },

  async 'the app works when sync does not start, and starts it later'(app, token) {
    const block = (context) => context.route('**/tidemark.wasm', (route) => route.abort());
    const { context, page } = await openWindow(app, token, { prepare: block });
    await untilBadge(page, /^Sync did not start$/);
    await add(page, 'Milk');
    await page.click('.check');
    await page.waitForSelector('.todo.done');
    await context.unroute('**/tidemark.wasm');
    await page.click('text="Try again"');
    await untilBadge(page, /^All changes saved/);
    const other = await openWindow(app, token);
    await other.page.locator('.todo.done', { hasText: 'Milk' }).waitFor();
  },
};
