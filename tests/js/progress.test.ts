// Progress: what an app is shown of a long reading.
import { describe, expect, test } from 'vitest';
import { TidemarkError } from '../../js/src/errors.js';
import { Progress } from '../../js/src/progress.js';
import type { Transport } from '../../js/src/transports/transport.js';
import type { Status } from '../../js/src/types.js';

const counts = { todos: { records: 25, tombstones: 3 }, other: { records: 9, tombstones: 0 } };
const counting = { meta: async () => ({ counts }) } as unknown as Transport;
const bare = { meta: () => Promise.reject(new TidemarkError('not_found')) } as unknown as Transport;

function reading(transport: Transport) {
  const told: Status['progress'][] = [];
  const progress = new Progress(transport, (now) => told.push(now));
  const page = async (received: number, isFirst: boolean, more: boolean) => {
    progress.page(received, isFirst, more, ['todos', 'notes']);
    await new Promise((resolve) => setTimeout(resolve));
  };
  return { told, page };
}

describe('a reading', () => {
  test('from the beginning counts what came, of all there is', async () => {
    const { told, page } = reading(counting);
    await page(10, true, true);
    await page(10, false, true);
    await page(8, false, false);
    expect(told).toEqual([
      { received: 10, total: null },
      { received: 10, total: 25 },
      { received: 20, total: 25 },
      null,
    ]);
  });

  test('that finds more than was counted says so', async () => {
    const { told, page } = reading(counting);
    await page(20, true, true);
    await page(20, false, true);
    expect(told.at(-1)).toEqual({ received: 40, total: 40 });
  });

  test('that goes on where an earlier one ended has no total, and so an endpoint that does not count', async () => {
    for (const [transport, isFirst] of [
      [counting, false],
      [bare, true],
    ] as const) {
      const { told, page } = reading(transport);
      await page(10, isFirst, true);
      await page(10, false, true);
      expect(told).toEqual([
        { received: 10, total: null },
        { received: 20, total: null },
      ]);
    }
  });

  test('of one page is none to be shown', async () => {
    const { told, page } = reading(counting);
    await page(10, true, false);
    await page(3, false, false);
    expect(told).toEqual([]);
  });
});
