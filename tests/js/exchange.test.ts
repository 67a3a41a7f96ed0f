// One exchange as data: what a reply means for the engine's counts, and for what the store does.
import { describe, expect, test } from 'vitest';
import { Exchange } from '../../js/src/exchange.js';
import type { Change, PullReply, PushReply, PushResult } from '../../js/src/wire.js';
import { errorOf } from './support/errors.js';
import { outboxOf } from './support/outbox.js';
import { pullReply, stampA, stampB } from './support/replies.js';
import { stampOf } from './support/vectors.js';

const rejected = (retryable: boolean): PushResult => ({
  outcome: 'rejected',
  code: 'forbidden',
  message: 'no',
  retryable,
});
const pull = (spoil: object = {}) =>
  ({ ...pullReply(), changes: [], ...spoil }) as unknown as PullReply;

/** An exchange of as many patches as there are results; the writes are the entries 1, 2, … */
function exchangeOf(results: PushResult[], pulled: PullReply = pull()): Exchange {
  const { writes } = outboxOf(
    results.map((_, i) => ({ id: `${i}`, alive: 20, fields: { a: 20 } })),
    {},
  );
  const changes = writes.map(({ table, id }, i): Change => {
    return { table, id, stamp: stampOf(20 + i), patch: true, row: { a: 1 } };
  });
  const exchange = new Exchange('e:1');
  exchange.batch = { changes, writes: writes.map((write) => [write]), vanished: [], split: false };
  const push: PushReply = { results, seq: 2, cursor: 'e:2', serverTime: 0 };
  exchange.receive(push, pulled);
  return exchange;
}
const done = (exchange: Exchange, page = true) =>
  exchange.commit(page, null).acknowledged.map(({ write, result }) => `${write.entry} ${result}`);

describe('the results of a push', () => {
  const all: PushResult[] = [
    { outcome: 'applied' },
    { outcome: 'merged', lost: ['a'] },
    { outcome: 'needFull' },
    rejected(false),
    rejected(true),
    { outcome: 'clock' },
  ];

  test('are counted by what they mean', () => {
    const summary = exchangeOf(all).summary(1, 2, 3);
    expect(summary).toMatchObject({ settled: 4, kept: 1, clockRefused: 1, more: false });
    expect(summary).toMatchObject({ sentAt: 1, receivedAt: 2, serverAt: 3 });
  });

  test('acknowledge what is settled, put off what may succeed later, and leave the rest', () => {
    const expected = ['1 sent', '2 sent', '3 needFull', '4 dead', '5 later'];
    expect(done(exchangeOf(all))).toEqual(expected);
  });

  test('give a dead letter its change and its reason', () => {
    const [letter] = exchangeOf([rejected(false)]).commit(true, null).acknowledged;
    expect(letter).toMatchObject({
      refusal: rejected(false),
      change: { id: '0', stamp: stampOf(20) },
    });
  });

  test('acknowledge each write of a change', () => {
    const exchange = exchangeOf([{ outcome: 'applied' }]);
    const [[write]] = exchange.batch.writes as [[never]];
    exchange.batch.writes = [[write, { ...(write as object), entry: 9 } as never]];
    expect(done(exchange)).toEqual(['1 sent', '9 sent']);
  });

  test('show which stamp the hub is known to hold', () => {
    expect(exchangeOf(all).summary(0, 0, 0).accepted).toBe(stampOf(21));
    expect(exchangeOf([rejected(false)]).summary(0, 0, 0).accepted).toBe(null);
    const pulled = pull({
      changes: [{ table: 't', id: '1', stamp: stampA, row: {}, fields: { a: stampB } }],
    });
    expect(exchangeOf(all, pulled).summary(0, 0, 0).accepted).toBe(stampB);
  });

  test('that ask again for what was sent whole are refused', () => {
    const exchange = exchangeOf([{ outcome: 'applied' }]);
    delete (exchange.batch.changes[0] as Change).patch;
    const push = {
      results: [{ outcome: 'needFull' as const }],
      seq: 1,
      cursor: 'e:1',
      serverTime: 0,
    };
    expect(errorOf(() => exchange.receive(push, pull())).code).toBe('bad_reply');
  });
});

describe('what is stored', () => {
  const changes = pullReply().changes as Change[];

  test('is the page and its cursor', () => {
    const commit = exchangeOf([], pull({ changes, cursor: 'e:9' })).commit(true, null);
    expect(commit).toEqual({ acknowledged: [], changes, cursor: 'e:9', after: 'e:1' });
  });

  test('is a null cursor after a reset, and more to read', () => {
    const exchange = exchangeOf([], pull({ reset: true, cursor: null }));
    expect(exchange.commit(true, null)).toMatchObject({ changes: [], cursor: null, after: 'e:1' });
    expect(exchange.summary(0, 0, 0).more).toBe(true);
  });

  test('without the page is the acknowledgements alone', () => {
    const exchange = exchangeOf([{ outcome: 'applied' }], pull({ changes, cursor: 'e:9' }));
    const commit = exchange.commit(false, null);
    expect([commit.changes, 'cursor' in commit]).toEqual([[], false]);
    expect(done(exchange, false)).toEqual(['1 sent']);
  });

  test('of a batch that the endpoint refuses is a dead letter, and no page', () => {
    const exchange = exchangeOf([{ outcome: 'applied' }]);
    const fresh = new Exchange('e:1');
    fresh.batch = exchange.batch;
    const { acknowledged, changes: none, ...rest } = fresh.commit(true, 'too_large');
    expect([none, rest]).toEqual([[], {}]);
    expect(acknowledged).toMatchObject([
      { result: 'dead', refusal: { code: 'too_large', message: 'too large' }, change: { id: '0' } },
    ]);
  });

  test('of writes that vanished is that they are done', () => {
    const exchange = exchangeOf([]);
    exchange.batch.vanished = outboxOf([{ id: '7', alive: 20, fields: { a: 20 } }], {}).writes;
    expect(done(exchange)).toEqual(['1 sent']);
  });
});
