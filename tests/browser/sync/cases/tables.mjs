// Every kind of table, key and value; and what the hub refuses.
import assert from 'node:assert/strict';
import { canonicalText } from '../../../../scripts/lib/canonical.mjs';
import { assertEverywhere, assertSynced, rowsOf, settle } from '../check.mjs';
import { sampleRows } from '../values.mjs';

export const cases = {
  async 'the page runs under a strict content security policy'(stage) {
    const a = await stage.device('A');
    assert.ok(await a.call('evalIsBlocked'));
    await a.write(['put', 'todos', { id: 'x', n: 1 }]);
    await stage.device('B');
    await assertSynced(stage, { todos: { x: { id: 'x', n: 1 } } });
    // The policy's own test is the one that it stopped.
    assert.deepEqual(
      (await a.call('violations')).filter((each) => !/ eval$/.test(each)),
      [],
    );
  },

  async 'values of every kind arrive exactly as they were'(stage) {
    const options = { schema: { samples: 'id' } };
    const a = await stage.device('A', options);
    const b = await stage.device('B', options);
    const expected = (note) => rowsOf({ samples: sampleRows(note).map((row) => [row.id, row]) });
    await a.call('writeSamples', 'by A');
    await assertSynced(stage, expected('by A'));
    // Put again with one other field: all the values are compared, and only the note is sent.
    const before = b.proxy.calls.length;
    await b.call('writeSamples', 'by B');
    await assertSynced(stage, expected('by B'));
    const pushed = b.proxy.calls
      .slice(before)
      .flatMap(({ body, changes }) => (changes ? JSON.parse(body.toString()).changes : []));
    assert.equal(pushed.length, sampleRows('').length);
    for (const { id, row, patch } of pushed)
      assert.deepEqual([patch, row], [true, { note: 'by B' }], id);
    assert.equal(await a.tab.page.evaluate(() => 'polluted' in {}), false);
  },

  async 'tables merged by record, compound and outbound keys'(stage) {
    const options = {
      schema: { docs: 'id', members: '[house+person]', notes: '', deep: 'meta.id' },
      tables: {
        docs: { merge: 'record' },
        members: {},
        notes: {},
        deep: { merge: 'field' },
      },
    };
    const a = await stage.device('A', options);
    const b = await stage.device('B', options);
    await a.write(
      ['bulkPut', 'docs', ['d1', 'd2'].map((id) => ({ id, title: 'old', text: 'old' }))],
      ['put', 'members', { house: 'h1', person: 7, role: 'owner' }],
      ['put', 'members', { house: 'h1', person: '7', role: 'guest' }],
      ['put', 'notes', { text: 'a number' }, 1],
      ['put', 'notes', { text: 'text' }, '1'],
      ['put', 'notes', { text: 'an array' }, ['1', 1, ['x']]],
      ['put', 'deep', { meta: { id: 'k', more: 1 }, n: 1 }],
    );
    await settle(a, b);
    for (const device of [a, b]) await device.call('setOnline', false);
    await a.write(
      ['update', 'docs', 'd1', { title: 'A' }],
      ['update', 'members', ['h1', 7], { role: 'admin' }],
      ['put', 'notes', { text: 'changed' }, '1'],
      ['delete', 'notes', 1],
    );
    await new Promise((done) => setTimeout(done, 150));
    await b.write(
      ['update', 'docs', 'd1', { text: 'B' }],
      ['delete', 'members', ['h1', '7']],
      ['update', 'notes', ['1', 1, ['x']], { more: true }],
      ['update', 'deep', 'k', { n: 2 }],
    );
    for (const device of [a, b]) await device.call('setOnline', true);
    await assertSynced(stage, {
      docs: {
        // By record: the later write's row, whole.
        d1: { id: 'd1', title: 'old', text: 'B' },
        d2: { id: 'd2', title: 'old', text: 'old' },
      },
      members: [[['h1', 7], { house: 'h1', person: 7, role: 'admin' }]],
      notes: [
        ['1', { text: 'changed' }],
        [['1', 1, ['x']], { text: 'an array', more: true }],
      ],
      deep: { k: { meta: { id: 'k', more: 1 }, n: 2 } },
    });
  },

  async 'every kind of Dexie write is recorded'(stage) {
    const a = await stage.device('A');
    await stage.device('B');
    const row = (n) => ({ id: `r${n}`, n });
    await a.write(
      ['add', 'todos', row(1)],
      ['bulkAdd', 'todos', [2, 3, 4, 5].map(row)],
      ['bulkPut', 'todos', [row(5), { ...row(4), n: 44 }]],
      ['modify', 'todos', { all: true }],
      ['bulkDelete', 'todos', ['r2', 'r3', 'not there']],
      ['bulkPut', 'lists', [1, 2, 3].map(row)],
    );
    await settle(a);
    await a.write(['clear', 'lists']);
    await assertSynced(stage, {
      todos: {
        r1: { id: 'r1', n: 1, all: true },
        r4: { id: 'r4', n: 44, all: true },
        r5: { id: 'r5', n: 5, all: true },
      },
    });
  },

  async 'a change over the limit becomes a dead letter, and the others go on'(stage) {
    const a = await stage.device('A');
    await settle(a);
    // Over what a record may take, and over what a body may: the one is answered by change, the
    // other as a whole.
    for (const [id, bytes] of [
      ['large', 1_200_000],
      ['vast', 5_000_000],
    ]) {
      await a.write(
        ['put', 'todos', { id: `${id}-before`, n: 1 }],
        ['put', 'todos', { id, text: 'x'.repeat(bytes) }],
        ['put', 'todos', { id: `${id}-after`, n: 2 }],
      );
      await settle(a);
    }
    const letters = await a.call('deadLetters');
    assert.deepEqual(
      letters.map(({ table, key, code }) => [table, key, code]),
      [
        ['todos', '"large"', 'too_large'],
        ['todos', '"vast"', 'too_large'],
      ],
    );
    assert.ok(letters.every(({ message, at, id }) => message.length > 5 && at > 1.7e12 && id > 0));
    // The rows stay where they were written.
    const held = await a.rows();
    assert.ok(held.has('todos\t"large"') && held.has('todos\t"vast"'));
    await a.write(
      ['put', 'todos', { id: 'last', n: 3 }],
      ['delete', 'todos', 'vast'],
      ['put', 'todos', { id: 'large', n: 4 }],
    );
    await stage.device('B');
    const expected = {};
    for (const [key, n] of [
      ['large-before', 1],
      ['large-after', 2],
      ['vast-before', 1],
      ['vast-after', 2],
      ['last', 3],
      ['large', 4],
    ])
      expected[key] = { id: key, n };
    await assertSynced(stage, { todos: expected });
  },

  async 'new ids of two devices never meet'(stage) {
    const a = await stage.device('A');
    const b = await stage.device('B');
    const ids = new Set();
    for (const device of [a, b])
      for (let i = 0; i < 50; i++) {
        const id = await device.call('newId');
        assert.match(id, /^[a-z0-9]+-[a-z0-9]+-[a-z0-9]{10}$/);
        ids.add(id);
      }
    assert.equal(ids.size, 100);
  },

  async 'another user sees nothing of it'(stage) {
    const a = await stage.device('A');
    await a.write(['put', 'todos', { id: 'secret', text: canonicalText('mine') }]);
    await settle(a);
    const [other] = stage.world.newUser();
    assert.equal((await stage.hubRows(other)).size, 0);
    await assertEverywhere(stage, { todos: { secret: { id: 'secret', text: '"mine"' } } });
  },
};
