// What one transaction wrote is seen together or not at all.
import assert from 'node:assert/strict';
import { assertEverywhere, assertSynced, settle } from '../check.mjs';

export const cases = {
  async 'a transaction over two tables arrives in one piece'(stage) {
    const a = await stage.device('A');
    const b = await stage.device('B');
    await a.call('transaction', [
      ['put', 'todos', { id: 't', n: 0 }],
      ['put', 'lists', { id: 'l', n: 0 }],
    ]);
    await settle(a, b);
    await b.call('watchPair', ['todos', 't'], ['lists', 'l']);
    const turns = 40;
    for (let n = 1; n <= turns; n++) {
      await a.call('transaction', [
        ['update', 'todos', 't', { n }],
        // Other records between the two, so that they are apart in the log and on the wire.
        ['bulkPut', 'todos', Array.from({ length: 5 }, (_, i) => ({ id: `o${i}`, n }))],
        ['update', 'lists', 'l', { n }],
      ]);
      if (n % 10 === 0) await a.call('flush');
    }
    await b.call('untilRow', 'lists', 'l', { n: turns });
    await settle(a, b);
    const seen = await b.call('seen');
    const torn = seen.filter(([x, y]) => x !== y);
    assert.deepEqual(torn, [], `what was seen: ${JSON.stringify(seen)}`);
    assert.ok(seen.length > 3, `only ${seen.length} states were seen`);
    stage.note(`${seen.length} states seen of ${turns}`);
    const others = Object.fromEntries(
      [0, 1, 2, 3, 4].map((i) => [`o${i}`, { id: `o${i}`, n: turns }]),
    );
    await assertEverywhere(stage, {
      todos: { t: { id: 't', n: turns }, ...others },
      lists: { l: { id: 'l', n: turns } },
    });
  },

  async 'transactions in a backlog arrive in one piece too'(stage) {
    const a = await stage.device('A');
    const b = await stage.device('B');
    await settle(a, b);
    await b.call('watchPair', ['todos', 't299'], ['lists', 'l299']);
    await a.call('setOnline', false);
    const expected = { todos: {}, lists: {} };
    for (let n = 0; n < 300; n++) {
      const todo = { id: `t${n}`, n };
      const list = { id: `l${n}`, n };
      expected.todos[todo.id] = todo;
      expected.lists[list.id] = list;
      await a.call('transaction', [
        ['put', 'todos', todo],
        ['put', 'lists', list],
        ['put', 'todos', { id: `u${n}`, n }],
      ]);
      expected.todos[`u${n}`] = { id: `u${n}`, n };
    }
    const before = a.proxy.calls.length;
    await a.call('setOnline', true);
    await settle(a, b);
    const pushes = a.proxy.calls.slice(before).filter(({ changes }) => changes > 0);
    assert.ok(pushes.length >= 2, 'more than one push');
    for (const { body } of pushes) {
      const ids = new Set(JSON.parse(body.toString()).changes.map(({ id }) => JSON.parse(id)));
      for (const id of ids)
        for (const kind of 'tlu')
          assert.ok(ids.has(kind + id.slice(1)), `${id} was pushed without ${kind + id.slice(1)}`);
    }
    assert.deepEqual(
      (await b.call('seen')).filter(([x, y]) => x !== y),
      [],
    );
    await assertEverywhere(stage, expected);
  },

  async 'an aborted transaction leaves nothing behind'(stage) {
    const a = await stage.device('A');
    await stage.device('B');
    await a.write(['put', 'todos', { id: 'x', n: 0 }]);
    await settle(a);
    const before = a.proxy.calls.reduce((sum, { changes }) => sum + changes, 0);
    for (let i = 0; i < 5; i++) {
      const failed = await a.call(
        'transaction',
        [
          ['update', 'todos', 'x', { n: 1 }],
          ['put', 'todos', { id: 'y', n: 1 }],
          ['bulkPut', 'lists', [{ id: 'l1' }, { id: 'l2' }]],
          ['delete', 'todos', 'x'],
        ],
        true,
      );
      assert.equal(failed, 'RangeError');
    }
    assert.equal(await a.call('logged'), 0);
    assert.equal((await a.call('status')).pending, 0);
    await assertSynced(stage, { todos: { x: { id: 'x', n: 0 } } });
    const after = a.proxy.calls.reduce((sum, { changes }) => sum + changes, 0);
    assert.equal(after, before, 'nothing was pushed');
  },

  async 'three thousand rows added offline arrive whole, through a failure'(stage) {
    const a = await stage.device('A');
    const b = await stage.device('B');
    await settle(a, b);
    await a.offline();
    const rows = Array.from({ length: 3_000 }, (_, n) => ({
      id: `row-${n}`,
      n,
      text: `text ${n} ${'é'.repeat(n % 50)}`,
    }));
    await a.write(['bulkAdd', 'todos', rows]);
    await a.call('untilStatus', { phase: 'offline', pending: 3_000 });
    a.proxy.rule('after', { call: 'full', after: 2 });
    const before = a.proxy.calls.length;
    const begun = performance.now();
    await a.online();
    await a.call('untilStatus', { phase: 'idle', pending: 0 });
    stage.note(`sent in ${Math.round(performance.now() - begun)} ms`);
    const pushes = a.proxy.calls.slice(before).filter(({ changes }) => changes > 0);
    assert.ok(pushes.length > 3, `${pushes.length} pushes`);
    assert.ok(pushes.every(({ changes }) => changes <= 1_000));
    await assertSynced(stage, { todos: Object.fromEntries(rows.map((row) => [row.id, row])) });
  },
};
