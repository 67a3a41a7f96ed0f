// The page of the Dexie benchmarks: the same work on a database with the addon and one without, in
// pairs, taking turns at going first. `window.result` has each pair's ratio.
import { Dexie } from 'dexie';
import { dexieAddon } from '../../js/src/dexie.js';
import { createEngine } from '../../js/src/engine.js';
import { systemHost } from '../../js/src/host.js';
import type { Sync } from '../../js/src/types.js';
import { useWasm } from '../../js/src/wasm.js';

interface Bench {
  pairs: number;
  /** Rows that are there before each run. */
  rows?: number;
  merge?: 'field' | 'record';
  /** What both ask of the browser: that a transaction is on the disk before it is said done. */
  strict?: boolean;
  run(db: Dexie): Promise<unknown>;
}

const todo = (i: number, done = 0) => ({
  id: `k3x9q2ab-mb2k1x9f-${i.toString(36).padStart(10, '0')}`,
  title: `Buy milk and bread for the weekend ${i}`,
  done,
  list: `list-${i % 20}`,
  note: 'two litres, the green one',
  createdAt: 1_763_000_000_000 + i,
});
const todos = (count: number, done = 0) => Array.from({ length: count }, (_, i) => todo(i, done));
const bulk = 10_000;

const benches: Record<string, Bench> = {
  'dexie-put': {
    pairs: 21,
    async run(db) {
      for (let i = 0; i < 200; i++) await db.table('todos').put(todo(i));
    },
  },
  'dexie-put-record': {
    pairs: 15,
    merge: 'record',
    async run(db) {
      for (let i = 0; i < 200; i++) await db.table('todos').put(todo(i));
    },
  },
  'dexie-put-strict': {
    pairs: 15,
    strict: true,
    async run(db) {
      for (let i = 0; i < 200; i++) await db.table('todos').put(todo(i));
    },
  },
  'dexie-bulk-add': { pairs: 11, run: (db) => db.table('todos').bulkAdd(todos(bulk)) },
  'dexie-bulk-put-existing': {
    pairs: 9,
    rows: bulk,
    run: (db) => db.table('todos').bulkPut(todos(bulk, 1)),
  },
  'dexie-update': {
    pairs: 15,
    rows: 200,
    async run(db) {
      for (let i = 0; i < 200; i++) await db.table('todos').update(todo(i).id, { done: 1 });
    },
  },
};

const addon = dexieAddon({
  loadEngine: () => createEngine(systemHost),
  // Nothing is sent; the database closes what it connected.
  startSync: async () => ({ close: async () => {} }) as Sync,
});

async function open(name: string, tracked: boolean, { merge, strict }: Bench): Promise<Dexie> {
  await Dexie.delete(name);
  const chromeTransactionDurability = strict ? 'strict' : 'default';
  const db = new Dexie(name, { addons: tracked ? [addon] : [], chromeTransactionDurability });
  db.version(1).stores({ todos: 'id,done,list' });
  await db.open();
  if (tracked)
    await db.tidemark.connect({ url: '/sync', tables: { todos: { merge: merge ?? 'field' } } });
  return db;
}

async function timeOf(bench: Bench, tracked: boolean): Promise<number> {
  const { run, rows = 0 } = bench;
  const db = await open(tracked ? 'tracked' : 'untracked', tracked, bench);
  if (rows > 0) await db.table('todos').bulkAdd(todos(rows));
  const start = performance.now();
  await run(db);
  const time = performance.now() - start;
  db.close();
  return time;
}

async function measure(bench: Bench) {
  const pairs: [tracked: number, untracked: number][] = [];
  for (let i = 0; i < bench.pairs + 1; i++) {
    const first = await timeOf(bench, i % 2 === 0);
    const second = await timeOf(bench, i % 2 === 1);
    // The first pair warms up.
    if (i > 0) pairs.push(i % 2 === 0 ? [first, second] : [second, first]);
  }
  return pairs;
}

declare global {
  var result: unknown;
}

useWasm('/tidemark.wasm');
const wanted = new URLSearchParams(location.search).get('names')?.split(',') ?? [];
const figures: Record<string, unknown> = {};
for (const name of wanted) figures[name] = await measure(benches[name] as Bench);
globalThis.result = figures;
