// Devices whose clocks are wrong: what was written later wins all the same, and nothing gets stuck.
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { assertSynced, settle } from '../check.mjs';

const hour = 3_600_000;
// What is apart by more than the halved round trip of a busy machine keeps its order.
const apartMs = 1_000;
// A session that begins offline may lag by offset_step_ms, too, before it stamps again.
const apartOfflineMs = apartMs + 2_000;

const wrongBy = (shiftMs) => async (stage) => {
  const a = await stage.device('A', { time: { shiftMs } });
  const b = await stage.device('B');
  await a.write([
    'bulkPut',
    'todos',
    ['x', 'y', 'z'].map((id) => ({ id, by: 'nobody', kept: id })),
  ]);
  await settle(a, b);
  for (const device of [a, b]) await device.call('setOnline', false);
  await a.write(['update', 'todos', 'x', { by: 'A, earlier' }], ['delete', 'todos', 'z']);
  await b.write(['update', 'todos', 'y', { by: 'B, earlier' }]);
  await sleep(apartMs);
  await b.write(
    ['update', 'todos', 'x', { by: 'B, later' }],
    ['update', 'todos', 'z', { by: 'B, later' }],
  );
  await a.write(['update', 'todos', 'y', { by: 'A, later' }]);
  for (const device of [a, b]) await device.call('setOnline', true);
  await assertSynced(stage, {
    todos: {
      x: { id: 'x', by: 'B, later', kept: 'x' },
      y: { id: 'y', by: 'A, later', kept: 'y' },
      z: { id: 'z', by: 'B, later', kept: 'z' },
    },
  });
  assert.deepEqual(await a.call('deadLetters'), []);
};

/** Writes stamped under a clock that is wrong, before the hub's time is known to this session. */
const wrongBeforeFirstContact = (shiftMs) => async (stage) => {
  const a = await stage.device('A', { time: { shiftMs: 0 } });
  const b = await stage.device('B');
  await a.write(['bulkPut', 'todos', ['x', 'y'].map((id) => ({ id, by: 'nobody', kept: id }))]);
  await settle(a, b);
  await a.tab.end();
  // The next session begins without a network and with another clock.
  a.proxy.rule('before', { times: 1e9 });
  a.proxy.live = 'refuse';
  await a.openTab({ connect: false, open: false });
  await a.tab.page.evaluate((shift) => {
    window.time.shiftMs = shift;
  }, shiftMs);
  await a.tab.open();
  await a.tab.connect();
  await b.call('setOnline', false);
  await a.write(['update', 'todos', 'x', { by: 'A, earlier' }]);
  await b.write(['update', 'todos', 'y', { by: 'B, earlier' }]);
  await sleep(apartOfflineMs);
  await b.write(['update', 'todos', 'x', { by: 'B, later' }]);
  await a.write(
    ['update', 'todos', 'y', { by: 'A, later' }],
    ['put', 'todos', { id: 'new', by: 'A' }],
  );
  a.proxy.clear();
  await b.call('setOnline', true);
  await assertSynced(stage, {
    todos: {
      x: { id: 'x', by: 'B, later', kept: 'x' },
      y: { id: 'y', by: 'A, later', kept: 'y' },
      new: { id: 'new', by: 'A' },
    },
  });
  // And after it all, edits win again at once.
  await b.write(['update', 'todos', 'y', { by: 'B, last' }]);
  await settle(b, a);
  await a.write(['update', 'todos', 'x', { by: 'A, last' }]);
  await assertSynced(stage, {
    todos: {
      x: { id: 'x', by: 'A, last', kept: 'x' },
      y: { id: 'y', by: 'B, last', kept: 'y' },
      new: { id: 'new', by: 'A' },
    },
  });
};

export const cases = {
  'a clock an hour behind': wrongBy(-hour),
  'a clock an hour ahead': wrongBy(hour),
  'a clock a year ahead': wrongBy(365 * 24 * hour),
  'a clock an hour behind, wrong before the first contact': wrongBeforeFirstContact(-hour),
  'a clock an hour ahead, wrong before the first contact': wrongBeforeFirstContact(hour),
  'a clock a year ahead, wrong before the first contact': wrongBeforeFirstContact(365 * 24 * hour),

  async 'a clock that jumps a year ahead in the middle of a session, and back'(stage) {
    const a = await stage.device('A', { time: {} });
    const b = await stage.device('B');
    const set = (shiftMs) =>
      a.tab.page.evaluate((shift) => {
        window.time.shiftMs = shift;
      }, shiftMs);
    await a.write(['put', 'todos', { id: 'x', n: 0 }]);
    await settle(a, b);
    await set(365 * 24 * hour);
    await a.write(['update', 'todos', 'x', { n: 1 }], ['put', 'todos', { id: 'y', n: 1 }]);
    await settle(a, b);
    await sleep(apartMs);
    await b.write(['update', 'todos', 'x', { n: 2 }]);
    await settle(b, a);
    await set(0);
    await a.write(['update', 'todos', 'x', { n: 3 }], ['update', 'todos', 'y', { n: 3 }]);
    await settle(a, b);
    await b.write(['update', 'todos', 'y', { n: 4 }]);
    await assertSynced(stage, { todos: { x: { id: 'x', n: 3 }, y: { id: 'y', n: 4 } } });
    assert.deepEqual(await a.call('deadLetters'), []);
  },
};
