// What the log says of writes, as text: for tests of the ways that Dexie writes.
import type { Dexie } from 'dexie';
import type { Join } from '../../../js/src/merge.js';
import type { Store } from '../../../js/src/stores/store.js';
import { equal } from '../../../js/src/testing/contract.js';
import { connect, openDexie, type Tables } from './driver.js';

type Said = [table: string, id: string, what: string];

/** The log, a line a write: `put!` creates, `put` is whole, `set a,b` a patch, `delete`. */
export async function log(store: Store): Promise<Said[]> {
  const { writes } = await store.readOutbox(100_000);
  return writes.map(({ table, id, columns, create }) => {
    const fields = [...columns.fields.keys()].sort().join();
    const put = columns.base === null ? `set ${fields}` : create ? 'put!' : 'put';
    return [table, id, columns.deleted ? 'delete' : put];
  });
}

export async function clear(store: Store, join: Join): Promise<void> {
  const { writes } = await store.readOutbox(100_000);
  const acknowledged = writes.map((write) => ({ write, result: 'sent' as const }));
  const commit = { acknowledged, changes: [], clock: null, offsetMs: null };
  await store.commit(commit, join, await store.lead());
}

interface Todo {
  id: string;
  title?: string;
  done?: number;
  tags?: string[];
  at?: { lat: number; lon: number };
  email?: string;
}

export function logging(join: Join) {
  const rows: Todo[] = ['a', 'b', 'c'].map((id) => ({
    id,
    title: id,
    done: 0,
    at: { lat: 1, lon: 2 },
  }));

  /** Three to-dos that are synced already, and what `work` leaves in the log. */
  async function logOf(
    work: (db: Dexie, store: Store) => Promise<unknown>,
    { todos = 'id,done,&email', tables = ['todos', 'lists'] as Tables } = {},
  ): Promise<Said[]> {
    const db = openDexie({ todos, lists: 'id', local: 'id' });
    try {
      const store = await connect(db, tables);
      await db.table('todos').bulkAdd(rows.map((row) => structuredClone(row)));
      await clear(store, join);
      await work(db, store);
      const { pending, writes } = await store.readOutbox(100_000);
      equal(pending, writes.length, 'pending');
      return await log(store);
    } finally {
      await db.delete();
    }
  }

  const expectLog = async (
    expected: string[],
    work: (db: Dexie, store: Store) => Promise<unknown>,
  ) => {
    const said = await logOf(work);
    equal(
      said.map(([table, id, what]) => `${table} ${JSON.parse(id)} ${what}`),
      expected,
      'log',
    );
  };

  return { rows, expectLog };
}
