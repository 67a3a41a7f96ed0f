// Where a check plays: the example Worker on a free port with its storage in a temporary folder,
// one of the pages, two devices.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Device, launchBrowser } from '../browser.mjs';
import { buildPage } from '../build-page.mjs';
import { bundleWorker } from '../bundle-worker.mjs';
import { failure, step } from '../run.mjs';
import { startWorker } from '../worker-server.mjs';

/** The user of both devices: the example's own. */
export const token = 'demo-token';

/** Calls `play({ url, devices })`, and takes everything down whatever comes of it. */
export async function onStage(page, play) {
  const folder = await mkdtemp(path.join(tmpdir(), 'tidemark-check-'));
  const undo = [() => rm(folder, { recursive: true, force: true, maxRetries: 3 })];
  const interrupted = new Promise((_, reject) => {
    for (const signal of ['SIGINT', 'SIGTERM'])
      process.once(signal, () => reject(failure(`stopped by ${signal}`)));
  });
  const run = async () => {
    await step('bundling the Worker', bundleWorker);
    await step('bundling the page', () => buildPage(page, `${folder}/page`));
    const server = await step('starting workerd', () =>
      startWorker({ stateDir: `${folder}/state`, assetsDir: `${folder}/page` }),
    );
    undo.push(() => server.stop());
    const browser = await step('starting Chromium', () => launchBrowser());
    undo.push(() => browser.close());
    const open = (name) => Device.open(browser, name, { url: server.url, api: page });
    const devices = [await open('one'), await open('two')];
    const result = await play({ url: server.url, devices });
    for (const { name, faults } of devices)
      if (faults.length > 0) throw new Error(`device ${name}: ${faults[0]}`);
    return result;
  };
  try {
    return await Promise.race([run(), interrupted]);
  } finally {
    for (const action of undo.reverse()) await action();
  }
}
