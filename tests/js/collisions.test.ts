// Collisions: what a client makes of a hub's answer that another device's record has a key.
import { describe, expect, test } from 'vitest';
import { checkPullReply, checkPushReply } from '../../js/src/transports/replies.js';
import type { PushResult } from '../../js/src/wire.js';
import { errorOf } from './support/errors.js';
import { exchangeOf, pull } from './support/exchange.js';
import { pullReply, pushReply, stampA } from './support/replies.js';

describe('a reply', () => {
  test('may say that a record has the key of another device’s, and past which number is room', () => {
    const results = [{ outcome: 'collision', past: 7 }, { outcome: 'deferred' }];
    expect(checkPushReply({ ...pushReply(), results }, 2).results).toEqual(results);
    const silent = [{ outcome: 'collision', past: null }];
    expect(checkPushReply({ ...pushReply(), results: silent }, 1).results).toEqual([
      { outcome: 'collision' },
    ]);
    for (const past of ['7', 1.5, -1, 2 ** 53])
      expect(() =>
        checkPushReply({ ...pushReply(), results: [{ outcome: 'collision', past }] }, 1),
      ).toThrow('results[0].past');
  });

  test('may say how a record was born, in its form', () => {
    const change = { table: 't', id: '1', stamp: stampA, row: {}, born: 'a1b2c3d4e5f60708' };
    const reply = { ...pullReply(), changes: [change] };
    expect(checkPullReply(reply).changes).toEqual([change]);
    for (const born of [1, null, 'A1B2C3D4E5F60708', 'a1'])
      expect(() => checkPullReply({ ...reply, changes: [{ ...change, born }] })).toThrow(
        'changes[0].born',
      );
  });
});

describe('keys that two devices gave', () => {
  const born = 'a1b2c3d4e5f60708';
  const collided: PushResult[] = [{ outcome: 'collision', past: 9 }, { outcome: 'deferred' }];

  test('are acknowledged as what they are, and nothing of them is known to be held', () => {
    const exchange = exchangeOf(collided, pull(), { born });
    expect(exchange.commit(null).acknowledged).toMatchObject([
      { write: { entry: 1 }, result: 'collision', past: 9 },
      { write: { entry: 2 }, result: 'deferred' },
    ]);
    // That one was answered is progress: it is sent again at once.
    expect(exchange.summary(1, 2, 3)).toMatchObject({ settled: 1, kept: 0, accepted: null });
    expect(exchange.commit(null).journal).toBe(undefined);
  });

  test('cannot be those of a change that creates nothing; nor does any wait for none', () => {
    expect(errorOf(() => exchangeOf(collided))).toMatchObject({ code: 'bad_reply' });
    const waiting = () => exchangeOf([{ outcome: 'deferred' }], pull(), { born });
    expect(errorOf(waiting)).toMatchObject({ code: 'bad_reply' });
  });

  test('say in the journal how their record was born', () => {
    const exchange = exchangeOf([{ outcome: 'applied' }], pull({ seq: 5 }), { born });
    expect(exchange.commit(null).journal).toMatchObject([{ id: '0', born }]);
  });
});
