// Where the file is, and what happens where there is no room, or a tab is frozen with it.
import assert from 'node:assert/strict';

const table = 'CREATE TABLE rows (id TEXT PRIMARY KEY, filler BLOB)';
const insert = 'INSERT INTO rows VALUES (?, randomblob(?))';
const all = 'SELECT id FROM rows ORDER BY id';

export const cases = {
  async 'without OPFS it is IndexedDB, and a database stays where it was begun'(stage) {
    const first = await stage.device.openTab('indexeddb');
    assert.equal(first.storage, 'indexeddb');
    await first.exec(table);
    await first.exec(insert, ['a', 10]);
    const header = Buffer.from(await first.call('export')).toString();
    assert.equal(header, 'SQLite format 3');
    await first.end();
    // Another browser, or a newer one: it has OPFS.
    const later = await stage.device.openTab('opfs');
    assert.equal(later.storage, 'indexeddb');
    assert.deepEqual(await later.exec(all), [{ id: 'a' }]);
    const fresh = await stage.device.openTab('opfs', 'fresh');
    assert.equal(fresh.storage, 'opfs');
  },

  async 'numbers are bound as what they are, however large'(stage) {
    const tab = await stage.device.openTab('opfs');
    const numbers = [1, 2 ** 53 - 1, 2 ** 60, 1e308, -1e21, 0.5];
    const asked = numbers.map((_, i) => `?${i + 1} AS n${i}, typeof(?${i + 1}) AS t${i}`);
    const [row] = await tab.exec(`SELECT ${asked.join(', ')}`, numbers);
    assert.deepEqual(
      numbers.map((_, i) => [row[`n${i}`], row[`t${i}`]]),
      numbers.map((n) => [n, Number.isSafeInteger(n) ? 'integer' : 'real']),
    );
  },

  async 'what was deleted and vacuumed leaves IndexedDB, and all that is left is read again'(
    stage,
  ) {
    const first = await stage.device.openTab('indexeddb');
    await first.exec(table);
    for (const id of 'abcdef') await first.exec(insert, [id, 200_000]);
    const full = await first.exec('PRAGMA page_count');
    await first.exec(`DELETE FROM rows WHERE id <> 'c'`);
    await first.exec('VACUUM');
    const [{ page_count: count }] = await first.exec('PRAGMA page_count');
    assert.ok(count < full[0].page_count / 2);
    await first.end();
    const later = await stage.device.openTab('indexeddb');
    assert.deepEqual(await later.exec('PRAGMA page_count'), [{ page_count: count }]);
    assert.deepEqual(await later.exec('PRAGMA integrity_check'), [{ integrity_check: 'ok' }]);
    assert.deepEqual(await later.exec('SELECT id, length(filler) AS n FROM rows'), [
      { id: 'c', n: 200_000 },
    ]);
  },

  async 'indexeddb: where no room is left a write is refused, and nothing is lost'(stage) {
    // A browser that has seen much room looks again half a minute later.
    const tab = await stage.device.openTab('indexeddb', 'app', { room: 3_000_000 });
    await tab.exec(table);
    await tab.exec(insert, ['a', 10]);
    const other = await stage.device.openTab('indexeddb');
    for (const each of [tab, other]) {
      const { failed } = await each.exec(insert, ['b', 20_000_000]);
      assert.deepEqual([failed?.code, failed?.retryable], ['storage_full', true]);
      assert.deepEqual(await each.exec(all), [{ id: 'a' }]);
    }
    assert.deepEqual(await tab.exec('PRAGMA integrity_check'), [{ integrity_check: 'ok' }]);
  },

  async 'opfs: where the database is full a write is refused, and nothing is lost'(stage) {
    const tab = await stage.device.openTab('opfs');
    await tab.exec(table);
    await tab.exec(insert, ['a', 10]);
    await tab.exec('PRAGMA max_page_count = 50');
    const { failed } = await tab.exec(insert, ['b', 2_000_000]);
    assert.deepEqual([failed?.code, failed?.retryable], ['storage_full', true]);
    await tab.exec(insert, ['c', 10]);
    assert.deepEqual(await tab.exec(all), [{ id: 'a' }, { id: 'c' }]);
  },

  async 'indexeddb: a frozen owner is replaced, and stores nothing any more'(stage) {
    const options = { takeoverMs: 1_500 };
    const owner = await stage.device.openTab('indexeddb', 'app', options);
    await owner.exec(table);
    const other = await stage.device.openTab('indexeddb', 'app', options);
    await owner.freeze();
    await other.exec(insert, ['a', 10]);
    assert.equal(await other.call('isOwner'), true);
    await owner.thaw();
    await owner.exec(insert, ['b', 10]);
    for (const tab of [owner, other])
      assert.deepEqual(await tab.exec(all), [{ id: 'a' }, { id: 'b' }]);
    assert.equal(await owner.call('isOwner'), false);
  },

  async 'opfs: a frozen owner keeps the file until it is thawed; what waited is done then'(stage) {
    const options = { takeoverMs: 1_500 };
    const owner = await stage.device.openTab('opfs', 'app', options);
    await owner.exec(table);
    const other = await stage.device.openTab('opfs', 'app', options);
    await owner.freeze();
    const waiting = other.exec(insert, ['a', 10]);
    await new Promise((done) => setTimeout(done, 3_000));
    await owner.thaw();
    assert.deepEqual(await waiting, []);
    await owner.exec(insert, ['b', 10]);
    for (const tab of [owner, other])
      assert.deepEqual(await tab.exec(all), [{ id: 'a' }, { id: 'b' }]);
  },
};
