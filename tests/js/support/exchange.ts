// Exchanges as a client has them after a reply, made by hand.
import { Exchange } from '../../../js/src/exchange.js';
import type { Change, PullReply, PushReply, PushResult } from '../../../js/src/wire.js';
import { outboxOf } from './outbox.js';
import { pullReply } from './replies.js';
import { stampOf } from './vectors.js';

/** A page without changes. */
export const pull = (spoil: object = {}) =>
  ({ ...pullReply(), changes: [], ...spoil }) as unknown as PullReply;

/** An exchange of as many patches as there are results; the writes are the entries 1, 2, … */
export function exchangeOf(
  results: PushResult[],
  pulled: PullReply = pull(),
  more: Partial<Change> = {},
): Exchange {
  const { writes } = outboxOf(
    results.map((_, i) => ({ id: `${i}`, alive: 20, fields: { a: 20 } })),
    {},
  );
  const changes = writes.map(({ table, id }, i): Change => {
    return { table, id, stamp: stampOf(20 + i), patch: true, row: { a: 1 }, ...more };
  });
  const exchange = new Exchange('e:1');
  exchange.batch = { changes, writes: writes.map((write) => [write]), vanished: [], split: false };
  const push: PushReply = { results, seq: 2, cursor: 'e:2', serverTime: 0 };
  exchange.receive(push, pulled);
  return exchange;
}
