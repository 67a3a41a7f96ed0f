// What the tests of counted keys do to a SQLite store: the answers of a hub, and its pages.
import type { SqliteStore } from '../../../js/src/stores/sqlite/store.js';
import type { Acknowledgement, Commit } from '../../../js/src/stores/store.js';
import { stampAt } from '../../../js/src/testing/index.js';
import type { Change } from '../../../js/src/wire.js';
import { realJoin } from './core.js';

const join = await realJoin();
/** What another device drew. */
export const theirs = 'b2b2b2b2b2b2b2b2';
export const stamp = stampAt(2_000_000_000_000);
const nothing = { acknowledged: [], changes: [], clock: null, offsetMs: null };

export async function commit(store: SqliteStore, more: Partial<Commit>) {
  return store.commit({ ...nothing, ...more }, join, await store.lead());
}

export async function outbox(store: SqliteStore) {
  return (await store.readOutbox(10_000)).writes;
}

/** What a hub answers to all that is pending, by the table and id. */
export async function answer(
  store: SqliteStore,
  results: Record<string, Acknowledgement['result']>,
  more: Partial<Commit> & { past?: number } = {},
) {
  const writes = await outbox(store);
  await store.sending(writes);
  const { past = 0, ...rest } = more;
  const acknowledged = writes.map((write) => {
    const result = results[`${write.table} ${write.id}`] ?? 'deferred';
    return result === 'collision' ? { write, result, past } : { write, result };
  });
  return commit(store, { acknowledged, ...rest });
}

export const whole = (table: string, id: number, row: object, born = theirs): Change => ({
  ...{ table, id: `${id}`, stamp, born },
  row: { id, ...row },
});

export async function rowsOf(store: SqliteStore, table: string) {
  return (await store.scan(table, 1_000)).rows.map(({ row }) => row);
}

export const rereads = async (store: SqliteStore) => (await store.readOutbox(1)).rereads;

export const lists = `
  CREATE TABLE lists (id INTEGER PRIMARY KEY, name TEXT);
  CREATE TABLE todos (id INTEGER PRIMARY KEY, list REFERENCES lists, title TEXT);
`;
export const both = ['lists', 'todos'];
