// One exchange as data: what a reply means for the engine's counts, and for what the store does.
import { describe, expect, test } from 'vitest';
import { Exchange } from '../../js/src/exchange.js';
import type { Change, PushResult } from '../../js/src/wire.js';
import { errorOf } from './support/errors.js';
import { exchangeOf, pull } from './support/exchange.js';
import { outboxOf } from './support/outbox.js';
import { pullReply, stampA, stampB } from './support/replies.js';
import { stampOf } from './support/vectors.js';

const rejected = (retryable: boolean): PushResult => ({
  outcome: 'rejected',
  code: 'forbidden',
  message: 'no',
  retryable,
});
const done = (exchange: Exchange) =>
  exchange.commit(null).acknowledged.map(({ write, result }) => `${write.entry} ${result}`);

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

  test('say up to where stamps are taken: as told, or the time of the hub, and before the refused', () => {
    const fineUntil = (serverAt: number, ...results: PushResult[]) =>
      exchangeOf(results).summary(1, 2, serverAt).fineUntil;
    const [silent, told, later] = [undefined, 0, 1_000].map(
      (until): PushResult => ({ outcome: 'clock', ...(until !== undefined && { until }) }),
    ) as [PushResult, PushResult, PushResult];
    const refusedMs = 2;
    expect(fineUntil(0, { outcome: 'applied' })).toBeGreaterThan(2 ** 48);
    expect([fineUntil(0, silent), fineUntil(9, silent)]).toEqual([0, refusedMs - 1]);
    expect([fineUntil(9, told), fineUntil(0, later)]).toEqual([0, refusedMs - 1]);
    expect([fineUntil(9, later, told), fineUntil(9, told, later)]).toEqual([0, 0]);
    // Of a change with several stamps, any may be the one that was refused.
    const several = (result: PushResult) => {
      const exchange = exchangeOf([result]);
      const [change] = exchange.batch.changes as [Change];
      change.fields = { a: stampOf(50) };
      return exchange.summary(1, 2, 9).fineUntil;
    };
    expect([several(silent), several(later)]).toEqual([refusedMs - 1, 4]);
  });

  test('acknowledge what is settled, put off what may succeed later, and leave the rest', () => {
    const expected = ['1 sent', '2 sent', '3 needFull', '4 dead', '5 later'];
    expect(done(exchangeOf(all))).toEqual(expected);
  });

  test('give a dead letter its change and its reason', () => {
    const [letter] = exchangeOf([rejected(false)]).commit(null).acknowledged;
    expect(letter).toMatchObject({
      refusal: rejected(false),
      change: { id: '0', stamp: stampOf(20) },
    });
  });

  test('acknowledge each write of a change, and say what the hub took', () => {
    const exchange = exchangeOf([{ outcome: 'applied' }, { outcome: 'needFull' }]);
    const [[write], other] = exchange.batch.writes as [[never], never[]];
    exchange.batch.writes = [[write, { ...(write as object), entry: 9 } as never], other];
    expect(done(exchange)).toEqual(['1 sent', '9 sent', '2 needFull']);
    const [taken] = exchange.batch.changes;
    const said = exchange.commit(null).acknowledged.map(({ change }) => change);
    expect(said).toEqual([taken, taken, undefined]);
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

const changes = pullReply().changes as Change[];

describe('what is stored', () => {
  test('is the page and its cursor', () => {
    const commit = exchangeOf([], pull({ changes, cursor: 'e:9' })).commit(null);
    const stored = { acknowledged: [], changes, cursor: 'e:9', after: 'e:1', complete: true };
    expect(commit).toEqual(stored);
  });

  test('is a null cursor after a reset, and more to read', () => {
    const exchange = exchangeOf([], pull({ reset: true, cursor: null }));
    expect(exchange.commit(null)).toMatchObject({ changes: [], cursor: null, after: 'e:1' });
    expect(exchange.summary(0, 0, 0).more).toBe(true);
  });

  test('of a batch that the endpoint refuses is a dead letter, and no page', () => {
    const exchange = exchangeOf([{ outcome: 'applied' }]);
    const fresh = new Exchange('e:1');
    fresh.batch = exchange.batch;
    const { acknowledged, changes: none, ...rest } = fresh.commit('too_large');
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

  test('is complete only with the last page', () => {
    expect(exchangeOf([], pull({ more: true })).commit(null).complete).toBe(undefined);
    expect(exchangeOf([], pull()).commit(null).complete).toBe(true);
  });

  test('names the hub, and what is safe', () => {
    const reply = pull({ hub: 'h', seq: 9, safe: 4 });
    expect(exchangeOf([], reply).commit(null)).toMatchObject({ hub: 'h', seq: 9, safe: 4 });
  });

  test('of a reset is what to offer, and the cursor that was refused', () => {
    const reply = pull({ reset: true, cursor: null, offer: 7, hub: 'h', seq: 90, safe: 80 });
    const commit = exchangeOf([], reply).commit(null);
    expect(commit.reset).toEqual({ offer: 7, adopt: false, cursor: 'e:1' });
    expect([commit.changes, commit.cursor, commit.hub]).toEqual([[], null, 'h']);
    expect([commit.safe, commit.complete]).toEqual([undefined, undefined]);
    const knowing = pull({ reset: true, cursor: null, offer: 7, known: 'f:7' });
    expect(exchangeOf([], knowing).commit(null).reset).toMatchObject({ known: 'f:7' });

    const bare = pull({ reset: true, cursor: null, adopt: true });
    const { reset } = exchangeOf([], bare).commit(null);
    expect(reset).toEqual({ offer: null, adopt: true, cursor: 'e:1' });
  });
});

describe('the journal', () => {
  const key = { table: 'todos', id: '7' };
  const changes: Change[] = [
    { ...key, stamp: stampA, row: { a: 1 }, fields: { a: stampB } },
    { ...key, id: '8', stamp: stampA, patch: true, row: { a: 1, b: 2 } },
    { ...key, id: '9', stamp: stampA, deleted: true },
  ];
  const heads = [
    { ...key, stamp: stampA, fields: { a: stampB } },
    { ...key, id: '8', stamp: stampA, patch: true, names: ['a', 'b'] },
    { ...key, id: '9', stamp: stampA, deleted: true },
  ];

  test('has the heads of the page, without values', () => {
    const commit = exchangeOf([], pull({ changes, seq: 5 })).commit(null);
    expect([commit.journal, commit.seq]).toEqual([heads, 5]);
  });

  test('has what was acknowledged, and nothing that was not taken', () => {
    const results: PushResult[] = [
      { outcome: 'applied' },
      { outcome: 'merged', lost: ['a'] },
      { outcome: 'needFull' },
      rejected(false),
      { outcome: 'clone' },
    ];
    const exchange = exchangeOf(results, pull({ seq: 1 }));
    Object.assign(exchange.batch.changes[0] as Change, { create: true, offer: 'e:0' });
    const sent = (i: number) => ({
      table: 't',
      id: `${i}`,
      stamp: stampOf(20 + i),
      patch: true,
      names: ['a'],
    });
    const { journal, seq } = exchange.commit(null);
    expect([journal, seq]).toEqual([[sent(0), sent(1)], 2]);
  });

  test('has what was read again, but for what is not there', () => {
    const exchange = new Exchange('e:1');
    const push = { results: [], seq: 3, cursor: 'e:3', serverTime: 0 };
    const records: Change[] = [
      { ...key, stamp: stampA, row: { a: 1 } },
      { ...key, id: '8', stamp: '000000000000-0000-0000000000000000', absent: true },
    ];
    exchange.receive(push, pull({ seq: 2 }), records);
    const { journal, seq, records: stored } = exchange.commit(null);
    expect([journal, seq, stored]).toEqual([[{ ...key, stamp: stampA }], 3, records]);
    expect(exchange.summary(0, 0, 0).accepted).toBe(stampA);
  });

  test('is not kept for an endpoint that counts no seq', () => {
    const commit = exchangeOf([{ outcome: 'applied' }], pull({ changes })).commit(null);
    expect(['journal' in commit, 'seq' in commit]).toEqual([false, false]);
  });
});

describe('records that are asked for', () => {
  const push = { results: [], seq: 3, cursor: 'e:3', serverTime: 0 };
  const asking = () => {
    const exchange = new Exchange('e:1');
    exchange.rereads = [{ table: 't', id: '1' }];
    return exchange;
  };

  test('and not answered have everything read again', () => {
    const exchange = asking();
    exchange.receive(push, pull({ changes, cursor: 'e:9' }));
    const { reset, cursor, changes: none } = exchange.commit(null);
    expect([reset, cursor, none]).toEqual([{ offer: null, adopt: false, cursor: 'e:1' }, null, []]);
    expect(exchange.summary(0, 0, 0)).toMatchObject({ more: true, reset: true });
  });

  test('and answered, or not asked for, do not', () => {
    const answered = asking();
    answered.receive(push, pull(), []);
    const onlyRead = asking();
    onlyRead.receive(null, pull());
    for (const exchange of [answered, onlyRead]) {
      expect(exchange.commit(null).reset).toBe(undefined);
      expect(exchange.summary(0, 0, 0)).toMatchObject({ more: false, reset: false });
    }
  });
});

describe('a clone', () => {
  test('acknowledges nothing, and is counted', () => {
    const exchange = exchangeOf([{ outcome: 'clone' }, { outcome: 'clone' }]);
    expect(exchange.summary(0, 0, 0)).toMatchObject({ cloned: 2, settled: 0, kept: 0 });
    expect(done(exchange)).toEqual([]);
  });
});

describe('the hub of the data', () => {
  test('is the only one that is believed', () => {
    const receive = (hub: string | null, spoil: object) =>
      new Exchange('e:1', hub).receive(null, pull(spoil));
    expect(errorOf(() => receive('one', { hub: 'two' })).code).toBe('account_mismatch');
    expect(() => receive('one', { hub: 'one' })).not.toThrow();
    expect(() => receive('one', {})).not.toThrow();
    expect(() => receive(null, { hub: 'two' })).not.toThrow();
  });
});
