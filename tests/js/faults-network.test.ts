// Fail at every step: the k-th request of a story fails, for every k, in each way in which a
// request can fail.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { TidemarkError } from '../../js/src/errors.js';
import type { Fault } from './support/fake-network.js';
import { expectEnding, play, type Story } from './support/scenario.js';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** Fails those of all requests of both devices that `which` names by their number. */
const failing =
  (fault: Fault, which: (index: number) => boolean) =>
  ({ a, b }: Story) => {
    let index = 0;
    for (const { network } of [a, b]) network.fault = () => (which(index++) ? fault : null);
  };

const requests = async () => {
  const { a, b } = await play({}, () => {});
  for (const { client } of [a, b]) await client.close();
  return a.network.sent.length + b.network.sent.length;
};

test('without a fault the story ends as it should', async () => {
  await expectEnding(await play({}, () => {}));
});

const faults: [string, Fault][] = [
  ['fails before it reaches the hub', 'lost'],
  ['fails after the hub did it', 'unanswered'],
  ['is answered with half a reply', 'half'],
  ['is answered with an error', new TidemarkError('internal')],
  ['is told that its token is refused', new TidemarkError('unauthorized')],
];

describe.each(faults)('a request that %s', (_, fault) => {
  test('loses nothing, whichever it is', async () => {
    const count = await requests();
    expect(count).toBeGreaterThan(12);
    for (let k = 0; k < count; k++)
      await expectEnding(
        await play(
          {},
          failing(fault, (i) => i === k),
        ),
      );
  });

  test('and the one after it lose nothing, whichever they are', async () => {
    if (fault instanceof TidemarkError && fault.code === 'unauthorized') return;
    for (let k = 0; k < 12; k++)
      await expectEnding(
        await play(
          {},
          failing(fault, (i) => i === k || i === k + 1),
        ),
      );
  });
});

test('half of all requests failing in turn lose nothing', async () => {
  const kinds: Fault[] = ['lost', 'unanswered', 'half'];
  await expectEnding(
    await play({}, ({ a, b }) => {
      let index = 0;
      for (const { network } of [a, b])
        network.fault = () => (index++ % 2 === 0 ? (kinds[index % 3] as Fault) : null);
    }),
  );
});

test('a client that is closed at any request, and opened again, loses nothing', async () => {
  const count = await requests();
  for (let k = 0; k < count; k++)
    await expectEnding(
      await play({}, ({ a, b }) => {
        let index = 0;
        for (const device of [a, b])
          device.network.fault = () => {
            if (index++ === k) void device.client.close().then(() => device.start());
            return null;
          };
      }),
    );
});
