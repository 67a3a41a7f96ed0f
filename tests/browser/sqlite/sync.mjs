// A device on SQLite, in two tabs, and one on Dexie sync through the real Worker.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { bundlePage, pageOf } from '../harness.mjs';
import { assertEverywhere, settle } from '../sync/check.mjs';
import { Stage, World } from '../sync/world.mjs';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));

/** The files of a page on SQLite, over those of the world. */
async function sqliteFiles(files) {
  const options = { sourcemap: false };
  const wasm = '../../../node_modules/@sqlite.org/sqlite-wasm/dist/sqlite3.wasm';
  return {
    ...files,
    '/': pageOf('/sqlite.js'),
    '/sqlite.js': await bundlePage(here('sync-page.ts'), options),
    '/sqlite-worker.js': await bundlePage(here('sync-worker.ts'), options),
    '/sqlite3.wasm': await readFile(here(wasm)),
  };
}

/** A stage whose devices are of the same user, on SQLite. */
async function onSqlite(stage) {
  const files = await sqliteFiles(stage.world.files);
  const world = Object.assign(Object.create(stage.world), { files });
  return Object.assign(Object.create(stage), { world });
}

export async function runSync(seed, check) {
  const world = await World.start();
  const stage = new Stage(world, seed);
  try {
    const a = await (await onSqlite(stage)).device('A', { page: '/sqlite.js' });
    const b = await stage.device('B');
    await check(stage, a, b);
    const faults = stage.devices.flatMap((device) => device.faults);
    if (faults.length > 0) throw new Error(`uncaught in a page:\n${faults.join('\n')}`);
  } finally {
    await stage.close();
    await world.stop();
  }
}

const row = (id, n) => ({ id, title: `${id} ✓`, n });

export const cases = {
  async 'SQLite and Dexie: both are equal in the end, and are shown what the other wrote'(_, a, b) {
    assert.equal(await a.call('storage'), 'opfs');
    const second = await a.openTab();
    const [first] = a.tabs;
    const seen = [first, second].map((tab) => tab.call('untilRow', 'todos', 'b1', { n: 1 }));
    const writes = [];
    for (let n = 0; n < 20; n++)
      writes.push(
        first.write(['put', 'todos', row(`a${n}`, n)]),
        second.write(['put', 'lists', row(`s${n}`, n)]),
        b.write(['put', 'todos', row(`b${n}`, n)]),
      );
    await Promise.all([...writes, ...seen]);
    await settle(a, b);
    // Both write what the other has: other fields of one record, and one deletes.
    await Promise.all([
      second.write(['update', 'todos', 'b3', { n: 33 }], ['delete', 'todos', 'b4']),
      b.write(['update', 'todos', 'b3', { title: 'three' }], ['delete', 'lists', 's5']),
    ]);
    await settle(a, b);
    const rows = await b.rows();
    assert.equal(rows.size, 58);
    assert.match(rows.get('todos\t"b3"'), /"n":33,"title":"three"/);
  },

  async 'a column is dropped by a migration in both tabs at once, while they sync'(_, a, b) {
    const second = await a.openTab();
    const [first] = a.tabs;
    await second.write(['put', 'lists', { id: 's', title: 'one' }]);
    await settle(a, b);
    const failing = 'ALTER TABLE lists DROP COLUMN n; ALTER TABLE lists DROP COLUMN nothing';
    assert.match(await second.call('migrate', 2, failing), /nothing/);
    const sql = `UPDATE lists SET title = 'two'; ALTER TABLE lists DROP COLUMN n`;
    const done = await Promise.all([first, second].map((tab) => tab.call('migrate', 2, sql)));
    assert.deepEqual(done.sort(), [false, true]);
    await settle(a, b);
    assert.match((await b.rows()).get('lists\t"s"'), /"title":"two"/);
    for (const [tab, title] of [
      [first, 'three'],
      [second, 'four'],
    ]) {
      await tab.write(['update', 'lists', 's', { title }]);
      await settle(a, b);
      assert.match((await b.rows()).get('lists\t"s"'), new RegExp(title));
    }
  },

  async 'the tab of SQLite that has the file dies while both sync: nothing is lost'(stage, a, b) {
    const written = [];
    for (let round = 0; round < 4; round++) {
      await a.openTab();
      const [owner, other] = a.tabs;
      assert.equal(await owner.call('isOwner'), true);
      const put = (to, id) =>
        to.write(['put', 'todos', row(id, round)]).then(() => written.push(id));
      const writes = [];
      for (let n = 0; n < 15; n++) {
        put(owner, `o${round}-${n}`).catch(() => {}); // dies with its tab
        writes.push(put(other, `f${round}-${n}`), put(b, `b${round}-${n}`));
      }
      await sleep(stage.random() * 150);
      await owner.crash();
      await Promise.all(writes);
    }
    await settle(a, b);
    const rows = await b.rows();
    const lost = written.filter((id) => !rows.has(`todos\t"${id}"`));
    assert.deepEqual(lost, []);
    assert.ok(written.length >= 120);
  },
};

/** What every case ends with: all have the same rows, and nothing is pending. */
export async function equalInTheEnd(stage, b) {
  await assertEverywhere(stage, await b.rows());
}
