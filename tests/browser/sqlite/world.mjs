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

  static async create(context, url) {
    const device = new Device();
    Object.assign(device, { context, url });
    await device.context.exposeFunction('stored', (...ids) => {
      for (const id of ids) device.stored.add(id);
    });
    return device;
  }

  async openTab(storage, name = 'app', { room, ...options } = {}) {
    const page = await this.context.newPage();
    const tab = new Tab(this, page);
    page.on('pageerror', (error) => this.faults.push(error.stack ?? String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error') this.faults.push(`console: ${message.text()}`);
    });
    if (room !== undefined) await tab.limitRoom(room);
    await page.goto(this.url);
    await page.waitForFunction(() => 'tab' in window);
    tab.storage = await tab.call('open', storage, name, options);
    this.tabs.push(tab);
    return tab;
  }

  /** The tab that has the file. */
  async owner() {
    for (const tab of this.tabs) if (await tab.call('isOwner')) return tab;
    throw new Error('no tab has the file');
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

  /** Leaves the device so many bytes. */
  async limitRoom(quotaSize) {
    const { origin } = new URL(this.device.url);
    await (await this.session()).send('Storage.overrideQuotaForOrigin', { origin, quotaSize });
  }

  /** As a browser does with a page that nobody looks at. */
  async freeze() {
    const { delegate } = this.page._connection.toImpl(this.page);
    // Playwright has every page looked at, and such a page is never frozen.
    const focus = { enabled: false };
    await delegate._mainFrameSession._client.send('Emulation.setFocusEmulationEnabled', focus);
    await this.device.tabs.find((tab) => tab !== this).page.bringToFront();
    // No frame is drawn of a hidden page: a look by frames may be the last one before.
    const every = { polling: 50 };
    await this.page.waitForFunction(() => document.visibilityState === 'hidden', null, every);
    await (await this.session()).send('Page.setWebLifecycleState', { state: 'frozen' });
  }

  async thaw() {
    await (await this.session()).send('Page.setWebLifecycleState', { state: 'active' });
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
