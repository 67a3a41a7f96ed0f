// All records of a hub into an empty database of this page, against one reply that is parsed and
// written in one transaction.
import { pairsOf } from '../pairs.mjs';
import { insertJsonText } from '../todos.mjs';
import { type Device, dexieDevice, sqliteDevice } from './devices.js';

const records = 100_000;
const rowsText = async () => (await fetch(`/${records}/rows`)).text();

async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

async function byClient(open: () => Promise<Device>): Promise<number> {
  const device = await open();
  const time = await timeOf(() => device.connect(`/${records}/sync`));
  if ((await device.count()) !== records) throw new Error('not all has come');
  await device.drop();
  return time;
}

function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function plainIndexedDb(): Promise<number> {
  const opening = indexedDB.open('plain', 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore('todos', { keyPath: 'id' });
  const db = await done(opening);
  const time = await timeOf(async () => {
    const rows = JSON.parse(await rowsText());
    const transaction = db.transaction('todos', 'readwrite');
    const store = transaction.objectStore('todos');
    for (const row of rows) store.put(row);
    await new Promise((resolve, reject) => {
      transaction.oncomplete = resolve;
      transaction.onabort = () => reject(transaction.error);
    });
  });
  const count = await done(db.transaction('todos').objectStore('todos').count());
  if (count !== records) throw new Error('not all was put');
  db.close();
  await done(indexedDB.deleteDatabase('plain'));
  return time;
}

async function plainSqlite(): Promise<number> {
  const device = await sqliteDevice();
  const time = await timeOf(async () => device.db.exec(insertJsonText, [await rowsText()]));
  if ((await device.count()) !== records) throw new Error('not all was inserted');
  await device.drop();
  return time;
}

export const bootstraps = {
  'bootstrap-dexie': () => pairsOf(3, () => byClient(dexieDevice), plainIndexedDb, 0),
  'bootstrap-opfs': () => pairsOf(3, () => byClient(sqliteDevice), plainSqlite, 0),
};
