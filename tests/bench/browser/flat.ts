// A sync that brings 100 changes to a device of this page, beside many resident records and beside
// few; and what the writes of such a sync take SQLite alone.
import { pairsOf } from '../pairs.mjs';
import { insertJsonText } from '../todos.mjs';
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

/** The fields that the hub's patches have, of rows as far apart, by one `batch`. */
async function updaterOf(size: number) {
  const { db, drop } = await sqliteDevice();
  const text = await (await fetch(`/${size}/rows`)).text();
  await db.exec(insertJsonText, [text]);
  const rows: { id: string }[] = JSON.parse(text);
  const sql = 'UPDATE todos SET title = ?, completed = ?, updated_at = ? WHERE id = ?';
  let turn = 0;
  const receive = async () => {
    turn++;
    const statements = Array.from({ length: 100 }, (_, i) => {
      const row = rows[Math.floor(((i + (turn % 7) / 7) * size) / 100)] as { id: string };
      return { sql, parameters: [`Written again ${turn}`, turn % 2, turn, row.id] };
    });
    const start = performance.now();
    await db.batch(statements);
    return performance.now() - start;
  };
  return { receive, drop };
}

type Flat = (size: number) => Promise<{ receive(): Promise<number>; drop(): Promise<void> }>;

async function flat(open: Flat) {
  const [large, small] = [await open(many), await open(few)];
  const pairs = await pairsOf(41, large.receive, small.receive, 5);
  await large.drop();
  await small.drop();
  return pairs;
}

export const flats = {
  'changes-flat-dexie': () => flat((size) => receiverOf(dexieDevice, size)),
  'changes-flat-opfs': () => flat((size) => receiverOf(sqliteDevice, size)),
  'updates-flat-opfs': () => flat(updaterOf),
};
