// A device in a page: a Dexie database with the built package as an app would use it, driven from
// outside through
// `window.device`. Rows leave the page as text that says exactly what they are.
import { Dexie, liveQuery, type Transaction } from 'dexie';
import { tidemark } from 'tidemark/dexie';
import { canonicalText } from '../../../scripts/lib/canonical.mjs';
import { storageCalls } from './page-storage.js';
import { syncCalls } from './page-sync.js';
import type { ConnectOptions, Op, OpenOptions, Row, Sync } from './page-types.js';
import { sampleRows } from './values.mjs';

let db: Dexie;
let sync: Sync;
let tokens: { current: string | null; next: string | null } = { current: null, next: null };
const tokenCalls: boolean[] = [];
const events: [string, unknown][] = [];
const eventNames = ['loss', 'refused', 'diverged', 'split', 'account', 'cloned'];
const violations: string[] = [];
addEventListener('securitypolicyviolation', (event) => {
  violations.push(`${event.violatedDirective} ${event.blockedURI}`);
});

async function apply([kind, name, first, second]: Op): Promise<void> {
  const table = db.table(name);
  switch (kind) {
    case 'put':
    case 'add':
      return void (await table[kind](first, second as never));
    case 'bulkPut':
    case 'bulkAdd':
      return void (await table[kind](first as Row[], second as never));
    case 'update': {
      const found = await table.update(first as never, second as Row);
      if (found !== 1) throw new Error(`nothing to update: ${name} ${canonicalText(first)}`);
      return;
    }
    case 'delete':
      return table.delete(first as never);
    case 'bulkDelete':
      return table.bulkDelete(first as never[]);
    case 'modify':
      return void (await table.toCollection().modify(first as Row));
    case 'clear':
      return table.clear();
  }
}

const device = {
  ...storageCalls(
    () => db,
    () => sync,
    apply,
  ),
  ...syncCalls(() => sync),

  async open({ name, schema, plain, next, durability = 'relaxed' }: OpenOptions): Promise<void> {
    db = new Dexie(name, {
      ...(!plain && { addons: [tidemark] }),
      chromeTransactionDurability: durability,
    });
    db.version(1).stores(schema);
    if (next !== undefined) {
      const [table, changes] = next.set ?? [];
      const upgrade = (trans: Transaction) =>
        table === undefined
          ? undefined
          : trans
              .table(table)
              .toCollection()
              .modify(changes as Row);
      db.version(2).stores(next.schema).upgrade(upgrade);
    }
    await db.open();
  },

  async connect({ tables, live = true, timeoutMs, ...options }: ConnectOptions): Promise<void> {
    const transport = {
      ...(live ? {} : { paths: { live: null } }),
      ...(timeoutMs && { timeoutMs }),
    };
    // Under the page's policy: what a debugger calls is exempt from it.
    await new Promise((done) => setTimeout(done));
    sync = (await (
      db as never as { tidemark: { connect(o: unknown): Promise<Sync> } }
    ).tidemark.connect({
      url: '/sync',
      token: ({ refresh }: { refresh: boolean }) => {
        tokenCalls.push(refresh);
        if (refresh && tokens.next !== null) tokens = { current: tokens.next, next: null };
        return tokens.current;
      },
      tables,
      transport,
      ...options,
    })) as Sync;
    for (const name of eventNames) sync.on(name, (detail) => void events.push([name, detail]));
  },

  setTokens(current: string | null, next: string | null = null): void {
    tokens = { current, next };
  },
  /** By call of the token function: whether it was asked to refresh. */
  tokenCalls: () => tokenCalls.splice(0),

  async write(ops: Op[]): Promise<void> {
    for (const op of ops) await apply(op);
  },

  /** All of it in one transaction; `fail`: which the app then aborts. Returns the error's name. */
  async transaction(ops: Op[], fail = false): Promise<string | null> {
    const names = [...new Set(ops.map(([, table]) => table))];
    try {
      await db.transaction('rw', names, async () => {
        for (const op of ops) await apply(op);
        if (fail) throw new RangeError('the app changed its mind');
      });
      return null;
    } catch (error) {
      if (!fail) throw error;
      return (error as Error).name;
    }
  },

  /**
   * Writes `count` rows one after the other, as fast as it goes, and reports each that is stored by
   * `window.stored(key)`.
   */
  async writeOn(table: string, prefix: string, count: number, pauseMs: number): Promise<void> {
    const { stored } = window as never as { stored(key: string): void };
    for (let i = 0; i < count; i++) {
      const id = `${prefix}-${i}`;
      await db.table(table).put({ id, n: i });
      if (i % 3 === 2) await db.table(table).update(id, { again: i });
      stored(id);
      if (pauseMs > 0) await new Promise((done) => setTimeout(done, pauseMs * Math.random() * 2));
    }
  },

  /** A row of every kind of value, with a note. */
  writeSamples: (note: string) => db.table('samples').bulkPut(sampleRows(note)),

  /** Every row of every table: a line each, of table, key and row. */
  async rows(): Promise<string[]> {
    const lines: string[] = [];
    const tables = db.tables.filter(({ name }) => !name.startsWith('$'));
    await db.transaction('r', tables, async () => {
      for (const table of tables) {
        const keys = await table.toCollection().primaryKeys();
        const rows = await table.toArray();
        for (const [i, key] of keys.entries())
          lines.push(`${table.name}\t${canonicalText(key)}\t${canonicalText(rows[i])}`);
      }
    });
    return lines;
  },

  /**
   * Resolves when the row is as wanted; `wanted` null: is gone. By a live query, as an app would
   * see it.
   */
  untilRow(table: string, key: unknown, wanted: Row | null): Promise<void> {
    const isThere = (row: Row | undefined) =>
      wanted === null
        ? row === undefined
        : row !== undefined && Object.entries(wanted).every(([name, value]) => row[name] === value);
    return new Promise((resolve, reject) => {
      const subscription = liveQuery(() => db.table(table).get(key as never)).subscribe({
        next: (row) => {
          if (!isThere(row)) return;
          setTimeout(() => subscription.unsubscribe());
          resolve();
        },
        error: reject,
      });
    });
  },

  /**
   * Watches two rows that are only ever written together, and notes what a live query shows of
   * them.
   */
  watchPair(a: [string, string], b: [string, string]): void {
    const seen: [unknown, unknown][] = [];
    Object.assign(window, { seen });
    liveQuery(() =>
      db.transaction('r', a[0], b[0], async () => {
        const first = await db.table(a[0]).get(a[1]);
        const second = await db.table(b[0]).get(b[1]);
        return [first?.n, second?.n] as [unknown, unknown];
      }),
    ).subscribe({
      next: (pair) => void seen.push(pair),
      error: (error) => void seen.push(['error', String(error)]),
    });
  },
  seen: () => (window as never as { seen: unknown[] }).seen,

  events: () => events.splice(0),

  /** Entries in the log: what is recorded and not acknowledged. */
  logged: () => db.table('$tidemark_log').count(),
  async close(): Promise<void> {
    await sync?.close();
    db.close();
  },
  async evalIsBlocked(): Promise<boolean> {
    // What a debugger calls is exempt from the policy; a task of the page's own is not.
    await new Promise((done) => setTimeout(done));
    try {
      // biome-ignore lint/security/noGlobalEval: that it is refused is what is tested
      return globalThis.eval('1') !== 1;
    } catch {
      return true;
    }
  },
  violations: () => violations,
};

export type Device = typeof device;
Object.assign(window, { device });
