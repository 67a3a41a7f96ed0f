// A device on SQLite, as tests/browser/sync drives one on Dexie: the built package as an app would
// use it, driven from outside through `window.device`.
import { open } from 'tidemark/sqlite';
import { type BrowserDatabase, openDatabase } from 'tidemark/sqlite-browser';
import { canonicalText } from '../../../scripts/lib/canonical.mjs';
import type { ConnectOptions, OpenOptions, Row, Sync } from '../sync/page-types.js';

type Op = ['put', string, Row] | ['update', string, string, Row] | ['delete', string, string];

let db: BrowserDatabase;
let sync: Sync;
let token: string | null = null;

const values = (row: Row) => Object.values(row) as (string | number)[];
const names = (row: Row) => Object.keys(row).map((name) => `"${name}"`);

function statementOf(op: Op) {
  const [kind, table] = op;
  if (kind === 'delete') return { sql: `DELETE FROM ${table} WHERE id = ?`, parameters: [op[2]] };
  if (kind === 'update') {
    const sets = names(op[3]).map((name) => `${name} = ?`);
    const sql = `UPDATE ${table} SET ${sets} WHERE id = ?`;
    return { sql, parameters: [...values(op[3]), op[2]] };
  }
  const [columns, row] = [names(op[2]), values(op[2])];
  const sets = columns.map((name) => `${name} = excluded.${name}`);
  const sql = `INSERT INTO ${table} (${columns}) VALUES (${columns.map(() => '?')})
    ON CONFLICT (id) DO UPDATE SET ${sets}`;
  return { sql, parameters: row };
}

const tables = ['todos', 'lists'];

const device = {
  async open({ name }: OpenOptions): Promise<void> {
    db = await openDatabase(name);
    await db.batch(
      tables.map((table) => ({
        sql: `CREATE TABLE IF NOT EXISTS ${table} (id TEXT PRIMARY KEY, title TEXT, n INTEGER)`,
      })),
    );
  },
  async connect({ live = true }: ConnectOptions): Promise<void> {
    // Under the page's policy: what a debugger calls is exempt from it.
    await new Promise((done) => setTimeout(done));
    const transport = live ? {} : { paths: { live: null } };
    const options = { db, url: '/sync', token: () => token, tables, transport };
    sync = (await open(options as never)) as never;
  },
  setTokens(current: string | null): void {
    token = current;
  },
  async write(ops: Op[]): Promise<void> {
    for (const op of ops) await db.batch([statementOf(op)]);
  },
  transaction: (ops: Op[]) => db.batch(ops.map(statementOf)),
  /** Runs `sql` unless it was run; returns whether it did, or why SQLite refused it. */
  migrate: (version: number, sql: string) =>
    db
      .migrate(async (transaction) => {
        const [now] = await transaction.exec('PRAGMA user_version');
        if (now?.user_version === version) return false;
        await transaction.exec(`${sql}; PRAGMA user_version = ${version}`);
        return true;
      })
      .catch(({ message }: Error) => message),
  async rows(): Promise<string[]> {
    const lines: string[] = [];
    for (const table of tables)
      for (const row of await db.exec(`SELECT * FROM ${table}`))
        lines.push(`${table}\t${canonicalText(row.id)}\t${canonicalText(row)}`);
    return lines;
  },
  /** Resolves when the row is as wanted, as an app would see it: asked again when told so. */
  untilRow(table: string, id: string, wanted: Row): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = async () => {
        const [row] = await db.exec(`SELECT * FROM ${table} WHERE id = ?`, [id]);
        if (!row || !Object.entries(wanted).every(([name, value]) => row[name] === value)) return;
        undo();
        resolve();
      };
      const undo = db.onChange((changed) => changed.includes(table) && look().catch(reject));
      look().catch(reject);
    });
  },
  status: () => sync.status.value,
  flush: () =>
    sync.flush().then(
      () => null,
      (error) => error.code ?? String(error),
    ),
  async logged(): Promise<number> {
    const text = 'SELECT count(*) AS n FROM tidemark_log WHERE op BETWEEN 1 AND 5';
    return (await db.exec(text))[0]?.n as number;
  },
  isOwner: () => db.isOwner,
  storage: () => db.storage,
};

Object.assign(window, { device });
