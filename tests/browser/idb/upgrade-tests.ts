// Upgrades of the app's database with writes pending across them.
import { type IDBPDatabase, type IDBPTransaction, openDB } from 'idb';
import { addTidemark, recordUpgrade } from '../../../js/src/idb.js';
import type { Join } from '../../../js/src/merge.js';
import { equal } from '../../../js/src/testing/contract.js';
import { clear, log } from '../store/dexie-log.js';
import { connect, freshName, openIdb, remove } from './driver.js';

type Trans = IDBPTransaction<unknown, string[], 'versionchange'>;
type Upgrade = (db: IDBPDatabase, trans: Trans) => unknown;

/** The next version of the app; `work` comes after what Tidemark needs. */
function openNext(name: string, work: Upgrade): Promise<IDBPDatabase> {
  return openDB(name, 2, {
    async upgrade(db, _, __, trans) {
      addTidemark(db);
      await recordUpgrade(trans);
      await work(db as IDBPDatabase, trans as Trans);
    },
  });
}

/** A synced row, edited since, and one that was never sent; in two tables. */
async function before(join: Join): Promise<string> {
  const name = freshName();
  const db = await openIdb(['todos', 'notes', 'local'], name);
  const store = await connect(db, ['todos', 'notes']);
  for (const table of ['todos', 'notes']) await db.put(table, { id: 'a', n: 1 });
  await clear(store, join);
  for (const table of ['todos', 'notes']) {
    await db.put(table, { id: 'a', n: 2 });
    await db.put(table, { id: 'b', n: 3 });
  }
  db.close();
  return name;
}

const textOf = async (db: IDBPDatabase, tables: string[]) => {
  const lines = await log(await connect(db, tables));
  return lines.map((line) => line.join(' '));
};

const pendingOf = (table: string) => [`${table} "a" set n`, `${table} "b" put!`];

export function upgradeTests(join: Join): Record<string, () => Promise<void>> {
  return {
    'what it writes is recorded, behind what was pending': async () => {
      const db = await openNext(await before(join), async (_, trans) => {
        const todos = trans.objectStore('todos');
        for (let at = await todos.openCursor(); at; at = await at.continue())
          await at.update({ ...at.value, title: at.key });
        await todos.delete('b');
        await trans.objectStore('local').put({ id: 0.5 });
      });
      equal(
        await textOf(db, ['todos']),
        [
          'todos "a" set n',
          'todos "b" put!',
          'notes "a" set n',
          'notes "b" put!',
          'todos "a" set title',
          'todos "b" set title',
          'todos "b" delete',
        ],
        'log',
      );
      await remove(db);
    },

    'what was pending of a table that it drops becomes letters, with the rows': async () => {
      const db = await openNext(await before(join), (upgraded) => {
        upgraded.deleteObjectStore('notes');
        upgraded.deleteObjectStore('local');
        upgraded.createObjectStore('tags', { keyPath: 'id' });
      });
      const store = await connect(db, ['todos', 'tags']);
      await db.put('tags', { id: 't' });
      equal(await textOf(db, ['todos', 'tags']), [...pendingOf('todos'), 'tags "t" put!'], 'log');
      const letters = await store.deadLetters();
      equal(
        letters.map(({ code, change, row }) => [code, change.table, change.id, row]),
        [
          ['table_unsupported', 'notes', '"a"', { id: 'a', n: 2 }],
          ['table_unsupported', 'notes', '"b"', { id: 'b', n: 3 }],
        ],
        'letters',
      );
      await remove(db);
    },

    'one that fails leaves what was pending': async () => {
      const name = await before(join);
      const failed = openNext(name, async (db, trans) => {
        trans.done.catch(() => {}); // what opens it says so
        await trans.objectStore('todos').put({ id: 'a', n: 0 });
        db.deleteObjectStore('notes');
        trans.abort();
      });
      equal(await failed.catch((error) => error.name), 'AbortError', 'error');
      const db = await openDB(name);
      const expected = [...pendingOf('todos'), ...pendingOf('notes')];
      equal(await textOf(db, ['todos', 'notes']), expected, 'log');
      equal(await db.get('todos', 'a'), { id: 'a', n: 2 }, 'row');
      await remove(db);
    },

    'of a database that is new, or was never synced, nothing is recorded': async () => {
      const name = freshName();
      const work: Upgrade = (db, trans) => {
        if (!db.objectStoreNames.contains('todos'))
          db.createObjectStore('todos', { keyPath: 'id' });
        void trans.objectStore('todos').put({ id: 'a' });
      };
      const fresh = await openNext(name, work);
      equal(await fresh.count('$tidemark_log'), 0, 'new');
      await remove(fresh);
      (await openIdb(['todos'], name)).close();
      const db = await openNext(name, work);
      equal(await db.count('$tidemark_log'), 0, 'never synced');
      await remove(db);
    },
  };
}
