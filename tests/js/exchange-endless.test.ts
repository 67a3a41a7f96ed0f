// Replies that would have the client ask for ever, and those that only look so.
import { describe, expect, test } from 'vitest';
import { Exchange } from '../../js/src/exchange.js';
import { checkPullReply } from '../../js/src/transports/replies.js';
import { errorOf } from './support/errors.js';
import { pullReply } from './support/replies.js';

describe('a reply that would never end', () => {
  const receive = (cursor: string | null, spoil: object) =>
    new Exchange(cursor).receive(null, checkPullReply({ ...pullReply(), ...spoil }));

  test('is refused: more to read, and the cursor stands still', () => {
    expect(errorOf(() => receive('e:7', { more: true })).code).toBe('bad_reply');
    expect(() => receive('e:6', { more: true })).not.toThrow();
    expect(() => receive('e:7', { more: false })).not.toThrow();
  });

  test('is refused: a reset of a pull from the beginning', () => {
    expect(errorOf(() => receive(null, { reset: true })).code).toBe('bad_reply');
    expect(() => receive('e:7', { reset: true })).not.toThrow();
    expect(errorOf(() => receive(null, { reset: true, known: 'f:1' })).code).toBe('bad_reply');
  });

  test('is none: a reset of what was known, if less is known then', () => {
    const resetOf = (cursor: string | null, spoil: object) => {
      const reply = checkPullReply({ ...pullReply(), changes: [], more: true, ...spoil });
      const exchange = new Exchange(cursor, null, 'e:7');
      exchange.receive(null, reply);
      return exchange.commit(null).reset;
    };
    const reset = { reset: true, offer: 3 };
    expect(resetOf(null, { ...reset, known: 'f:3' })).toEqual({
      offer: 3,
      adopt: false,
      cursor: null,
      known: 'f:3',
    });
    expect(errorOf(() => resetOf(null, { ...reset, known: 'e:7' })).code).toBe('bad_reply');
    expect(errorOf(() => resetOf(null, reset)).code).toBe('bad_reply');
    expect([new Exchange('e:8', null, 'e:7').known, new Exchange(null, null, 'e:7').known]).toEqual(
      [null, 'e:7'],
    );
  });
});
