// Chromium on this machine, without a window, and devices in it: browser contexts, each with a
// storage of its own.
import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { failure } from './run.mjs';

const places = [
  process.env.CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

const args = [
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** The same engine without what is around it: a page costs a quarter of the time. */
const shell = '/usr/bin/chromium-headless-shell';

export const findChromium = () => places.find((place) => place && existsSync(place)) ?? null;

/** `needsWhole`: as users have it; else the shell alone, where there is one. */
export async function launchBrowser(needsWhole = true) {
  const isShell = !needsWhole && process.env.CHROMIUM === undefined && existsSync(shell);
  const executablePath = isShell ? shell : findChromium();
  if (executablePath === null)
    throw failure('no Chromium found: install it, or name it in the variable CHROMIUM');
  // Whoever started it stops it, with the rest.
  const signals = { handleSIGINT: false, handleSIGTERM: false, handleSIGHUP: false };
  return chromium.launch({ executablePath, args, headless: true, ...signals });
}

/**
 * A page that drives one device: `api` is the object that the page's script puts on `globalThis`.
 */
export class Device {
  static async open(browser, name, { url, api }) {
    const context = await browser.newContext();
    const page = await context.newPage();
    const device = new Device(name, context, page, api);
    page.on('pageerror', (error) => device.faults.push(error.message));
    page.on('crash', () => device.faults.push('the page crashed'));
    await page.goto(url);
    await page.waitForFunction((global) => global in globalThis, api);
    return device;
  }

  constructor(name, context, page, api) {
    this.name = name;
    this.context = context;
    this.page = page;
    this.api = api;
    /** What went wrong in the page, and nobody caught. */
    this.faults = [];
  }

  /** Calls a method of the page's object. */
  call(method, ...parameters) {
    return this.page.evaluate(
      ([api, name, values]) => globalThis[api][name](...values),
      [this.api, method, parameters],
    );
  }

  setOffline(offline) {
    return this.context.setOffline(offline);
  }

  /**
   * Resolves when the device says that it has nothing left to do; rejects with what it says after
   * `timeoutMs`.
   */
  async untilIdle(timeoutMs) {
    const end = Date.now() + timeoutMs;
    for (;;) {
      const status = await this.call('status');
      if (status.phase === 'idle' && status.pending === 0) return status;
      if (Date.now() > end)
        throw new Error(`device ${this.name} is not done: ${JSON.stringify(status)}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
