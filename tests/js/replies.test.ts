// What an endpoint may answer: every reply of the protocol passes, everything else is
// `bad_reply` and nothing worse.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { columnsOfChange } from '../../js/src/columns.js';
import { TidemarkError } from '../../js/src/errors.js';
import { Exchange } from '../../js/src/exchange.js';
import {
  checkDigestReply,
  checkFullReply,
  checkLossesReply,
  checkPullReply,
  checkPushReply,
} from '../../js/src/transports/replies.js';
import type { PullReply } from '../../js/src/wire.js';
import { realJoin } from './support/core.js';
import { errorOf } from './support/errors.js';
import { fullReply, pullReply, pushReply, spoiled, stampA, stampB } from './support/replies.js';

const changes = pushReply().results.length;
const join = await realJoin();

/** The reply, or null for one that is refused as it must be. */
function accepted<T>(check: () => T): T | null {
  try {
    return check();
  } catch (error) {
    expect(error).toBeInstanceOf(TidemarkError);
    expect((error as TidemarkError).code).toBe('bad_reply');
    return null;
  }
}

// What follows the check must be able to take whatever passed it.
function use(pull: PullReply): void {
  const columns = pull.changes.map(columnsOfChange);
  expect(join(columns, columns)).toHaveLength(columns.length);
  const exchange = new Exchange('e:1');
  if (accepted(() => exchange.receive(null, pull)) !== null)
    exchange.summary(0, 0, pull.serverTime);
}

describe('a reply of the protocol', () => {
  test('passes as it is', () => {
    expect(checkFullReply(fullReply(), changes)).toEqual(fullReply());
    expect(checkPushReply(pushReply(), changes)).toEqual(pushReply());
    expect(checkPullReply(pullReply())).toEqual(pullReply());
  });

  test('may lack the fence, and say more than we know', () => {
    const { fence: _, ...rest } = pullReply();
    expect(checkPullReply({ ...rest, motd: 'hi' })).toEqual({ ...rest, fence: 0 });
  });

  test('may be a reset without a cursor', () => {
    const reply = { ...pullReply(), changes: [], reset: true, cursor: null };
    expect(checkPullReply(reply)).toEqual(reply);
  });

  test('may name its hub, its seq, what is safe, and what to offer', () => {
    const reply = { ...pullReply(), hub: 'h', seq: 9, safe: 4 };
    expect(checkPullReply(reply)).toEqual(reply);
    const reset = { ...reply, changes: [], reset: true, cursor: null, offer: 3, adopt: true };
    expect(checkPullReply(reset)).toEqual(reset);
    expect(checkPullReply({ ...reset, known: 'e:3' })).toEqual({ ...reset, known: 'e:3' });
    expect(checkPullReply({ ...reset, reset: false, cursor: 'e:4', known: 'e:3' }).known).toBe(
      undefined,
    );
    expect(checkPullReply({ ...reset, offer: null, adopt: false }).offer).toBe(null);
  });

  test('may answer for records, that are whole, deleted or absent', () => {
    const key = { table: 't', id: '1', stamp: stampA };
    const records = [
      { ...key, row: { a: 1 } },
      { ...key, id: '2', deleted: true },
      { ...key, id: '3', absent: true },
    ];
    expect(checkFullReply({ ...fullReply(), records }, changes).records).toEqual(records);
  });

  test('may say that another engine pushes under this node', () => {
    const results = [{ outcome: 'clone' }];
    expect(checkPushReply({ ...pushReply(), results }, 1).results).toEqual(results);
  });

  test('may refuse a change with a code that only a later version has', () => {
    const results = [{ outcome: 'rejected', code: 'quota_1', message: 'full', retryable: true }];
    expect(checkPushReply({ ...pushReply(), results }, 1).results).toEqual([
      { outcome: 'rejected', code: 'bad_request', message: 'full', retryable: true },
    ]);
  });

  test('may say of a change that it is neither deleted nor a patch', () => {
    const change = { table: 't', id: '1', stamp: stampA, row: {}, deleted: false, patch: false };
    expect(checkPullReply({ ...pullReply(), changes: [change] }).changes).toEqual([change]);
  });

  test('may have fields of any name', () => {
    const change = JSON.parse(
      `{"table":"__proto__","id":"\\"__proto__\\"","stamp":"${stampA}",` +
        `"row":{"__proto__":1},"fields":{"__proto__":"${stampA}"}}`,
    );
    const [passed] = checkPullReply({ ...pullReply(), changes: [change] }).changes;
    expect(JSON.stringify(passed)).toBe(JSON.stringify(change));
  });
});

describe('a reply that is not of the protocol', () => {
  const change = (spoil: object) => ({
    ...pullReply(),
    changes: [{ ...pullReply().changes[0], ...spoil }],
  });
  const twice = (each: unknown) => ({ ...pullReply(), changes: [each, each] });
  const resetOf = (spoil: object) => ({
    ...pullReply(),
    changes: [],
    reset: true,
    cursor: null,
    ...spoil,
  });
  const pulls: [string, unknown, string][] = [
    ['null', null, 'the reply'],
    ['an array', [], 'the reply'],
    ['a text', 'ok', 'the reply'],
    ['without changes', { ...pullReply(), changes: undefined }, 'changes'],
    ['without a cursor', { ...pullReply(), cursor: null }, 'cursor'],
    ['with a cursor that is a number', { ...pullReply(), cursor: 7 }, 'cursor'],
    ['without the time', { ...pullReply(), serverTime: null }, 'serverTime'],
    ['with a time before 1970', { ...pullReply(), serverTime: -1 }, 'serverTime'],
    ['with a time past every stamp', { ...pullReply(), serverTime: 2 ** 48 }, 'serverTime'],
    ['with a fence that is a text', { ...pullReply(), fence: '0' }, 'fence'],
    ['with more that is a text', { ...pullReply(), more: 'true' }, 'more'],
    ['with reset that is a number', { ...pullReply(), reset: 1 }, 'reset'],
    ['with a change that is null', { ...pullReply(), changes: [null] }, 'changes[0]'],
    ['with a table that is no text', change({ table: 1 }), 'changes[0].table'],
    ['with an id that is no key', change({ id: 'k1' }), 'not an id'],
    ['with a stamp in capitals', change({ stamp: stampA.toUpperCase() }), 'changes[0].stamp'],
    ['with a stamp and a line feed', change({ stamp: `${stampA}\n` }), 'changes[0].stamp'],
    ['with no row', change({ row: undefined }), 'changes[0].row'],
    ['with a row that is an array', change({ row: [] }), 'changes[0].row'],
    ['with deleted that is a number', change({ deleted: 1 }), 'changes[0].deleted'],
    ['with a patch that is a text', change({ patch: 'yes' }), 'changes[0].patch'],
    ['with fields that are an array', change({ fields: [] }), 'changes[0].fields'],
    ['with a record twice', twice(pullReply().changes[0]), 'changes[1]'],
    ['with a hub that is a number', { ...pullReply(), hub: 1 }, 'hub'],
    ['with a seq that is a text', { ...pullReply(), seq: '7' }, 'seq'],
    ['with safe below zero', { ...pullReply(), safe: -1 }, 'safe'],
    ['with an offer that is a text', resetOf({ offer: '1' }), 'offer'],
    ['with adopt that is a number', resetOf({ adopt: 1 }), 'adopt'],
    ['with known that is a number', resetOf({ known: 1 }), 'known'],
    ['with a field of no stamp', change({ fields: { done: 1 } }), 'changes[0].fields.done'],
  ];

  test.each(pulls)('%s is refused, and the place named', (_, reply, place) => {
    const { code, message } = errorOf(() => checkPullReply(reply));
    expect(code).toBe('bad_reply');
    expect(message).toContain(place);
  });

  const pushes: [string, unknown, string][] = [
    ['of another count of results', { ...pushReply(), results: [] }, 'one per change (5)'],
    [
      'of an unknown outcome',
      { ...pushReply(), results: [{ outcome: 'ok' }] },
      'results[0].outcome',
    ],
    [
      'of a merge without its list',
      { ...pushReply(), results: [{ outcome: 'merged' }] },
      'results[0].lost',
    ],
    [
      'of a rejection without words',
      { ...pushReply(), results: [{ outcome: 'rejected' }] },
      'message',
    ],
    ['of no results', { ...pushReply(), results: null }, 'results'],
    ['of no cursor', { ...pushReply(), cursor: null }, 'cursor'],
    ['of a seq that is a text', { ...pushReply(), seq: '7' }, 'seq'],
  ];

  test.each(pushes)('%s is refused, and the place named', (_, reply, place) => {
    const { code, message } = errorOf(() => checkPushReply(reply, changes));
    expect(code).toBe('bad_reply');
    expect(message).toContain(place);
  });

  test('is refused in either half of a full reply', () => {
    expect(errorOf(() => checkFullReply({ ...fullReply(), push: null }, changes)).code).toBe(
      'bad_reply',
    );
    expect(errorOf(() => checkFullReply({ ...fullReply(), pull: null }, changes)).code).toBe(
      'bad_reply',
    );
    expect(errorOf(() => checkFullReply({ ...fullReply(), serverTime: '' }, changes)).code).toBe(
      'bad_reply',
    );
  });

  test('of records is refused, and the place named', () => {
    const key = { table: 't', id: '1', stamp: stampA };
    const cases: [unknown, string][] = [
      [{}, 'records'],
      [[{ ...key, patch: true, row: {} }], 'records[0]'],
      [[{ ...key, absent: 1 }], 'records[0].absent'],
      [[key], 'records[0].row'],
      [
        [
          { ...key, deleted: true },
          { ...key, absent: true },
        ],
        'records[1]',
      ],
    ];
    for (const [records, place] of cases) {
      const { code, message } = errorOf(() => checkFullReply({ ...fullReply(), records }, changes));
      expect([code, message]).toEqual(['bad_reply', expect.stringContaining(`${place} `)]);
    }
  });

  test('of any JSON is a bad reply and nothing else', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), fc.nat({ max: 3 }), (json, count) => {
        accepted(() => checkFullReply(json, count));
        accepted(() => checkPushReply(json, count));
        accepted(() => checkPullReply(json));
        accepted(() => checkLossesReply(json));
        accepted(() => checkDigestReply(json));
      }),
      { numRuns: 2_000 },
    );
  });

  test('in one place of any kind is a bad reply, or one that all else can take', () => {
    fc.assert(
      fc.property(spoiled(fullReply()), (json) => {
        const reply = accepted(() => checkFullReply(json, changes));
        if (reply !== null) use(reply.pull);
      }),
      { numRuns: 3_000 },
    );
  });
});

describe('losses and digests', () => {
  const loss = { n: 1, table: 't', id: '1', stamp: stampA, row: { a: 1 }, winner: stampB, at: 5 };
  const losses = { losses: [loss, { ...loss, n: 2, deleted: true }], more: true };
  const hash = '00000000000000ff';
  const cursor = { cursor: 'e:7', count: 2, hash, serverTime: 1 };
  const records = { ...cursor, records: [{ id: '1', hash }] };
  const children = { ...cursor, children: Array.from({ length: 16 }, () => ({ count: 1, hash })) };

  test('of the protocol pass as they are', () => {
    expect(checkLossesReply(losses)).toEqual(losses);
    expect(checkDigestReply(records)).toEqual(records);
    expect(checkDigestReply(children)).toEqual(children);
  });

  const bad: [string, () => unknown, string][] = [
    ['no losses', () => checkLossesReply({}), 'losses'],
    ['a loss without a number', () => checkLossesReply(lossOf({ n: null })), 'losses[0].n'],
    ['a loss without a row', () => checkLossesReply(lossOf({ row: 1 })), 'losses[0].row'],
    ['a loss that nothing beat', () => checkLossesReply(lossOf({ winner: 'x' })), 'winner'],
    ['a loss of no time', () => checkLossesReply(lossOf({ at: '5' })), 'losses[0].at'],
    ['a hash in capitals', () => checkDigestReply({ ...records, hash: 'F'.repeat(16) }), 'hash'],
    ['neither records nor children', () => checkDigestReply(cursor), 'records'],
    [
      'fifteen children',
      () => checkDigestReply({ ...cursor, children: children.children.slice(1) }),
      'children',
    ],
    [
      'a record without an id',
      () => checkDigestReply({ ...cursor, records: [{ hash }] }),
      'records[0].id',
    ],
    ['no cursor', () => checkDigestReply({ ...records, cursor: null }), 'cursor'],
  ];
  function lossOf(spoil: object) {
    return { losses: [{ ...loss, ...spoil }], more: false };
  }

  test.each(bad)('with %s are refused, and the place named', (_, check, place) => {
    const { code, message } = errorOf(check);
    expect(code).toBe('bad_reply');
    expect(message).toContain(place);
  });
});
