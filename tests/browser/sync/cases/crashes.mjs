// Tabs that close and die in the middle of things, and come back on the same storage.
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { assertEverywhere, settle } from '../check.mjs';

const rounds = 10;

/**
 * What `writeOn` leaves of a row that it reported: whole. Of one that it was at, `again` may be
 * missing.
 */
function assertWritten(rows, stored, place) {
  for (const id of stored) {
    const n = Number(id.slice(id.lastIndexOf('-') + 1));
    const expected = `{"${n % 3 === 2 ? `again":${n},"` : ''}id":"${id}","n":${n}}`;
    assert.equal(rows.get(`todos\t"${id}"`), expected, `${id} on ${place}`);
  }
}

/** A device that is ended by `end` at a random moment of writing and syncing, `rounds` times. */
const endedAtRandom = (end) => async (stage) => {
  const { random } = stage;
  const a = await stage.device('A');
  const b = await stage.device('B');
  a.proxy.rule('delay', { times: 1e9, ms: () => random() * 15 });
  for (let round = 0; round < rounds; round++) {
    const writing = a.call('writeOn', 'todos', `r${round}`, 400, 2).catch(() => {});
    const moment = 20 + Math.floor(random() * 350);
    await sleep(moment);
    await end(a.tab);
    await writing;
    await a.openTab();
    assertWritten(await a.rows(), a.stored, `A after round ${round}, ended after ${moment} ms`);
  }
  a.proxy.clear();
  await settle(a, b);
  const rows = await a.rows();
  assertWritten(rows, a.stored, 'A');
  assert.ok(a.stored.size > rounds, `only ${a.stored.size} writes`);
  await assertEverywhere(stage, rows);
  stage.note(`${a.stored.size} writes reported, ${rows.size} rows`);
};

export const cases = {
  'the tab is closed in the middle of syncing': endedAtRandom((tab) => tab.end()),
  'the tab crashes in the middle of syncing': endedAtRandom((tab) => tab.crash()),

  async 'the tab crashes while a page is being applied'(stage) {
    const { random } = stage;
    const b = await stage.device('B');
    const rows = Array.from({ length: 4_000 }, (_, n) => ({
      id: `row-${n}`,
      n,
      text: 'x'.repeat(100),
    }));
    await b.write(['bulkAdd', 'todos', rows]);
    await settle(b);
    const a = await stage.device('A', { live: false, connect: false });
    let applied = 0;
    for (let round = 0; round < 6; round++) {
      await a.tab.connect();
      await sleep(10 + random() * 120);
      await a.tab.crash();
      await a.openTab();
      const held = (await a.rows()).size;
      // A page and its cursor are one transaction: what is there was there before, and more.
      assert.ok(held >= applied, `${held} rows after ${applied}`);
      applied = held;
    }
    await a.tab.connect();
    await settle(a, b);
    const expected = Object.fromEntries(rows.map((row) => [row.id, row]));
    await assertEverywhere(stage, { todos: expected });
  },

  async 'writes made before connect() in a later session are recorded'(stage) {
    const a = await stage.device('A');
    const b = await stage.device('B');
    await a.write(['bulkPut', 'todos', [1, 2, 3].map((n) => ({ id: `r${n}`, n }))]);
    await settle(a, b);
    await a.call('close');
    await a.reopen({ connect: false });
    await a.write(
      ['put', 'todos', { id: 'r4', n: 4 }],
      ['update', 'todos', 'r1', { n: 11 }],
      ['delete', 'todos', 'r2'],
    );
    assert.ok((await a.call('logged')) > 0);
    // And one session that never connects at all.
    await a.reopen({ connect: false });
    await a.write(['put', 'lists', { id: 'l', n: 1 }]);
    await a.reopen();
    await settle(a, b);
    await assertEverywhere(stage, {
      todos: { r1: { id: 'r1', n: 11 }, r3: { id: 'r3', n: 3 }, r4: { id: 'r4', n: 4 } },
      lists: { l: { id: 'l', n: 1 } },
    });
  },

  async 'rows from before the first connect are adopted'(stage) {
    const a = await stage.device('A', { connect: false, open: false });
    await a.tab.open({ plain: true });
    const rows = Array.from({ length: 300 }, (_, n) => ({ id: `old-${n}`, n, by: 'A' }));
    await a.write(['bulkAdd', 'todos', rows], ['put', 'lists', { id: 'l', n: 1 }]);
    await a.write(['put', 'todos', { id: 'both', n: 'old of A', a: 1 }]);
    const b = await stage.device('B');
    await b.write(
      ['put', 'todos', { id: 'both', n: 'synced', b: 1 }],
      ['put', 'todos', { id: 'b', n: 0 }],
    );
    await settle(b);
    await a.reopen({ open: true, connect: true });
    await settle(a, b);
    const held = await a.rows();
    // An old row never beats a synced edit.
    assert.match(held.get('todos\t"both"'), /"n":"synced"/);
    const expected = Object.fromEntries(rows.map((row) => [row.id, row]));
    await assertEverywhere(stage, {
      todos: { ...expected, b: { id: 'b', n: 0 }, both: { id: 'both', n: 'synced', b: 1 } },
      lists: { l: { id: 'l', n: 1 } },
    });
  },
};
