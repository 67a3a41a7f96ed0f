// Several tabs of one database: one has the file, all read and write it.
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';

const table = 'CREATE TABLE rows (id TEXT PRIMARY KEY, n INTEGER)';
const insert = 'INSERT INTO rows (id, n) VALUES (?, ?)';
const all = 'SELECT id, n FROM rows ORDER BY id';

/** Two tabs of a fresh database with a table: the owner, and one that goes through it. */
async function pair({ device }, storage = 'opfs', options = {}) {
  const owner = await device.openTab(storage, 'app', options);
  await owner.exec(table);
  const other = await device.openTab(storage, 'app', options);
  assert.deepEqual([await owner.call('isOwner'), await other.call('isOwner')], [true, false]);
  return [owner, other];
}

async function told(tab, wanted) {
  const seen = [];
  for (const end = Date.now() + 5_000; Date.now() < end; await sleep(10)) {
    seen.push(...(await tab.call('changes')));
    if (seen.flat().sort().join() === wanted.join()) return;
  }
  assert.fail(`told of ${JSON.stringify(seen)}, not of ${wanted}`);
}

export const cases = {
  async 'both write, and both read the same; the page is under the policy, and not isolated'(
    stage,
  ) {
    const tabs = await pair(stage);
    const writes = tabs.flatMap((tab, t) =>
      [0, 1, 2, 3, 4].map((n) => tab.exec(insert, [`${t}${n}`, n])),
    );
    await Promise.all(writes);
    const expected = [0, 1].flatMap((t) => [0, 1, 2, 3, 4].map((n) => ({ id: `${t}${n}`, n })));
    for (const tab of tabs) {
      assert.deepEqual(await tab.exec(all), expected);
      assert.equal(await tab.call('isolated'), false);
      assert.deepEqual(await tab.call('violations'), []);
    }
  },

  async 'every tab is told which tables were written, and by triggers'(stage) {
    const [owner, other] = await pair(stage);
    await owner.exec(`CREATE TABLE seen (id); CREATE TRIGGER see AFTER INSERT ON rows
      BEGIN INSERT INTO seen VALUES (new.id); END`);
    for (const tab of [owner, other]) await tab.call('changes');
    await other.exec(insert, ['a', 1]);
    for (const tab of [owner, other]) await told(tab, ['rows', 'seen']);
    await owner.exec('DELETE FROM seen'); // all at once: no row is looked at
    for (const tab of [owner, other]) await told(tab, ['seen']);
    await other.call('transaction', [`INSERT INTO seen VALUES (1)`], 0, true);
    await other.call('transaction', [`UPDATE rows SET n = 2`], 0);
    for (const tab of [owner, other]) await told(tab, ['rows']);
  },

  ...Object.fromEntries(
    ['opfs', 'indexeddb'].map((storage) => [
      `${storage}: what the owner did and could not answer is not done again by the next`,
      async (stage) => {
        const [owner, other] = await pair(stage, storage);
        await owner.call('mute');
        const calls = [
          other.exec(`${insert} RETURNING n * 2 AS twice`, ['a', 21]),
          other.call('batch', [{ sql: insert, parameters: ['b', 1] }, { sql: all }]),
          other.exec('UPDATE rows SET n = n + 1'),
        ];
        for (const end = Date.now() + 5_000; ; await sleep(10)) {
          const rows = await owner.exec(all);
          if (JSON.stringify(rows) === '[{"id":"a","n":22},{"id":"b","n":2}]') break;
          assert.ok(Date.now() < end, `the owner has ${JSON.stringify(rows)}`);
        }
        await owner.crash();
        const [first, second, third] = await Promise.all(calls);
        assert.deepEqual(first, [{ twice: 42 }]);
        assert.deepEqual(second[1], [
          { id: 'a', n: 21 },
          { id: 'b', n: 1 },
        ]);
        assert.deepEqual(third, []);
        assert.deepEqual(await other.exec(all), [
          { id: 'a', n: 22 },
          { id: 'b', n: 2 },
        ]);
      },
    ]),
  ),

  async 'the owner closes the database: the other goes on'(stage) {
    const [owner, other] = await pair(stage);
    await owner.exec(insert, ['a', 1]);
    const writing = other.exec(insert, ['b', 2]);
    await owner.call('close');
    await writing;
    assert.deepEqual(await other.exec(all), [
      { id: 'a', n: 1 },
      { id: 'b', n: 2 },
    ]);
    assert.equal(await other.call('isOwner'), true);
  },

  async 'nothing comes between the statements of a transaction'(stage) {
    const [owner, other] = await pair(stage);
    await owner.exec(insert, ['a', 0]);
    const more = `UPDATE rows SET n = n + 1 WHERE id = 'a'`;
    // Whichever of all these comes first.
    const note = `INSERT INTO rows SELECT 'before', n FROM rows WHERE id = 'a'`;
    const since = `SELECT n - (SELECT n FROM rows WHERE id = 'before') AS n FROM rows
      WHERE id = 'a'`;
    const [first, ...others] = await Promise.all([
      other.call('transaction', [note, more, more, more, since], 30),
      owner.exec(more),
      other.exec(more),
      owner.call('transaction', [more, more], 10),
    ]);
    assert.deepEqual(first, [{ n: 3 }], 'three of its own, one after the other');
    const [last] = await owner.exec(all);
    assert.deepEqual(last, { id: 'a', n: 7 }, JSON.stringify(others));
  },

  async 'a transaction that is given up leaves nothing; one that takes too long is ended'(stage) {
    const [owner, other] = await pair(stage, 'opfs', { transactionMs: 300 });
    for (const tab of [owner, other]) {
      const given = await tab.call('transaction', [`INSERT INTO rows VALUES ('x', 1)`], 0, true);
      assert.equal(given.failed.name, 'RangeError');
      const statements = [`INSERT INTO rows VALUES ('y', 1)`, all];
      const { failed } = await tab.call('transaction', statements, 600);
      assert.deepEqual([failed.code, failed.retryable], ['timeout', true]);
      assert.deepEqual(await tab.exec(all), []);
    }
  },

  async 'a transaction ends with its tab'(stage) {
    const [owner, other] = await pair(stage);
    const begun = other.call('transaction', [`INSERT INTO rows VALUES ('x', 1)`, all], 60_000);
    begun.catch(() => {}); // it dies with its tab
    await sleep(300);
    const waiting = owner.exec(all);
    await other.crash();
    assert.deepEqual(await waiting, []);
  },

  async 'a transaction of a tab whose owner dies is given up, and said to be'(stage) {
    const [owner, other] = await pair(stage);
    const begun = other.call('transaction', [`INSERT INTO rows VALUES ('x', 1)`, all], 1_000);
    await sleep(400);
    await owner.crash();
    const { failed } = await begun;
    assert.deepEqual([failed.code, failed.retryable], ['store_failed', true]);
    assert.deepEqual(await other.exec(all), []);
  },

  async 'errors say what they are, in every tab'(stage) {
    for (const tab of await pair(stage)) {
      await tab.exec('INSERT OR IGNORE INTO rows VALUES (?, ?)', ['a', 1]);
      const clash = await tab.exec(insert, ['a', 2]);
      assert.deepEqual([clash.failed.name, clash.failed.resultCode], ['SqlError', 1555]);
      const syntax = await tab.exec('SELEKT 1');
      assert.deepEqual([syntax.failed.name, syntax.failed.resultCode], ['SqlError', 1]);
      for (const sql of ['BEGIN', ' -- a\n COMMIT', '/* b */ savepoint x', 'SELECT 1; ROLLBACK'])
        assert.equal((await tab.exec(sql)).failed?.code, 'bad_input', sql);
      assert.equal((await tab.exec('SELECT ?; SELECT 2', [1])).failed.code, 'bad_input');
      // All of a text, or nothing.
      await tab.exec(`INSERT INTO rows VALUES ('b', 1); INSERT INTO rows VALUES ('a', 1)`);
      assert.deepEqual(await tab.exec(all), [{ id: 'a', n: 1 }]);
    }
  },

  async 'a worker that cannot be loaded is said, and not waited for'(stage) {
    const [tab] = await pair(stage);
    const { failed } = await tab.call('unopened', '/missing.js');
    assert.deepEqual([failed.code, failed.retryable], ['storage_unavailable', true]);
  },
};
