// What devices survive: a hub restored from a backup, a purge that they slept through, lost values,
// refusals, other accounts, and a database that was changed behind their backs.
import assert from 'node:assert/strict';
import { assertEverywhere, assertSynced, settle } from '../check.mjs';
import { until } from '../world.mjs';

const restored = (tell) => async (stage) => {
  const hub = await stage.ownHub();
  const a = await stage.device('A');
  const b = await stage.device('B');
  await a.write(
    ['put', 'todos', { id: 'old', n: 1, by: 'A' }],
    ['put', 'todos', { id: 'x', n: 1 }],
  );
  await settle(a, b);
  await hub.backUp();
  // Acknowledged, and not in the backup: of both devices, and one read by the other.
  await a.write(
    ['put', 'todos', { id: 'a', n: 1 }],
    ['update', 'todos', 'old', { n: 2 }],
    ['delete', 'todos', 'x'],
  );
  await settle(a, b);
  await b.write(['put', 'todos', { id: 'b', n: 1 }]);
  await settle(b, a);
  assert.equal((await stage.hubRows()).size, 3);
  await hub.restore();
  if (tell) await hub.call('restored', { user: stage.userOf() });
  // Neither told nor overtaken: the reader whose cursor is ahead finds out.
  await assertSynced(stage, {
    todos: {
      old: { id: 'old', n: 2, by: 'A' },
      a: { id: 'a', n: 1 },
      b: { id: 'b', n: 1 },
    },
  });
};

/** A device that lost, and one that won, of one field. */
async function conflict(stage) {
  const a = await stage.device('A');
  const b = await stage.device('B');
  await a.write(['put', 'todos', { id: 'k', title: 'of both', n: 0 }]);
  await settle(a, b);
  for (const device of [a, b]) await device.call('setOnline', false);
  await a.write(['update', 'todos', 'k', { title: 'of A' }]);
  await b.write(['update', 'todos', 'k', { title: 'of B', n: 1 }]);
  for (const device of [a, b]) await device.call('setOnline', true);
  await settle(b, a);
  return [a, b];
}

const titleMax = 1 << 20;
const long = (id) => ({ id, title: 'x'.repeat(titleMax) });

export const cases = {
  'a hub that was restored, and told so, loses nothing that it had acknowledged': restored(true),
  'a hub that was restored, and not told, loses nothing either': restored(false),

  async 'a device behind the fence reads again, sweeps, and keeps what it wrote'(stage) {
    const hub = await stage.ownHub();
    const a = await stage.device('A');
    const b = await stage.device('B');
    await a.write(['bulkPut', 'todos', ['gone', 'kept', 'edited'].map((id) => ({ id, n: 1 }))]);
    await settle(a, b);
    await b.call('setOnline', false);
    await b.write(['put', 'todos', { id: 'new', n: 1 }], ['update', 'todos', 'edited', { n: 2 }]);
    await a.write(['delete', 'todos', 'gone']);
    await settle(a);
    await hub.call('age', { user: stage.userOf(), days: 100 });
    await a.write(['put', 'todos', { id: 'later', n: 1 }]);
    await settle(a);
    await b.call('setOnline', true);
    await assertSynced(stage, {
      todos: {
        kept: { id: 'kept', n: 1 },
        edited: { id: 'edited', n: 2 },
        new: { id: 'new', n: 1 },
        later: { id: 'later', n: 1 },
      },
    });
    const from = b.proxy.calls.findLastIndex(({ url }) => /[?&]cursor=/.test(url) === false);
    assert.ok(from > 0, 'B read from the beginning');
    assert.deepEqual(await b.call('deadLetters'), []);
  },

  async 'a value that lost is in the ledger, and comes back by undo'(stage) {
    const [a, b] = await conflict(stage);
    const lost = await until(
      async () => (await a.call('losses'))[0],
      () => 'a loss',
    );
    assert.deepEqual(lost, { id: '"k"', row: { title: 'of A' } });
    // The hub keeps it too: the winner can see it.
    assert.deepEqual(await b.call('losses'), [lost]);
    await a.call('undo');
    await assertSynced(stage, { todos: { k: { id: 'k', title: 'of A', n: 1 } } });
  },

  async 'a refused record: a letter, which is sent again, edited or discarded'(stage) {
    const a = await stage.device('A');
    const b = await stage.device('B');
    await a.write(['put', 'todos', { id: 'ok', n: 1 }]);
    for (const id of ['edited', 'given up']) await a.write(['put', 'todos', long(id)]);
    await settle(a);
    assert.deepEqual((await a.call('deadLetters')).map(({ key, code }) => [key, code]).sort(), [
      ['"edited"', 'too_large'],
      ['"given up"', 'too_large'],
    ]);
    assert.equal((await a.call('status')).deadLetters, 2);
    assert.equal(await a.call('recordState', 'todos', 'edited'), 'refused');
    assert.equal(await a.call('recordState', 'todos', 'ok'), 'synced');
    assert.deepEqual(
      (await a.call('events')).filter(([name]) => name === 'refused').length > 0,
      true,
    );
    // Sent again as it is, it is refused again.
    const byKey = async (key) => (await a.call('deadLetters')).find((each) => each.key === key).id;
    const first = await byKey('"edited"');
    await a.call('retry', first);
    await settle(a);
    assert.notEqual(await byKey('"edited"'), first);
    await a.call('edit', await byKey('"edited"'), { id: 'edited', title: 'short' });
    await a.call('discard', await byKey('"given up"'));
    await settle(a);
    assert.deepEqual(await a.call('deadLetters'), []);
    assert.equal((await a.call('status')).deadLetters, 0);
    await assertSynced(stage, {
      todos: { ok: { id: 'ok', n: 1 }, edited: { id: 'edited', title: 'short' } },
    });
    assert.ok(b);
  },

  async 'an app that is too old stops, and keeps everything'(stage) {
    const hub = await stage.ownHub();
    const a = await stage.device('A');
    await a.write(['put', 'todos', { id: 'x', n: 1 }]);
    await settle(a);
    await hub.stop();
    await hub.restart({ schemaMin: 2 });
    await a.write(['put', 'todos', { id: 'y', n: 1 }]);
    await a.call('untilStatus', { phase: 'outdated', pending: 1 });
    assert.equal((await a.call('status')).error.code, 'schema_outdated');
    assert.equal(await a.call('flush'), 'schema_outdated');
    const exported = await a.call('exportPending');
    assert.deepEqual(
      exported.changes.map(({ id, operations, row }) => [id, operations, row]),
      [['"y"', ['create'], { id: 'y', n: 1 }]],
    );
    await hub.stop();
    await hub.restart();
    await assertSynced(stage, { todos: { x: { id: 'x', n: 1 }, y: { id: 'y', n: 1 } } });
  },

  async 'another account: nothing is sent, and nothing crosses'(stage) {
    const a = await stage.device('A');
    await a.write(['put', 'todos', { id: 'of the first', n: 1 }]);
    await settle(a);
    const [other] = stage.world.newUser();
    await a.call('setTokens', other);
    await a.write(['put', 'todos', { id: 'unsent', n: 1 }]);
    await a.call('untilStatus', { phase: 'wrong-account' });
    assert.equal((await stage.hubRows(other)).size, 0);
    assert.ok((await a.call('events')).some(([name]) => name === 'account'));
    assert.equal(await a.call('switchAccount', 'refuse'), 'account_pending');
    assert.equal((await a.rows()).size, 2);
    const { changes, deadLetters, version } = await a.call('exportPending');
    assert.deepEqual(
      [version, changes.map(({ id, row }) => [id, row.n]), deadLetters],
      [1, [['"unsent"', 1]], []],
    );
    assert.equal(await a.call('switchAccount', 'discard'), null);
    await settle(a);
    assert.equal((await a.rows()).size, 0);
    await a.write(['put', 'todos', { id: 'of the second', n: 2 }]);
    await settle(a);
    assert.deepEqual([...(await stage.hubRows(other)).keys()], ['todos\t"of the second"']);
    assert.deepEqual([...(await stage.hubRows()).keys()], ['todos\t"of the first"']);
  },

  async 'verify finds and mends what was changed behind the recording'(stage) {
    const a = await stage.device('A');
    const b = await stage.device('B');
    const rows = Array.from({ length: 200 }, (_, n) => ({ id: `r${n}`, n }));
    await a.write(['bulkPut', 'todos', rows], ['put', 'lists', { id: 'l', n: 1 }]);
    await settle(a, b);
    const clean = (equal) => ({ equal, differing: 0, repaired: 0 });
    assert.deepEqual(await a.call('verify'), { todos: clean(200), lists: clean(1) });
    await a.call('writeBehind', 'todos', 'r7', { id: 'r7', n: 'changed' });
    await a.call('writeBehind', 'todos', 'r8');
    await a.call('writeBehind', 'todos', 'only here', { id: 'only here', n: 1 });
    await a.call('events');
    assert.deepEqual(await a.call('verify'), {
      todos: { equal: 198, differing: 3, repaired: 3 },
      lists: clean(1),
    });
    assert.deepEqual(
      (await a.call('events')).map(([name]) => name),
      ['diverged'],
    );
    const all = Object.fromEntries(rows.map((row) => [row.id, row]));
    await assertSynced(stage, {
      todos: { ...all, 'only here': { id: 'only here', n: 1 } },
      lists: { l: { id: 'l', n: 1 } },
    });
  },

  async 'a following tab may ask for all of it'(stage) {
    const [a] = await conflict(stage);
    const leader = a.tab;
    const follower = await a.openTab();
    await a.write(['put', 'todos', long('refused')]);
    await settle(a);
    assert.equal((await follower.call('status')).deadLetters, 1);
    const [letter] = await follower.call('letterIds');
    await follower.call('edit', letter, { id: 'refused', title: 'short' });
    await settle(a);
    assert.deepEqual(await leader.call('letterIds'), []);
    assert.equal((await follower.call('losses')).length, 1);
    const { todos } = await follower.call('verify');
    assert.deepEqual(todos, { equal: 2, differing: 0, repaired: 0 });
    const metrics = await follower.call('metrics');
    assert.ok(metrics.exchanges > 0 && metrics.sent > 0 && metrics.bytesSent > titleMax);
    const history = await follower.call('history');
    assert.ok(
      history.every(({ outcome, sent, received }) => outcome === 'failed' || sent + received > 0),
    );
    await follower.call('undo');
    const k = { id: 'k', title: 'of A', n: 1 };
    await assertSynced(stage, { todos: { k, refused: { id: 'refused', title: 'short' } } });
  },

  async 'a first login asks before it merges, and may keep what the hub has'(stage) {
    const b = await stage.device('B');
    await b.write(['put', 'todos', { id: 'there', n: 1 }]);
    await settle(b);
    for (const [choice, kept] of [
      ['keep-remote', false],
      ['merge', true],
    ]) {
      const a = await stage.device('A', { connect: false, open: false, firstLogin: 'ask' });
      await a.tab.open({ plain: true });
      await a.write(['put', 'todos', { id: 'here', n: 1 }]);
      await a.reopen({ open: true, connect: true });
      const { firstLogin, pending } = await until(
        async () => {
          const status = await a.call('status');
          return status.firstLogin && status;
        },
        () => 'the question',
      );
      assert.deepEqual([firstLogin, pending], [{ local: 1, remote: 1 }, 1]);
      assert.deepEqual([...(await stage.hubRows()).keys()], ['todos\t"there"']);
      await a.call('adopt', choice);
      await settle(a);
      assert.equal((await a.rows()).has('todos\t"here"'), kept);
    }
    await settle(b);
    await assertEverywhere(
      { ...stage, devices: stage.devices.slice(0, 1), hubRows: () => stage.hubRows() },
      {
        todos: { there: { id: 'there', n: 1 }, here: { id: 'here', n: 1 } },
      },
    );
  },

  async 'a cloned database: both go on, and come together'(stage) {
    const a = await stage.device('A');
    await a.write(['put', 'todos', { id: 'x', n: 1 }]);
    await settle(a);
    await a.call('setOnline', false);
    await a.write(['put', 'todos', { id: 'pending at both', n: 1 }]);
    const copy = await a.call('dump');
    const b = await stage.device('B', { connect: false });
    await b.call('load', copy);
    await b.reopen({ connect: true });
    await a.call('setOnline', true);
    await a.write(['put', 'todos', { id: 'a', n: 1 }]);
    await b.write(['put', 'todos', { id: 'b', n: 1 }], ['update', 'todos', 'x', { n: 2 }]);
    await assertSynced(stage, {
      todos: {
        x: { id: 'x', n: 2 },
        'pending at both': { id: 'pending at both', n: 1 },
        a: { id: 'a', n: 1 },
        b: { id: 'b', n: 1 },
      },
    });
  },
};
