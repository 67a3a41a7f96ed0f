// A device in a page as page.ts is one, on IndexedDB without Dexie: the built package over `idb`.
import { type IDBPDatabase, openDB } from 'idb';
import { addTidemark, connect, type IdbSync } from 'tidemark/idb';
import { canonicalText } from '../../../scripts/lib/canonical.mjs';
import { syncCalls } from './page-sync.js';
import type { ConnectOptions, Op, OpenOptions, Row } from './page-types.js';
import { sampleRows } from './values.mjs';

/** What of a store the writes need, without the types of its rows. */
interface Writing {
  put(row: Row): Promise<unknown>;
  add(row: Row): Promise<unknown>;
  get(key: unknown): Promise<Row | undefined>;
  delete(key: unknown): Promise<void>;
  clear(): Promise<void>;
  openCursor(): Promise<Cursor | null>;
}
interface Cursor {
  value: Row;
  update(row: Row): Promise<unknown>;
  continue(): Promise<Cursor | null>;
}

let db: IDBPDatabase;
let sync: IdbSync;
let token: string | null = null;
/** Tables that changed, as the app was told. */
const changed: string[] = [];
const waiting = new Set<() => void>();

async function apply(rows: Writing, op: Op): Promise<unknown> {
  switch (op[0]) {
    case 'put':
    case 'add':
      return rows[op[0]](op[2]);
    case 'bulkPut':
    case 'bulkAdd':
      return Promise.all(op[2].map((row) => rows[op[0] === 'bulkPut' ? 'put' : 'add'](row)));
    case 'update':
      return rows.put({ ...(await rows.get(op[2])), ...op[3] });
    case 'delete':
      return rows.delete(op[2]);
    case 'bulkDelete':
      return Promise.all(op[2].map((key) => rows.delete(key)));
    case 'modify':
      for (let at = await rows.openCursor(); at; at = await at.continue())
        await at.update({ ...at.value, ...op[2] });
      return;
    case 'clear':
      return rows.clear();
  }
}

/** All of it in one transaction. */
async function write(ops: Op[], fail = false): Promise<void> {
  const names = [...new Set(ops.map(([, table]) => table))];
  const trans = db.transaction(names, 'readwrite');
  const done = trans.done.catch((error) => error);
  for (const op of ops) await apply(trans.objectStore(op[1]) as unknown as Writing, op);
  if (fail) trans.abort();
  const error = await done;
  if (error && !fail) throw error;
}

async function rowsOf(table: string): Promise<string[]> {
  const trans = db.transaction(table);
  const [keys, rows] = await Promise.all([trans.store.getAllKeys(), trans.store.getAll()]);
  return keys.map((key, i) => `${table}\t${canonicalText(key)}\t${canonicalText(rows[i])}`);
}

const device = {
  ...syncCalls(() => sync as never),

  async open({ name, schema }: OpenOptions): Promise<void> {
    db = await openDB(name, 1, {
      upgrade(upgraded) {
        for (const [table, keyPath] of Object.entries(schema))
          upgraded.createObjectStore(table, { keyPath });
        addTidemark(upgraded);
      },
      blocking: () => db.close(),
    });
  },

  async connect({ tables, live = true }: ConnectOptions): Promise<void> {
    const transport = live ? {} : { paths: { live: null } };
    // Under the page's policy: what a debugger calls is exempt from it.
    await new Promise((done) => setTimeout(done));
    sync = await connect(db, { url: '/sync', token: () => token, tables, transport });
    db = sync.db;
    sync.onChange((names) => {
      changed.push(...names);
      for (const look of waiting) look();
    });
  },

  setTokens(current: string | null): void {
    token = current;
  },

  async write(ops: Op[]): Promise<void> {
    for (const op of ops) await write([op]);
  },
  transaction: write,
  writeSamples: (note: string) => write([['bulkPut', 'samples', sampleRows(note) as Row[]]]),

  /** Through a handle that nobody tracks. */
  async writeUnseen(table: string, row: Row): Promise<void> {
    const other = await openDB(db.name);
    await other.put(table, row);
    other.close();
  },

  /** As page.ts does. */
  async writeOn(table: string, prefix: string, count: number, pauseMs: number): Promise<void> {
    const { stored } = window as never as { stored(key: string): void };
    for (let n = 0; n < count; n++) {
      const id = `${prefix}-${n}`;
      await db.put(table, { id, n });
      stored(id);
      await new Promise((done) => setTimeout(done, pauseMs * Math.random() * 2));
    }
  },

  async rows(): Promise<string[]> {
    const tables = [...db.objectStoreNames].filter((name) => !name.startsWith('$'));
    return (await Promise.all(tables.map(rowsOf))).flat();
  },

  /** As an app would: it looks when it is told of a change. */
  untilRow(table: string, key: string, wanted: Row | null): Promise<void> {
    return new Promise((resolve) => {
      const look = async () => {
        const row: Row | undefined = await db.get(table, key);
        const isThere =
          wanted === null
            ? row === undefined
            : row && Object.entries(wanted).every(([name, value]) => row[name] === value);
        if (isThere && waiting.delete(look)) resolve();
      };
      waiting.add(look);
      void look();
    });
  },
  changed: () => changed.splice(0),

  /** Entries in the log: what is recorded and not acknowledged. */
  logged: () => db.count('$tidemark_log'),
  close(): void {
    db.close();
  },

  /** A newer version of the app, in this tab. */
  async upgrade(): Promise<void> {
    db = await openDB(db.name, db.version + 1);
  },
};

Object.assign(window, { device });
