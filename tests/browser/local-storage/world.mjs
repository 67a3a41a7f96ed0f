// What the cases work in: the real Worker, which serves the page, too, and devices: a browser
// context each, with tabs.
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { launchBrowser } from '../../../scripts/lib/browser.mjs';
import { startWorker } from '../../../scripts/lib/worker-server.mjs';
import { bundlePage, pageOf } from '../harness.mjs';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const usersMax = 40;

/** What the apps of a user sync. */
export const tables = {
  tenure: {
    keys: [
      'tenure_prospect_applications',
      'tenure_prospect_profile',
      'tenure_prospect_settings',
      'tenure_prepare_master_resume',
      'tenure_prepare_variants',
      'tenure_prepare_wizard',
      'tenure_discover_answers',
      'tenure_answers',
    ],
    prefixes: ['tenure_prosper_'],
    format: 'json',
  },
  tempo: {
    keys: ['tempo_queue_tasks', 'tempo_queue_settings', 'tempo_tasks', 'torodoro-session-debriefs'],
    prefixes: ['session-'],
  },
};

export class World {
  #users = 0;

  static async start() {
    const world = new World();
    world.folder = await mkdtemp(join(tmpdir(), 'tidemark-local-storage-'));
    const inFolder = (name) => join(world.folder, name);
    await writeFile(inFolder('index.html'), pageOf('/page.js'));
    await writeFile(inFolder('page.js'), await bundlePage(here('app.ts'), { sourcemap: false }));
    await copyFile(here('../../../dist/tidemark.wasm'), inFolder('tidemark.wasm'));
    world.state = await mkdtemp(join(tmpdir(), 'tidemark-local-storage-'));
    const users = Array.from({ length: usersMax }, (_, i) => [`token-${i}`, `user-${i}`]);
    const options = { stateDir: world.state, tokens: Object.fromEntries(users) };
    [world.worker, world.browser] = await Promise.all([
      startWorker({ ...options, assetsDir: world.folder }),
      launchBrowser(),
    ]);
    return world;
  }

  newToken() {
    if (this.#users === usersMax) throw new Error('usersMax is too small');
    return `token-${this.#users++}`;
  }

  async stop() {
    await this.browser?.close();
    await this.worker?.stop();
    for (const folder of [this.folder, this.state]) await rm(folder, { recursive: true });
  }
}

/** One case's user and devices. */
export class Stage {
  contexts = [];
  faults = [];

  constructor(world) {
    this.world = world;
    this.token = world.newToken();
  }

  async device() {
    const context = await this.world.browser.newContext();
    const stored = new Set();
    await context.exposeFunction('stored', (key) => void stored.add(key));
    this.contexts.push(context);
    return { context, stored, tab: (options) => this.tab(context, options) };
  }

  /** A page with the app in it, connected unless `connect` is false. */
  async tab(context, { connect = true, ...options } = {}) {
    const page = await context.newPage();
    page.on('pageerror', (error) => this.faults.push(error.stack ?? String(error)));
    await page.goto(this.world.worker.url);
    await page.waitForFunction(() => 'app' in window);
    const call = (method, ...args) =>
      page.evaluate(([name, list]) => window.app[name](...list), [method, args]);
    const tab = { page, call, connect: () => call('connect', this.token, { tables, ...options }) };
    if (connect) await tab.connect();
    return tab;
  }

  async close() {
    await Promise.all(this.contexts.map((context) => context.close()));
  }
}
