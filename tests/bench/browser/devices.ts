// Devices in this page, each with an empty table of to-dos: on Dexie, and on SQLite in the origin
// private file system.
import { Dexie } from 'dexie';
import { tidemark } from '../../../js/src/dexie.js';
import { createEngine } from '../../../js/src/engine.js';
import { systemHost } from '../../../js/src/host.js';
import { open } from '../../../js/src/sqlite.js';
import { type BrowserDatabase, openDatabase } from '../../../js/src/sqlite-browser.js';
import type { Sync } from '../../../js/src/types.js';
import { synced, transport } from '../synced.js';
import { schema } from '../todos.mjs';

/** A device before and after its first sync. */
export interface Device {
  connect(url: string): Promise<Sync>;
  count(): Promise<number>;
  drop(): Promise<void>;
}

let devices = 0;
const freshName = () => `bench-${Date.now()}-${devices++}`;

export async function dexieDevice(): Promise<Device> {
  const name = freshName();
  const db = new Dexie(name, { addons: [tidemark] });
  db.version(1).stores({ todos: 'id' });
  await db.open();
  let sync: Sync | undefined;
  return {
    async connect(url) {
      sync = await db.tidemark.connect({ url, tables: ['todos'], transport });
      await synced(sync);
      return sync;
    },
    count: () => db.table('todos').count(),
    async drop() {
      await sync?.close();
      db.close();
      await Dexie.delete(name);
    },
  };
}

/** With `db`, for what needs no sync. */
export async function sqliteDevice(): Promise<Device & { db: BrowserDatabase }> {
  const worker = () => new Worker('/worker.js', { type: 'module' });
  const db = await openDatabase(freshName(), { storage: 'opfs', worker });
  await db.batch([{ sql: schema }]);
  let sync: Sync | undefined;
  return {
    db,
    async connect(url) {
      sync = await open({ db, url, tables: ['todos'], transport });
      await synced(sync);
      return sync;
    },
    count: async () => (await db.exec('SELECT count(*) AS n FROM todos'))[0]?.n as number,
    async drop() {
      await sync?.close();
      // There is no deleting a file; what it held makes room.
      await db.exec('DELETE FROM todos').catch(() => {});
      await db.close();
    },
  };
}

/** Records what is written to the to-dos from now on. */
export async function track(db: BrowserDatabase): Promise<void> {
  const clock = await createEngine(systemHost);
  await db.openStore({ tables: new Map([['todos', 'field']]), clock });
}
