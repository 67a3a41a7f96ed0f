// A sync that brings 100 changes to a device of this page, beside many resident records and beside
// few.
import { pairsOf } from '../pairs.mjs';
import { type Device, dexieDevice, sqliteDevice } from './devices.js';

const [many, few] = [100_000, 1_000];

async function receiverOf(open: () => Promise<Device>, size: number) {
  const device = await open();
  const sync = await device.connect(`/${size}/sync`);
  const receive = async () => {
    const before = sync.metrics.value.received;
    await fetch(`/${size}/publish?count=100`);
    const start = performance.now();
    await sync.flush();
    const time = performance.now() - start;
    if (sync.metrics.value.received !== before + 100) throw new Error('not all has come');
    return time;
  };
  return { receive, drop: device.drop };
}

async function flat(open: () => Promise<Device>) {
  const [large, small] = [await receiverOf(open, many), await receiverOf(open, few)];
  const pairs = await pairsOf(41, large.receive, small.receive, 5);
  await large.drop();
  await small.drop();
  return pairs;
}

export const flats = {
  'changes-flat-dexie': () => flat(dexieDevice),
  'changes-flat-opfs': () => flat(sqliteDevice),
};
