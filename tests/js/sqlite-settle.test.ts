// What is noted of REPLACE is settled, and what was settled is not looked at again.
import { describe, expect, it } from 'vitest';
import { recorded, settle, stepsOf, synced } from './support/sqlite-app.js';

describe('REPLACE', () => {
  it('over blobs is settled as over any other key', async () => {
    const { handle, store } = await synced(
      `CREATE TABLE t (id BLOB PRIMARY KEY, slug TEXT UNIQUE, n);
       INSERT INTO t VALUES (x'01', 'one', 1), (x'02', 'two', 2)`,
      ['t'],
    );
    handle.exec(`REPLACE INTO t VALUES (x'01', 'one', 5)`);
    expect(await recorded(store)).toEqual(['t ["$tm:bytes","01"] n']);
    await settle(store);
    handle.exec(`REPLACE INTO t VALUES (x'03', 'two', 5)`);
    const ids = ['t ["$tm:bytes","02"] deleted', 't ["$tm:bytes","03"] created'];
    expect(await recorded(store)).toEqual(ids);
  });

  it('of a row that no device can name holds nothing up', async () => {
    const { handle, store } = await synced(
      `CREATE TABLE t (id PRIMARY KEY, slug TEXT UNIQUE);
       INSERT INTO t VALUES (1.5, 'one'), ('two', 'two')`,
      ['t'],
    );
    handle.exec(`REPLACE INTO t VALUES ('a', 'one')`);
    expect(await recorded(store)).toEqual(['t "a" created']);
  });
});

describe('what was settled is not looked at again:', () => {
  const stepsWith = async (pending: number) => {
    const { handle, store } = await synced(
      `CREATE TABLE t (id INTEGER PRIMARY KEY, slug UNIQUE, n);
       CREATE TABLE words (id TEXT PRIMARY KEY, n)`,
      ['t', 'words'],
    );
    handle.exec(
      `WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < ${pending})
         INSERT INTO t SELECT i, 's' || i, 0 FROM n;
       DELETE FROM t WHERE id % 2; UPDATE t SET n = 1`,
    );
    expect(await recorded(store)).toHaveLength(2 * pending);
    handle.exec(`REPLACE INTO words VALUES ('a', 1); REPLACE INTO words VALUES ('a', 2)`);
    store.mark();
    handle.exec(`UPDATE words SET n = n; REPLACE INTO words VALUES ('a', 3)`);
    const steps = stepsOf(handle, () => store.mark());
    expect((await recorded(store)).at(-1)).toBe('words "a" n');
    return steps;
  };

  it('the work does not depend on what is pending', async () => {
    const few = await stepsWith(10);
    expect(few).toBeGreaterThan(0);
    expect(await stepsWith(2_000)).toBe(few);
  });
});
