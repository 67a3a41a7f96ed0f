// Push: what the hub does not take, and that it holds up nothing else.
import { describe, expect, test } from 'vitest';
import type { Change } from '../../js/src/wire.js';
import { all, at, Device, nodeB, nodeC, outcomes, patch, remove, whole } from './device.js';
import { withHub } from './local-hub.js';

const applied = { outcome: 'applied' };

describe('clock', () => {
  const drift = 60_000;
  const ahead = (ms: number, node = nodeB) => at(0, node, Date.now() + ms);

  test('a stamp at most a minute ahead is taken, one further is not', async () => {
    const device = new Device();
    const reply = await device.push(
      whole('a', ahead(drift - 3_000), {}),
      whole('b', ahead(drift + 3_000, nodeC), {}),
    );
    expect(outcomes(reply)).toEqual(['applied', 'clock']);
    expect(await all(device)).toHaveLength(1);
  });

  test('the stamp of a field counts as well, and so does that of a delete', async () => {
    const device = new Device();
    const far = ahead(2 * drift);
    const reply = await device.push(
      whole('a', at(1), { n: 1 }, { fields: { n: far } }),
      remove('b', ahead(2 * drift, nodeC)),
    );
    expect(outcomes(reply)).toEqual(['clock', 'clock']);
    expect(await device.meta()).toMatchObject({ seq: 0, counts: {} });
  });

  test('its node is retired from there on, for good and here only; what came before is taken', () =>
    withHub((local) => {
      const of = (ms: number, node = nodeB) => at(0, node, local.now + ms);
      const late = of(drift + 3);
      const changes = [
        whole('a', of(1), {}),
        whole('b', of(drift + 2), {}),
        whole('c', of(drift), {}),
        whole('d', of(3, nodeC), { n: 1 }, { fields: { n: late } }),
        whole('e', of(5, nodeC), {}),
      ];
      const expected = ['applied', 'clock', 'applied', 'clock', 'applied'];
      expect(outcomes(local.push(changes))).toEqual(expected);
      // Their time has come, and what was refused stays so; what was taken is no news.
      local.later(1);
      expect(outcomes(local.push(changes))).toEqual(expected);
      expect(outcomes(local.push([whole('f', of(drift), {})]))).toEqual(['clock']);
    }));

  test('a node is retired in its scope only', async () => {
    const late = ahead(2 * drift);
    await new Device().push(whole('b', late, {}), whole('c', ahead(drift + 3_000), {}));
    const other = await new Device().push(whole('a', ahead(drift - 1_000), {}));
    expect(outcomes(other)).toEqual(['applied']);
  });
});

describe('rejected', () => {
  const mebi = 1024 * 1024;
  const big = (bytes: number) => 'x'.repeat(bytes);
  const refusals = async (...changes: Change[]) => {
    const device = new Device();
    const reply = await device.push(...changes, whole('fine', at(900), {}));
    expect(reply.results.at(-1)).toEqual(applied);
    expect(await all(device)).toEqual([whole('fine', at(900), {})]);
    return reply.results.slice(0, -1).map((result) => ('code' in result ? result.code : result));
  };

  test('a record over 1 MiB, one at the limit is not', async () => {
    const device = new Device();
    const around = mebi - '{"t":""}[]'.length;
    const reply = await device.push(
      whole('a', at(1), { t: big(around - 1) }),
      whole('b', at(2), { t: big(around) }),
      whole('c', at(3), { t: big(around + 1) }),
    );
    expect(outcomes(reply)).toEqual(['applied', 'applied', 'rejected']);
    expect(reply.results[2]).toEqual({
      outcome: 'rejected',
      code: 'too_large',
      message: expect.stringContaining('the record'),
      retryable: false,
    });
    expect((await all(device)).map(({ id }) => id)).toEqual(['"a"', '"b"']);
  });

  test('bytes are counted, not characters', async () => {
    expect(await refusals(whole('a', at(1), { t: '€'.repeat(mebi / 3 + 1) }))).toEqual([
      'too_large',
    ]);
  });

  test('a patch that would make its record too large', async () => {
    const device = new Device();
    await device.push(whole('a', at(1), { one: big(mebi * 0.6) }));
    const reply = await device.push(
      patch('a', at(2), { two: big(mebi * 0.6) }),
      whole('b', at(3), {}),
    );
    expect(outcomes(reply)).toEqual(['rejected', 'applied']);
    const held = (await all(device)).find(({ id }) => id === '"a"');
    expect(Object.keys(held?.row ?? {})).toEqual(['one']);
  });

  test('stamps take room too', async () => {
    const device = new Device();
    const names = Array.from({ length: 9_000 }, (_, i) => `${i}`.padEnd(100, '-'));
    const removal = Object.fromEntries(names.map((name) => [name, { '$tm:absent': 0 }]));
    await device.push(whole('a', at(1), {}));
    const reply = await device.push(patch('a', at(2), removal));
    expect(reply.results[0]).toMatchObject({ outcome: 'rejected', code: 'too_large' });
  });

  test('names and ids that are too long', async () => {
    const long = big(257);
    expect(
      await refusals(
        { ...whole('a', at(1), {}), table: long },
        whole('€'.repeat(342), at(2), {}),
        whole('b', at(3), { [long]: 1 }),
        whole('c', at(4), {}, { fields: { [long]: at(5) } }),
        whole('d', at(6), { [`${'€'.repeat(85)}xx`]: 1 }),
      ),
    ).toEqual(Array(5).fill('too_large'));
    const device = new Device();
    const reply = await device.push(
      { ...whole('a', at(1), { [big(256)]: 1 }), table: big(256) },
      whole(big(1_022), at(2), {}),
    );
    expect(outcomes(reply)).toEqual(['applied', 'applied']);
  });

  test('values that are nested too deep, at any depth', async () => {
    const nested = (levels: number) => {
      let value: unknown = 1;
      for (let i = 0; i < levels; i++) value = i % 2 ? [value] : { n: value };
      return value;
    };
    const device = new Device();
    expect(outcomes(await device.push(whole('a', at(1), { v: nested(64) })))).toEqual(['applied']);
    const codes = await refusals(
      whole('a', at(1), { v: nested(65) }),
      whole('b', at(2), { v: nested(5_000) }),
      patch('c', at(3), { v: nested(65) }),
    );
    expect(codes).toEqual(Array(3).fill('value_unsupported'));
    const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
    const body = JSON.stringify(device.request([whole('d', at(4), { v: 'DEEP' })]));
    const response = await device.fetch('push', {
      method: 'POST',
      body: body.replace('"DEEP"', deep),
    });
    expect(await response.json()).toMatchObject({ results: [{ code: 'value_unsupported' }] });
  });

  test('numbers that JSON can spell and no device can hold', async () => {
    const device = new Device();
    const body = JSON.stringify(device.request([whole('a', at(1), { v: ['N'] })]));
    const response = await device.fetch('push', {
      method: 'POST',
      body: body.replace('"N"', '1e999'),
    });
    expect(await response.json()).toMatchObject({ results: [{ code: 'value_unsupported' }] });
  });

  test('tags that are not in the grammar', async () => {
    const tags = [
      { '$tm:what': 0 },
      { '$tm:date': 'today' },
      { '$tm:bigint': '1.5' },
      { '$tm:bigint': 1 },
      { '$tm:bytes': '###' },
      { '$tm:bytes': 'abc' },
      { '$tm:undefined': 1 },
      { '$tm:number': '7' },
      { '$tm:object': 1 },
      { '$tm:object': {} },
      { '$tm:object': { plain: 1 } },
      { '$tm:object': [] },
      { '$tm:object': { '$tm:x': { '$tm:what': 1 } } },
      { '$tm:constructor': 0 },
      [{ '$tm:absent': 0 }],
    ];
    const codes = await refusals(
      ...tags.map((v, i) => whole(`${i}`, at(i + 1), { v })),
      patch('p', at(800), { v: { '$tm:absent': 1 } }),
    );
    expect(codes).toEqual(Array(tags.length + 1).fill('value_unsupported'));
  });
});
