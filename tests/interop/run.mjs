// One scope: a browser on Dexie, one on SQLite, a Node process, and two native ones, all writing at
// once, through the real Worker, which is killed and started again all the time. In the end all are
// equal, byte for byte.
// usage: node tests/interop/run.mjs [--seconds N] [--pause MS]   ($TIDEMARK_BUILD: as for the cli)
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { node22 } from '../../scripts/lib/node22.mjs';
import { main } from '../../scripts/lib/run.mjs';
import { assertRows } from '../browser/sync/check.mjs';
import { startFaultProxy } from '../browser/sync/fault-proxy.mjs';
import { launchable, Stage, World } from '../browser/sync/world.mjs';
import { assertBuilt, runTests, withFolder } from '../native/cli/support.mjs';
import { NativeDevice } from './native-writer.mjs';
import { NodeDevice } from './node-process.mjs';
import { DexieDevice, WasmDevice } from './page-devices.mjs';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '12' },
    pause: { type: 'string', default: '40' },
  },
});
/** How long a Worker lives, and for how long there is none. */
const restartMs = 3_000;
const awayMs = 300;
const settleMs = 120_000;

async function restartOn(worker, isOver) {
  let restarts = 0;
  while (!isOver()) {
    await sleep(restartMs * (0.5 + Math.random()));
    await worker.kill();
    await sleep(awayMs);
    await worker.restart();
    restarts++;
  }
  return restarts;
}

/** Everything sent, and everything read: twice, so that all have what the last one sent. */
async function settle(devices) {
  const end = Date.now() + settleMs;
  for (const device of [...devices, ...devices, ...devices])
    for (;;) {
      const fault = await device.flush();
      if (fault === null) break;
      if (Date.now() > end) throw new Error(`${device.name} cannot flush: ${fault}`);
      await sleep(50);
    }
}

async function allWrite(devices, worker, seconds) {
  for (const device of devices) await device.begin(Number(values.pause));
  const end = Date.now() + seconds * 1_000;
  const restarts = await restartOn(worker, () => Date.now() > end);
  for (const device of devices) await device.end();
  return restarts;
}

async function equalInTheEnd(folder, seconds) {
  const world = await World.start();
  const stage = new Stage(world, 1);
  const proxy = await startFaultProxy({}, () => stage.worker.url);
  const url = `${proxy.url.replace('localhost', '127.0.0.1')}/sync`;
  const token = stage.tokens[0];
  const hub = ['--url', url, '--token', token];
  const devices = [
    new DexieDevice(stage),
    new WasmDevice(stage, folder),
    new NodeDevice(folder, url, token),
    new NativeDevice('native-1', `${folder}/native-1.db`, hub),
    new NativeDevice('native-2', `${folder}/native-2.db`, hub),
  ];
  try {
    for (const device of devices) await device.connect();
    const restarts = await allWrite(devices, stage.worker, seconds);
    await settle(devices);
    const rows = await stage.hubRows();
    for (const device of devices) assertRows(device.name, await device.rows(), rows);
    for (const device of devices) assert.deepEqual(await device.faults(), [], device.name);
    const counts = devices.map(({ name, writes }) => `${name} ${writes}`).join(', ');
    console.log(`  writes: ${counts}; ${restarts} restarts; ${rows.size} records, all equal`);
  } finally {
    for (const device of devices) device.close();
    await proxy.close();
    await stage.close();
    await world.stop();
  }
}

await main(() => {
  if (!launchable() || node22() === null) {
    console.log('skipped: no Chromium, or no Node 22.16 or newer');
    return 0;
  }
  assertBuilt();
  const seconds = Number(values.seconds);
  return withFolder((folder) =>
    runTests({
      [`five devices of four kinds write for ${seconds} s: all are equal`]: () =>
        equalInTheEnd(folder, seconds),
    }),
  );
});
