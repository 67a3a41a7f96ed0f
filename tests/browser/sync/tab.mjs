// One page of a device, with the app in it.

const plainTables = { todos: 'id', lists: 'id' };

export class Tab {
  constructor(device, page) {
    this.device = device;
    this.page = page;
    page.on('pageerror', (error) => device.faults.push(`${device.name}: ${error.stack ?? error}`));
    page.on('console', (message) => {
      if (
        message.type() === 'error' &&
        !message.text().startsWith('Failed to load resource') &&
        !/WebSocket connection/.test(message.text())
      )
        device.faults.push(`${device.name}: console: ${message.text()}`);
    });
  }

  async start({ connect = true, open = true, room, ...options }) {
    const { device } = this;
    // A browser that has seen much room looks again half a minute later.
    if (room !== undefined) await this.limitRoom(room);
    await this.page.goto(device.proxy.url);
    await this.page.waitForFunction(() => 'device' in window);
    await this.call('setTokens', device.stage.tokens[0], device.stage.tokens[1]);
    if (open) await this.open(options);
    if (open && connect) await this.connect(options);
  }

  open({ db = 'app', schema = plainTables, plain, next, durability } = this.device.options) {
    return this.call('open', { name: db, schema, plain, next, durability });
  }

  connect(
    { schema = plainTables, tables = Object.keys(schema), ...options } = this.device.options,
  ) {
    const { live, timeoutMs, firstLogin, takeoverMs } = options;
    return this.call('connect', { tables, live, timeoutMs, firstLogin, takeoverMs });
  }

  /** A session of the browser's own protocol, with this page. */
  session() {
    return this.device.context.newCDPSession(this.page);
  }

  /** Leaves the device so many bytes; without a number: all there are. */
  async limitRoom(quotaSize) {
    this.roomSession ??= await this.session();
    const { origin } = new URL(this.device.proxy.url);
    await this.roomSession.send('Storage.overrideQuotaForOrigin', { origin, quotaSize });
  }

  /** Another tab of the device is looked at from here on. */
  async hide() {
    const { delegate } = this.page._connection.toImpl(this.page);
    // Playwright has every page looked at, and such a page is never frozen.
    const focus = { enabled: false };
    await delegate._mainFrameSession._client.send('Emulation.setFocusEmulationEnabled', focus);
    await this.device.tabs.find((tab) => tab !== this).page.bringToFront();
    // No frame is drawn of a hidden page: a look by frames may be the last one before.
    const every = { polling: 50 };
    await this.page.waitForFunction(() => document.visibilityState === 'hidden', null, every);
  }

  /**
   * Freezes the page, as a browser does with one that nobody looks at: no time passes in it, and no
   * answer of the network reaches it.
   */
  async freeze() {
    await this.hide();
    this.lifecycle = await this.session();
    await this.lifecycle.send('Page.setWebLifecycleState', { state: 'frozen' });
  }

  async thaw() {
    await this.lifecycle.send('Page.setWebLifecycleState', { state: 'active' });
  }

  call(method, ...args) {
    return this.page.evaluate(([name, list]) => window.device[name](...list), [method, args]);
  }

  write(...ops) {
    return this.call('write', ops);
  }

  async end() {
    await this.page.close();
    this.device.tabs.splice(this.device.tabs.indexOf(this), 1);
  }

  /** The renderer dies, as for want of memory: nothing in the page runs any more. */
  async crash() {
    const crashed = new Promise((resolve) => this.page.once('crash', resolve));
    const session = await this.session();
    session.send('Page.crash').catch(() => {});
    await crashed;
    await this.end();
  }
}
