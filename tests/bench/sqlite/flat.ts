// A sync that brings 100 changes, beside many resident records and beside few.
import { pairsOf } from '../pairs.mjs';
import { connect, freshDatabase, type Measured, startHub, took } from './runs.js';

const changes = 100;

/** A device that has all of a hub's records, and what a sync of some changes takes it. */
async function deviceOf(folder: string, url: string, size: number) {
  const { db, drop } = freshDatabase(folder);
  const sync = await connect(db, `${url}/${size}/sync`);
  const written = db.prepare(`SELECT count(*) AS n FROM todos WHERE title LIKE 'Written again%'`);
  return {
    async receive() {
      await fetch(`${url}/${size}/publish?count=${changes}`);
      return took(() => sync.flush());
    },
    async close() {
      if ((written.get()?.n as number) < changes) throw new Error('the changes have not come');
      await sync.close();
      drop();
    },
  };
}

export async function flat(
  folder: string,
  pairs: number,
  hubScript: string,
  [many, few]: readonly [number, number],
): Promise<Measured> {
  const { url, stop } = await startHub(hubScript, [many, few]);
  try {
    const [large, small] = [await deviceOf(folder, url, many), await deviceOf(folder, url, few)];
    const measured = await pairsOf(pairs, large.receive, small.receive, 5);
    await large.close();
    await small.close();
    return { pairs: measured };
  } finally {
    stop();
  }
}
