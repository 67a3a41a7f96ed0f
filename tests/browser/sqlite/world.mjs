// What the cases work in: one Chromium, pages under the strictest policy that the package allows,
// served without COOP and COEP, and the tabs of a device.
import { randomOf } from '../sync/world.mjs';

export { randomOf };

export const policy =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; img-src data:";

/** The files, each with the policy: a worker has that of its own script. */
export function underPolicy(files) {
  const types = { js: 'text/javascript', wasm: 'application/wasm' };
  return Object.fromEntries(
    Object.entries(files).map(([path, body]) => {
      const type = types[path.split('.').at(-1)] ?? 'text/html; charset=utf-8';
      const headers = { 'content-type': type, 'content-security-policy': policy };
      return [path, (_, response) => response.writeHead(200, headers).end(body)];
    }),
  );
}

/** The tabs of one browser, in which nothing else was ever stored. */
export class Device {
  tabs = [];
  /** What tabs were told is stored. */
  stored = new Set();
  faults = [];

  static async create(browser, url) {
    const device = new Device();
    device.url = url;
    device.context = await browser.newContext();
    await device.context.exposeFunction('stored', (...ids) => {
      for (const id of ids) device.stored.add(id);
    });
    return device;
  }

  async openTab(storage, name = 'app', options = {}) {
    const page = await this.context.newPage();
    page.on('pageerror', (error) => this.faults.push(error.stack ?? String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error') this.faults.push(`console: ${message.text()}`);
    });
    await page.goto(this.url);
    await page.waitForFunction(() => 'tab' in window);
    const tab = new Tab(this, page);
    tab.storage = await tab.call('open', storage, name, options);
    this.tabs.push(tab);
    return tab;
  }

  /** The tab that has the file. */
  async owner() {
    for (const tab of this.tabs) if (await tab.call('isOwner')) return tab;
    throw new Error('no tab has the file');
  }

  close() {
    return this.context.close();
  }
}

class Tab {
  constructor(device, page) {
    this.device = device;
    this.page = page;
  }

  call(method, ...args) {
    return this.page.evaluate(([name, list]) => window.tab[name](...list), [method, args]);
  }

  exec(sql, parameters) {
    return this.call('exec', sql, parameters);
  }

  async session() {
    this.cdp ??= await this.device.context.newCDPSession(this.page);
    return this.cdp;
  }

  /** The renderer dies: nothing in the page runs any more. */
  async crash() {
    const crashed = new Promise((resolve) => this.page.once('crash', resolve));
    (await this.session()).send('Page.crash').catch(() => {});
    await crashed;
    await this.end();
  }

  async end() {
    this.device.tabs.splice(this.device.tabs.indexOf(this), 1);
    await this.page.close();
  }
}
