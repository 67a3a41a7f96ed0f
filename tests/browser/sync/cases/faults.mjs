// What the network and the endpoint can do to a call. Whatever it is, nothing is lost and nothing
// is there twice.
// tidy: long, because every fault is one case of one list
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { assertEverywhere, assertSynced, settle } from '../check.mjs';
import { until } from '../world.mjs';

const portal = {
  status: 200,
  headers: { 'content-type': 'text/html' },
  body: '<!doctype html><title>Welcome to our Wi-Fi</title><form>Accept the terms</form>',
};

/** Flushes until it succeeds; returns the faults on the way. */
async function insist(device) {
  const faults = [];
  for (let i = 0; i < 20; i++) {
    const fault = await device.call('flush');
    if (fault === null) return faults;
    faults.push(fault);
  }
  throw new Error(`device ${device.name} still fails: ${faults}`);
}

/**
 * A session of two devices, the same each time; A's calls are what is broken. Returns what must be
 * there in the end.
 */
async function session(a, b) {
  await a.write([
    'bulkAdd',
    'todos',
    [1, 2, 3, 4].map((n) => ({ id: `r${n}`, n, title: `t${n}`, note: '' })),
  ]);
  await insist(a);
  await insist(b);
  await b.write(
    ['update', 'todos', 'r1', { title: 'B' }],
    ['delete', 'todos', 'r2'],
    ['put', 'todos', { id: 'b1', by: 'B' }],
  );
  await insist(b);
  await a.write(['update', 'todos', 'r1', { note: 'A' }], ['delete', 'todos', 'r3']);
  await a.call('transaction', [
    ['put', 'lists', { id: 'l1', n: 1 }],
    ['update', 'todos', 'r4', { list: 'l1' }],
  ]);
  await insist(a);
  await b.write(['update', 'todos', 'r4', { n: 44 }]);
  await insist(b);
  await insist(a);
  await a.write(['update', 'todos', 'r4', { list: 'l1', done: true }]);
  await insist(a);
  return {
    todos: {
      r1: { id: 'r1', n: 1, title: 'B', note: 'A' },
      r4: { id: 'r4', n: 44, title: 't4', note: '', list: 'l1', done: true },
      b1: { id: 'b1', by: 'B' },
    },
    lists: { l1: { id: 'l1', n: 1 } },
  };
}

/** One session with A's k-th call broken. False: it has fewer calls. */
async function brokenSession(stage, kind, k, how) {
  stage.tokens = stage.world.newUser();
  const [a, b] = stage.devices;
  for (const device of [a, b]) {
    device.proxy.clear();
    await device.call('setTokens', stage.tokens[0]);
    await device.tab.open({ db: `${kind}-${k}` });
  }
  const rule = a.proxy.rule(kind, { after: k - 1, ...how });
  for (const device of [a, b]) await device.tab.connect({ live: false });
  const expected = await session(a, b);
  await settle(a, b);
  await assertEverywhere(stage, expected);
  for (const device of [a, b]) await device.call('close');
  return rule.used === 1;
}

/** A case that breaks every call of the session in one way. */
const everyCall = (kind, how) => async (stage) => {
  await stage.device('A', { open: false });
  await stage.device('B', { open: false });
  let k = 1;
  try {
    while (await brokenSession(stage, kind, k, how)) k++;
  } catch (error) {
    error.message = `call ${k} ${kind}: ${error.message}`;
    throw error;
  }
  assert.ok(k > 5, `the session has only ${k - 1} calls`);
  stage.note(`${k - 1} calls`);
};

/**
 * A device with three pending writes that its endpoint does not take, `fault` being what it says
 * instead.
 */
async function refusedDevice(stage, fault) {
  const a = await stage.device('A', { live: false });
  await settle(a);
  a.proxy.rule(...fault);
  await a.write(['bulkPut', 'todos', [1, 2, 3].map((n) => ({ id: `r${n}`, n }))]);
  return a;
}

const three = { todos: Object.fromEntries([1, 2, 3].map((n) => [`r${n}`, { id: `r${n}`, n }])) };

export const cases = {
  'each call fails before the Worker': everyCall('before'),
  'each call fails after the Worker': everyCall('after'),
  'each call fails in the middle of the answer': everyCall('half'),
  'each answer is cut short and looks whole': everyCall('truncate'),
  'each call arrives twice': everyCall('twice'),
  'each call is answered 503': everyCall('answer', { status: 503, body: 'overloaded' }),

  async 'an old push delivered again late, and an old answer delivered again'(stage) {
    const a = await stage.device('A', { live: false });
    const b = await stage.device('B', { live: false });
    await settle(a, b);
    a.proxy.rule('after', { call: 'full' });
    await a.write([
      'bulkPut',
      'todos',
      [
        { id: 'x', n: 1 },
        { id: 'y', n: 1 },
      ],
    ]);
    await insist(a);
    const [lost] = a.proxy.calls.filter(({ fault }) => fault === 'after');
    await b.call('flush');
    await b.write(['update', 'todos', 'x', { n: 2 }], ['delete', 'todos', 'y']);
    await settle(b, a);
    assert.equal(
      (await a.proxy.again(lost)).status,
      200,
      'the late duplicate is answered like any',
    );
    // A stale answer to a pull, as a cache on the way would give it.
    await a.write(['put', 'todos', { id: 'z', n: 1 }]);
    await settle(a);
    b.proxy.rule('replay', { call: 'pull', times: 3 });
    await b.call('flush');
    b.proxy.clear();
    await assertSynced(stage, { todos: { x: { id: 'x', n: 2 }, z: { id: 'z', n: 1 } } });
  },

  async 'a captive portal answers everything with its page'(stage) {
    const a = await refusedDevice(stage, ['answer', { ...portal, times: 1e9 }]);
    a.proxy.live = 'refuse';
    assert.equal(await a.call('flush'), 'bad_reply');
    const { phase, pending, error } = await a.call('status');
    assert.deepEqual(
      [phase, pending, error.code, error.retryable],
      ['waiting', 3, 'bad_reply', true],
    );
    await a.write(['put', 'lists', { id: 'l' }]);
    a.proxy.clear();
    // Of itself: the retry is timed, and short after few failures.
    await a.call('untilStatus', { phase: 'idle', pending: 0, error: null });
    const b = await stage.device('B');
    await settle(b);
    await assertEverywhere(stage, { ...three, lists: { l: { id: 'l' } } });
  },

  async '429 waits as long as it says, 503 and an error that is not ours are retried'(stage) {
    const a = await refusedDevice(stage, [
      'answer',
      { status: 429, headers: { 'retry-after': '2' } },
    ]);
    const begun = performance.now();
    await a.call('untilStatus', { phase: 'waiting' });
    const { error } = await a.call('status');
    assert.equal(error.code, 'rate_limited');
    await a.call('untilStatus', { phase: 'idle', pending: 0 });
    const took = performance.now() - begun;
    assert.ok(took > 1_900 && took < 8_000, `retried after ${took} ms`);
    for (const status of [500, 502, 503, 504]) {
      a.proxy.rule('answer', { status, body: '<h1>nginx</h1>' });
      await a.write(['update', 'todos', 'r1', { n: 1, [`s${status}`]: 1 }]);
      await a.call('untilStatus', { phase: 'waiting' });
      await a.call('untilStatus', { phase: 'idle', pending: 0, error: null });
    }
    const [r1] = [three.todos.r1];
    await assertSynced(stage, {
      todos: { ...three.todos, r1: { ...r1, s500: 1, s502: 1, s503: 1, s504: 1 } },
    });
  },

  async 'an endpoint that never answers is given up, and tried again'(stage) {
    const a = await stage.device('A', { live: false, timeoutMs: 400 });
    await settle(a);
    a.proxy.rule('silence', { times: 2 });
    await a.write(['put', 'todos', { id: 'x', n: 1 }]);
    await a.call('untilStatus', { phase: 'waiting' });
    assert.equal((await a.call('status')).error.code, 'timeout');
    await a.call('untilStatus', { phase: 'idle', pending: 0, error: null });
    await assertSynced(stage, { todos: { x: { id: 'x', n: 1 } } });
  },

  async '401: the token is refreshed once, and sync goes on'(stage) {
    stage.tokens = stage.world.newRefreshableUser();
    const a = await stage.device('A', { live: false });
    const [first, second] = stage.tokens;
    await settle(a);
    await a.call('tokenCalls');
    // The real Worker refuses a token that it does not know.
    const rule = a.proxy.rule('headers', { headers: { authorization: 'Bearer expired' } });
    await a.write(['put', 'todos', { id: 'x', n: 1 }]);
    await a.call('flush');
    await a.call('untilStatus', { phase: 'idle', pending: 0 });
    assert.equal(rule.used, 1);
    // More calls may follow: an exchange after the one that was refused.
    const [asked, refreshed, ...later] = await a.call('tokenCalls');
    assert.deepEqual([asked, refreshed, later.includes(true)], [false, true, false]);
    const at = a.proxy.calls.findIndex(({ status }) => status === 401);
    const [refused, accepted] = a.proxy.calls.slice(at);
    assert.deepEqual([refused.status, accepted.status], [401, 200]);
    assert.equal(refused.headers.authorization, `Bearer ${first}`);
    assert.equal(accepted.headers.authorization, `Bearer ${second}`);
    await assertSynced(stage, { todos: { x: { id: 'x', n: 1 } } });
  },

  async 'refused twice: needs-auth, writes go on, a new token and resume bring all'(stage) {
    stage.tokens = stage.world.newRefreshableUser();
    const a = await stage.device('A');
    await settle(a);
    await a.call('setTokens', 'unknown-1', 'unknown-2');
    await a.call('tokenCalls');
    const before = a.proxy.calls.length;
    await a.write(['bulkPut', 'todos', [1, 2, 3].map((n) => ({ id: `r${n}`, n }))]);
    await a.call('untilStatus', { phase: 'needs-auth', pending: 3 });
    assert.equal((await a.call('status')).error.code, 'unauthorized');
    assert.deepEqual(await a.call('tokenCalls'), [false, true]);
    await a.write(['put', 'lists', { id: 'l', n: 1 }], ['delete', 'todos', 'r3']);
    await a.call('untilStatus', { phase: 'needs-auth', pending: 5 });
    await sleep(700); // longer than a first retry: there must be none
    assert.equal(a.proxy.calls.length, before + 2, 'calls with a refused token');
    await a.call('setTokens', stage.tokens[1]);
    await a.call('resume');
    await a.call('untilStatus', { phase: 'idle', pending: 0, error: null });
    await stage.device('B');
    const { r1, r2 } = three.todos;
    await assertSynced(stage, { todos: { r1, r2 }, lists: { l: { id: 'l', n: 1 } } });
  },

  async 'needs-auth survives a reload: the pending writes are sent by the next session'(stage) {
    const a = await stage.device('A');
    await settle(a);
    await a.call('setTokens', null);
    await a.write(['bulkPut', 'todos', [1, 2, 3].map((n) => ({ id: `r${n}`, n }))]);
    await a.call('untilStatus', { phase: 'needs-auth', pending: 3 });
    await a.reopen();
    await assertSynced(stage, three);
  },

  async 'a half-open live socket is found out, and news come again'(stage) {
    const a = await stage.device('A', { time: { speed: 20 } });
    const b = await stage.device('B');
    await settle(a, b);
    await until(
      () => a.proxy.lives.size === 1,
      () => 'a live connection',
    );
    a.proxy.freezeLive();
    const seen = a.call('untilRow', 'todos', 'x', { n: 1 });
    const begun = performance.now();
    await b.write(['put', 'todos', { id: 'x', n: 1 }]);
    await seen;
    stage.note(`after ${Math.round(performance.now() - begun)} ms at 20 times the speed`);
    assert.ok(a.proxy.livesOpened >= 2, 'by another socket');
    await assertSynced(stage, { todos: { x: { id: 'x', n: 1 } } });
  },

  async 'without any live connection the device polls'(stage) {
    const a = await stage.device('A', { time: { speed: 20 } });
    const b = await stage.device('B');
    await settle(a, b);
    a.proxy.live = 'freeze';
    a.proxy.cutLive();
    await settle(a);
    const before = a.proxy.calls.length;
    await b.write(['put', 'todos', { id: 'x', n: 1 }]);
    await settle(b);
    const seen = a.call('untilRow', 'todos', 'x', { n: 1 });
    // The clock says that the time to poll has come; the timer runs fast enough to look.
    await a.tab.page.evaluate(() => {
      window.time.shiftMs = 16_000;
    });
    await seen;
    assert.ok(a.proxy.calls.length > before);
    await assertSynced(stage, { todos: { x: { id: 'x', n: 1 } } });
  },

  async 'a live connection that is cut again and again comes back'(stage) {
    const a = await stage.device('A', { time: { speed: 20 } });
    const b = await stage.device('B');
    await settle(a, b);
    for (let n = 1; n <= 5; n++) {
      await until(
        () => a.proxy.lives.size === 1,
        () => 'a live connection',
      );
      a.proxy.cutLive();
      const seen = a.call('untilRow', 'todos', 'x', { n });
      await b.write(['put', 'todos', { id: 'x', n }]);
      await seen;
    }
    await assertSynced(stage, { todos: { x: { id: 'x', n: 5 } } });
  },

  async 'the Worker is killed again and again while both devices write'(stage) {
    const worker = await stage.world.startWorker();
    stage.worker = worker;
    try {
      const a = await stage.device('A');
      const b = await stage.device('B');
      const kills = 4;
      const writing = [a, b].map((device) => device.call('writeOn', 'todos', device.name, 150, 18));
      for (let i = 0; i < kills; i++) {
        await sleep(150 + stage.random() * 350);
        await worker.kill();
        await sleep(stage.random() * 100);
        await worker.restart();
        await until(
          () => a.proxy.calls.at(-1)?.status === 200,
          () => 'an answer',
          20_000,
        ).catch(() => {});
      }
      await Promise.all(writing);
      const expected = {};
      for (const name of ['A', 'B'])
        for (let n = 0; n < 150; n++)
          expected[`${name}-${n}`] = { id: `${name}-${n}`, n, ...(n % 3 === 2 && { again: n }) };
      await assertSynced(stage, { todos: expected });
      stage.note(`${kills} kills, ${a.proxy.calls.length + b.proxy.calls.length} calls`);
    } finally {
      await worker.stop();
    }
  },
};
