// What SQLite refuses, or the app's schema: each error says what can be done about it, and a page
// is stored whole, or not at all.
import { describe, expect, it } from 'vitest';
import type { SqliteStore } from '../../js/src/stores/sqlite/store.js';
import { stampAt } from '../../js/src/testing/index.js';
import type { Change } from '../../js/src/wire.js';
import { openMemory, settle, storeOver, synced } from './support/sqlite-app.js';

const change = (id: unknown, row: object = {}): Change => ({
  ...{ table: 't', id: JSON.stringify(id), stamp: stampAt(2_000_000_000_000) },
  row: { ...row },
});

async function pull(store: SqliteStore, ...changes: Change[]) {
  const nothing = { acknowledged: [], clock: null, offsetMs: null };
  return store.commit({ ...nothing, changes, cursor: 'e:1' }, () => [], await store.lead());
}

describe('SQLite refuses', () => {
  it('a page on a full disk: all of it, until there is room', async () => {
    const { handle, store } = await synced('CREATE TABLE t (id TEXT PRIMARY KEY, n)', ['t']);
    const pages = handle.selectValue('PRAGMA page_count');
    const limit = handle.selectValue('PRAGMA max_page_count');
    handle.exec(`PRAGMA max_page_count = ${pages}`);
    const rows = Array.from({ length: 200 }, (_, i) => change(`${i}`, { n: 'x'.repeat(500) }));
    await expect(pull(store, ...rows)).rejects.toMatchObject({ code: 'storage_full' });
    expect((await store.load()).cursor).toBe(null);
    handle.exec(`PRAGMA max_page_count = ${limit}`);
    await pull(store, ...rows);
    expect(handle.selectValue('SELECT count(*) FROM t')).toBe(200);
  });

  it('a file that may only be read', async () => {
    const { handle } = await synced('CREATE TABLE t (id TEXT PRIMARY KEY)', ['t']);
    const store = storeOver(handle, ['t']);
    handle.exec('PRAGMA query_only = 1');
    await expect(store.lead()).rejects.toMatchObject({ code: 'storage_unavailable' });
  });

  it('an id in other letters: a blob has one', async () => {
    const { handle, store } = await synced('CREATE TABLE t (id BLOB PRIMARY KEY)', ['t']);
    const ids = ['ff', 'FFF', 'FF'].map((hex) => ['$tm:bytes', hex]);
    expect((await pull(store, ...ids.map((id) => change(id)))).refused).toBe(2);
    expect(handle.selectValues('SELECT hex(id) FROM t')).toEqual(['FF']);
  });
});

describe("the app's schema", () => {
  it('refuses all of the transaction: nothing of the page is stored', async () => {
    const handle = openMemory();
    handle.exec(`CREATE TABLE t (id TEXT PRIMARY KEY, n);
      CREATE TRIGGER guard BEFORE INSERT ON t WHEN new.n > 5
        BEGIN SELECT RAISE(ROLLBACK, 'too much'); END`);
    const store = storeOver(handle, ['t'], 'all');
    await settle(store);
    const page = [1, 9, 1].map((n, i) => change(`${i}`, { n }));
    await expect(pull(store, ...page)).rejects.toThrow(/too much/);
    expect(handle.selectValue('SELECT count(*) FROM t')).toBe(0);
    expect((await store.load()).cursor).toBe(null);
    expect(await store.deadLetters()).toEqual([]);
  });

  // Both fire for a page: they write to no table that is synced.
  const audited = `CREATE TABLE t (id TEXT PRIMARY KEY, place TEXT UNIQUE);
    CREATE TABLE audit (n UNIQUE); INSERT INTO audit VALUES (1);
    INSERT INTO t VALUES ('b', 'here'), ('c', 'there');
    CREATE TRIGGER note AFTER DELETE ON t BEGIN INSERT OR ROLLBACK INTO audit VALUES (1); END`;
  it.each([
    ['a delete', { ...change('b'), row: undefined, deleted: true as const }],
    ['a row that wants the place of another', change('b', { id: 'b', place: 'there' })],
  ])('rolls back at %s: the page is read again', async (_, given) => {
    const { handle, store } = await synced(audited, ['t']);
    await expect(pull(store, change('d'), given as Change)).rejects.toThrow(/audit/);
    expect(handle.selectValues('SELECT id FROM t ORDER BY id')).toEqual(['b', 'c']);
    expect((await store.load()).cursor).toBe(null);
    expect(await store.deadLetters()).toEqual([]);
  });

  it('has lost a table with counted keys: the others are synced', async () => {
    const { handle } = await synced(
      'CREATE TABLE t (id TEXT PRIMARY KEY); CREATE TABLE n (id INTEGER PRIMARY KEY)',
      ['t', 'n'],
    );
    handle.exec('DROP TABLE n');
    const store = storeOver(handle, ['t']);
    expect(Object.keys((await store.load()).tables)).toEqual(['t']);
  });
});
