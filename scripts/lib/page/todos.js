// A device in a page: the to-do example's own store, without its view, driven from outside through
// `globalThis.todos`.
import { Dexie } from 'dexie';
import { tidemark } from 'tidemark/dexie';
import { Store } from '../../../examples/todo-dexie/src/store.js';
import { canonicalText } from '../canonical.mjs';
import { countedTraffic } from './count.js';

let store;
let sync;
let reader;

const rowOf = (id) => reader.table('todos').get(id);

globalThis.todos = {
  async open(device, token) {
    store = new Store(device);
    sync = await store.connect(() => token);
    // What is in the database, whatever the example's own queries show.
    reader = new Dexie(`todos-${device}`, { addons: [tidemark] });
    await reader.open();
  },

  // Each answers the row that it left, or null.
  async add(fields) {
    return rowOf(await store.add(fields));
  },
  async update(id, changes) {
    await store.update(id, changes);
    return (await rowOf(id)) ?? null;
  },
  async remove(id) {
    await store.remove(id);
    return (await rowOf(id)) ?? null;
  },

  status: () => sync.status.value,
  flush: () => sync.flush(),
  deadLetters: () => sync.deadLetters(),
  traffic: countedTraffic,

  async rows() {
    const keys = await reader.table('todos').toCollection().primaryKeys();
    const rows = await reader.table('todos').bulkGet(keys);
    return keys.map((key, i) => `${canonicalText(key)}\t${canonicalText(rows[i])}`).join('\n');
  },
};
