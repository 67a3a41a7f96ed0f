// A device in a page, on Dexie: writes every kind of value that can be synced.
import { Dexie } from 'dexie';
import { tidemark } from 'tidemark/dexie';
import { canonicalText } from '../../scripts/lib/canonical.mjs';
import type { Sync } from '../browser/sync/page-types.js';
import { writingCalls } from './page-calls.js';
import type { Write } from './writes.mjs';

const tables = ['records', 'pairs'];
const db = new Dexie('interop', { addons: [tidemark] });
db.version(1).stores({ records: 'id', pairs: '[x+y]' });
let sync: Sync;
let token: string | null = null;

async function apply({ kind, table, key, row }: Write): Promise<void> {
  const found = db.table(table);
  const keys = Object.values(key);
  const one = (keys.length === 1 ? keys[0] : keys) as never;
  if (kind === 'delete') await found.delete(one);
  else if (kind === 'put') await found.put({ ...key, ...row });
  else await found.update(one, row);
}

const device = {
  ...writingCalls('dexie', true, apply, () => sync),
  setTokens(current: string | null): void {
    token = current;
  },
  open: () => db.open(),
  async connect(): Promise<void> {
    sync = (await (
      db as never as { tidemark: { connect(o: unknown): Promise<Sync> } }
    ).tidemark.connect({ url: '/sync', token: () => token, tables })) as Sync;
  },
  async rows(): Promise<string[]> {
    const lines: string[] = [];
    for (const name of tables) {
      const keys = await db.table(name).toCollection().primaryKeys();
      const rows = await db.table(name).toArray();
      for (const [i, key] of keys.entries())
        lines.push(`${name}\t${canonicalText(key)}\t${canonicalText(rows[i])}`);
    }
    return lines;
  },
};

Object.assign(window, { device });
