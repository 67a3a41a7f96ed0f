// A device in a page: a Dexie database with any tables, synced, and driven from outside through `globalThis.tables`.
// Rows and keys cross as plain ASCII text that says exactly what they are.
import { Dexie } from 'dexie';
import { tidemark } from 'tidemark/dexie';
import { canonicalText } from '../canonical.mjs';
import { JsonReader } from '../import/json-reader.mjs';
import { countedTraffic } from './count.js';

let db;
let sync;

const read = (text) => new JsonReader(text).value(-2);
const table = (index) => db.table(db.importNames[index]);

globalThis.tables = {
  /** `text`: { name, token, tables: [[name, schema]] }. A schema without a key is a table with keys of its own. */
  async open(text) {
    const { name, token, tables } = read(text);
    db = new Dexie(name, { addons: [tidemark] });
    db.importNames = tables.map(([tableName]) => tableName);
    db.version(1).stores(Object.fromEntries(tables));
    sync = await db.tidemark.connect({
      url: '/sync',
      token: () => token,
      tables: db.importNames,
      device: name,
    });
  },

  /** Adds rows in one call; `text` is [key, row] of each, the key null where the row has it and undefined where one is to be made. */
  async add(index, text) {
    const entries = read(text);
    const rows = entries.map(([, row]) => row);
    const { keyPath } = table(index).schema.primKey;
    if (keyPath) {
      await table(index).bulkAdd(rows);
      return null;
    }
    const keys = entries.map(([key]) => (key === null ? sync.newId() : key));
    await table(index).bulkAdd(rows, keys);
    return keys.map(canonicalText);
  },

  status: () => sync.status.value,
  flush: () => sync.flush(),
  deadLetters: () => sync.deadLetters(),
  traffic: countedTraffic,
  count: (index) => table(index).count(),

  /** The rows after the first `from`, at most `limit`, in the order of their keys: a line each, key and row. */
  async rows(index, from, limit) {
    this.keys ??= [];
    this.keys[index] ??= await table(index).toCollection().primaryKeys();
    const keys = this.keys[index].slice(from, from + limit);
    const rows = await table(index).bulkGet(keys);
    return keys.map((key, i) => `${canonicalText(key)}\t${canonicalText(rows[i])}`).join('\n');
  },
};
