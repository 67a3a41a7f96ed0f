// A device in a page: a Dexie database with any tables, synced, and driven from outside through
// `globalThis.tables`. Rows and keys cross as plain ASCII text that says exactly what they are.
import { Dexie } from 'dexie';
import { tidemark } from 'tidemark/dexie';
import { canonicalText } from '../canonical.mjs';
import { JsonReader } from '../import/json-reader.mjs';
import { countedTraffic } from './count.js';

let db;
let sync;
/** Where reading a table has come to. */
const lastKeys = new Map();

const read = (text) => new JsonReader(text).value(-2);
const table = (index) => db.table(db.importNames[index]);

globalThis.tables = {
  /**
   * `text`: { name, token, tables: [[name, schema]] }. A schema without a key is a table with keys
   * of its own.
   */
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

  /**
   * Adds rows in one call; `text` is [key, row] of each. A null key is made here; keys are answered
   * if they are not in the rows.
   */
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

  /**
   * The next `limit` rows in the order of their keys, a line each: key and row. From the start
   * after '' was answered.
   */
  async nextRows(index, limit) {
    const after = () => {
      const last = lastKeys.get(index);
      const all =
        last === undefined ? table(index).toCollection() : table(index).where(':id').above(last);
      return all.limit(limit);
    };
    const [keys, rows] = await Promise.all([after().primaryKeys(), after().toArray()]);
    lastKeys.set(index, keys.at(-1));
    return keys.map((key, i) => `${canonicalText(key)}\t${canonicalText(rows[i])}`).join('\n');
  },
};
