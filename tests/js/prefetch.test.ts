// Prefetch: the next page is on its way while one is written, and counts only for the very request
// that asks for it.
import { describe, expect, test, vi } from 'vitest';
import { PrefetchTransport } from '../../js/src/transports/prefetch.js';
import type { CallOptions, Transport } from '../../js/src/transports/transport.js';
import type { FullReply, PullReply, PullRequest } from '../../js/src/wire.js';
import { fullReply, pullReply } from './support/replies.js';

/** A hub of three pages; `asked` is what it was asked for. */
function hub(fail: (cursor: string | null) => boolean = () => false) {
  const asked: PullRequest[] = [];
  const signals: AbortSignal[] = [];
  const below: Transport = {
    async pull(request: PullRequest, { signal, traffic }: CallOptions): Promise<PullReply> {
      asked.push(request);
      signals.push(signal);
      if (fail(request.cursor)) throw new Error('network');
      if (traffic) traffic.received += 10;
      const n = Number(request.cursor?.slice(2) ?? 0) + 1;
      return {
        ...pullReply(),
        changes: [],
        cursor: `e:${n}`,
        more: n < 3,
        hub: 'h',
        serverTime: 5,
      };
    },
    full: async () => fullReply() as FullReply,
    live: () => null,
  };
  return { transport: new PrefetchTransport(below), asked, signals };
}

const options = (more: object = {}): CallOptions => {
  return { refreshToken: false, signal: new AbortController().signal, ...more };
};
const cursorsOf = (asked: readonly PullRequest[]) => asked.map(({ cursor }) => cursor);

describe('a page that says there is more', () => {
  test('has the next one fetched at once, and each is asked for once', async () => {
    const { transport, asked } = hub();
    await transport.pull({ cursor: null, limit: 5, known: 'e:9' }, options());
    expect(asked[1]).toEqual({ cursor: 'e:1', limit: 5, hub: 'h' });
    const second = await transport.pull({ hub: 'h', limit: 5, cursor: 'e:1' }, options());
    expect(second.cursor).toBe('e:2');
    const third = await transport.pull({ cursor: 'e:2', limit: 5, hub: 'h' }, options());
    expect([third.more, cursorsOf(asked)]).toEqual([false, [null, 'e:1', 'e:2']]);
  });

  test('its bytes count for the request that takes it', async () => {
    const { transport } = hub();
    const [first, second] = [
      { sent: 0, received: 0 },
      { sent: 0, received: 0 },
    ];
    await transport.pull({ cursor: null }, options({ traffic: first }));
    await transport.pull({ cursor: 'e:1', hub: 'h' }, options({ traffic: second }));
    expect([first.received, second.received]).toEqual([10, 10]);
  });

  test('its time is as if the hub had been asked just now', async () => {
    vi.useFakeTimers({ now: 1_000 });
    const { transport } = hub();
    await transport.pull({ cursor: null }, options());
    await vi.advanceTimersByTimeAsync(700);
    const { serverTime } = await transport.pull({ cursor: 'e:1', hub: 'h' }, options());
    vi.useRealTimers();
    expect(serverTime).toBe(705);
  });
});

describe('what was fetched ahead counts for nothing', () => {
  test('where another request is made: a push, another place, another token', async () => {
    const { transport, asked, signals } = hub();
    await transport.pull({ cursor: null }, options());
    await transport.full({} as never, options());
    expect(signals[1]?.aborted).toBe(true);
    await transport.pull({ cursor: 'e:1', hub: 'h' }, options());
    expect(cursorsOf(asked)).toEqual([null, 'e:1', 'e:1', 'e:2']);
    await transport.pull({ cursor: 'e:2', hub: 'h', turn: 'x' }, options());
    expect(asked.at(-1)).toEqual({ cursor: 'e:2', hub: 'h', turn: 'x' });
    await transport.pull({ cursor: null }, options());
    await transport.pull({ cursor: 'e:1', hub: 'h' }, options({ refreshToken: true }));
    expect(cursorsOf(asked).slice(-3)).toEqual(['e:1', 'e:1', 'e:2']);
  });

  test('where it failed: the request is made anew, and says how it went', async () => {
    let failures = 1;
    const { transport, asked } = hub((cursor) => cursor === 'e:1' && failures-- > 0);
    await transport.pull({ cursor: null }, options());
    expect((await transport.pull({ cursor: 'e:1', hub: 'h' }, options())).cursor).toBe('e:2');
    expect(cursorsOf(asked)).toEqual([null, 'e:1', 'e:1', 'e:2']);
  });

  test('where the exchange is given up: it is given up, too', async () => {
    const { transport, signals } = hub();
    const end = new AbortController();
    await transport.pull({ cursor: null }, options({ signal: end.signal }));
    end.abort();
    expect(signals[1]?.aborted).toBe(true);
  });
});
