// What every case works in: the real Worker in workerd, real Chromium, and devices: a browser
// context each, behind a fault proxy of its own. Where a case needs no more than Chromium's engine,
// it has the shell of it.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { findChromium, launchBrowser } from '../../../scripts/lib/browser.mjs';
import { readHub } from '../../../scripts/lib/hub-reader.mjs';
import { bundlePage, pageOf } from '../harness.mjs';
import { installTime } from './fake-time.mjs';
import { startFaultProxy } from './fault-proxy.mjs';
import { RestartableWorker } from './restartable-worker.mjs';
import { Tab } from './tab.mjs';
import { TestHub } from './test-hub.mjs';

/** Whether this machine has a Chromium to test in. */
export const launchable = () => findChromium() !== null;

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const usersMax = 400;

/**
 * Bearer tokens of a user; the Worker knows two for some users, so that a refreshed one is still
 * theirs.
 */
const tokensOf = (user) => [`token-${user}`, `token-${user}-refreshed`];
const refreshableUsers = 10;
const tokens = Object.fromEntries(
  Array.from({ length: usersMax }, (_, i) => {
    const known = tokensOf(`user-${i}`).slice(0, i < refreshableUsers ? 2 : 1);
    return known.map((token) => [token, `user-${i}`]);
  }).flat(),
);

export class World {
  browsers = new Map();
  #users = refreshableUsers;
  #refreshable = 0;

  static async start() {
    const world = new World();
    world.files = {
      '/': pageOf('/page.js'),
      '/page.js': await bundlePage(here('page.ts'), { sourcemap: false }),
      '/idb.js': await bundlePage(here('idb-page.ts'), { sourcemap: false }),
      '/sw.js': await bundlePage(here('sw.ts'), { sourcemap: false }),
      '/tidemark.wasm': await readFile(here('../../../dist/tidemark.wasm')),
    };
    world.stateDirs = [];
    world.worker = await world.startWorker();
    return world;
  }

  browser(needsWhole) {
    let found = this.browsers.get(needsWhole);
    if (found === undefined) this.browsers.set(needsWhole, (found = launchBrowser(needsWhole)));
    return found;
  }

  /** Another Worker, with storage of its own: `kill` and `restart` keep that storage. */
  async startWorker() {
    const stateDir = await mkdtemp(join(tmpdir(), 'tidemark-sync-'));
    this.stateDirs.push(stateDir);
    return RestartableWorker.start(stateDir, tokens);
  }

  newUser() {
    if (this.#users === usersMax) throw new Error('usersMax is too small');
    return tokensOf(`user-${this.#users++}`);
  }

  /**
   * A user whose token can be refreshed: the Worker looks at every token it knows, so these are
   * few.
   */
  newRefreshableUser() {
    if (this.#refreshable === refreshableUsers) throw new Error('refreshableUsers is too small');
    return tokensOf(`user-${this.#refreshable++}`);
  }

  async stop() {
    for (const browser of this.browsers.values()) await (await browser).close();
    await this.worker?.stop();
    await Promise.all(this.stateDirs.map((dir) => rm(dir, { recursive: true, force: true })));
  }
}

/** One case's part of the world: a user, devices, and chance that can be repeated. */
export class Stage {
  devices = [];
  notes = [];

  constructor(world, seed, needsWhole = false) {
    this.world = world;
    this.needsWhole = needsWhole;
    this.worker = world.worker;
    this.tokens = world.newUser();
    this.random = randomOf(seed);
  }

  /**
   * Opens a device, connected unless `connect` is false. `schema`, `tables`, `live`, `timeoutMs`:
   * as for page.ts; `page` is another script that knows what this one does.
   */
  async device(name, options = {}) {
    const device = await Device.create(this, name, options);
    this.devices.push(device);
    await device.openTab();
    return device;
  }

  /** From here on the devices speak to a hub of this case alone. */
  async ownHub() {
    this.worker = this.hub = await TestHub.start(tokens);
    return this.hub;
  }

  /** Whose token it is. */
  userOf(token = this.tokens[0]) {
    return tokens[token];
  }

  /** Says something about a passed case: a figure. */
  note(text) {
    this.notes.push(text);
  }

  async hubRows(token = this.tokens[0]) {
    const rows = new Map();
    await readHub(this.worker.url, token, (table, key, row) => rows.set(`${table}\t${key}`, row));
    return rows;
  }

  async close() {
    await Promise.all(this.devices.map((device) => device.close()));
    await this.hub?.close();
  }
}

export class Device {
  /** What went wrong in a page and nobody caught. */
  faults = [];
  tabs = [];

  static async create(stage, name, options) {
    const device = new Device();
    Object.assign(device, { stage, name, options });
    const browser = await stage.world.browser(stage.needsWhole);
    device.context = await browser.newContext();
    const own = options.page === undefined ? {} : { '/': pageOf(options.page) };
    const files = { ...stage.world.files, ...own };
    device.proxy = await startFaultProxy(files, () => stage.worker.url);
    device.stored = new Set();
    await device.context.exposeFunction('stored', (key) => device.stored.add(key));
    if (options.before) await device.context.addInitScript(options.before);
    if (options.time) await device.context.addInitScript(installTime, options.time);
    return device;
  }

  /** A page with the app in it. The newest tab is the one that `device.call` speaks to. */
  async openTab(overrides = {}) {
    const tab = new Tab(this, await this.context.newPage());
    this.tabs.push(tab);
    await tab.start({ ...this.options, ...overrides });
    return tab;
  }

  get tab() {
    return this.tabs.at(-1);
  }

  call(method, ...args) {
    return this.tab.call(method, ...args);
  }

  write(...ops) {
    return this.call('write', ops);
  }

  async rows() {
    const lines = await this.call('rows');
    return new Map(lines.map((line) => split(line)));
  }

  /** No network at all, as the browser says it; what is open is cut. */
  async offline() {
    await this.context.setOffline(true);
    this.proxy.cutLive();
  }

  online() {
    return this.context.setOffline(false);
  }

  /** Closes the newest tab and opens the app again on the same storage. */
  async reopen(overrides) {
    await this.tab.end();
    return this.openTab(overrides);
  }

  async close() {
    await this.context.close().catch(() => {});
    await this.proxy.close();
  }
}

const split = (line) => {
  const at = line.indexOf('\t', line.indexOf('\t') + 1);
  return [line.slice(0, at), line.slice(at + 1)];
};

/** Uniform in [0, 1); the same for the same seed (mulberry32). */
export function randomOf(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Waits for a condition of Node's side; throws what `describe` says when it does not come. */
export async function until(condition, describe, timeoutMs = 10_000) {
  const end = Date.now() + timeoutMs;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (Date.now() > end) throw new Error(`waited ${timeoutMs} ms for ${await describe()}`);
    await sleep(10);
  }
}
