// Digest: what it counts, how it is made of parts, and that it tells states apart.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hubHash } from '../../js/src/entry/workerd.js';
import { canonicalText } from '../../js/src/values.js';
import type { DigestReply, WireRow } from '../../js/src/wire.js';
import { at, Device, patch, remove, whole } from './device.js';
import { inObject, LocalHub, withHub } from './local-hub.js';

const hexOf = (sum: bigint) => BigInt.asUintN(64, sum).toString(16).padStart(16, '0');
const hashOf = (text: string) => hubHash([text])[0] as bigint;
const keyHash = (table: string, id: string) => hexOf(hashOf(`${JSON.stringify(table)}\n${id}`));
const recordHash = (table: string, id: string, row: WireRow) =>
  hashOf(`${JSON.stringify(table)}\n${id}\n${canonicalText(row)}`);

/** By its definition, from what a reader of everything has. */
function expected(local: LocalHub, table: string, prefix: string): Partial<DigestReply> {
  const shown = local
    .pull({ limit: 5_000, tables: [table] })
    .changes.filter(({ id, deleted }) => !deleted && keyHash(table, id).startsWith(prefix));
  const hash = hexOf(shown.reduce((sum, { id, row = {} }) => sum + recordHash(table, id, row), 0n));
  return { count: shown.length, hash };
}

const many = (count: number) =>
  Array.from({ length: count }, (_, i) => whole(`k${i}`, at(i + 1), { n: i }));

describe('a digest', () => {
  test('of few records lists them, whatever the order of their fields', () =>
    withHub((local) => {
      local.push([
        whole('a', at(1), { title: 'x', done: 0 }),
        whole('b', at(2), { '\ud800': 'ä', n: { '$tm:date': 5 } }),
        whole('gone', at(3), {}),
        { ...whole('c', at(4), {}), table: 'other' },
      ]);
      local.push([remove('gone', at(5)), patch('a', at(6), { done: { '$tm:absent': 0 } })]);
      const digest = local.hub.digest({ table: 'todos', prefix: '' }, local.now);
      const hashes = {
        '"a"': hexOf(recordHash('todos', '"a"', { title: 'x' })),
        '"b"': hexOf(recordHash('todos', '"b"', { n: { '$tm:date': 5 }, '\ud800': 'ä' })),
      };
      expect(digest).toEqual({
        cursor: local.hub.cursor,
        serverTime: local.now,
        ...expected(local, 'todos', ''),
        records: Object.entries(hashes).map(([id, hash]) => ({ id, hash })),
      });
      expect(digest.count).toBe(2);
      expect(local.hub.digest({ table: 'none', prefix: '' }, local.now)).toMatchObject({
        count: 0,
        hash: '0'.repeat(16),
        records: [],
      });
    }));

  test('of more has sixteen parts, down to where they are few', () =>
    withHub((local) => {
      local.push(many(1_000));
      local.push(many(2_000).slice(1_000));
      const check = (prefix: string): number => {
        const digest = local.hub.digest({ table: 'todos', prefix }, local.now);
        expect(digest).toMatchObject(expected(local, 'todos', prefix));
        expect('records' in digest).toBe(digest.count <= 64);
        expect('children' in digest).toBe(digest.count > 64);
        for (const { id } of digest.records ?? [])
          expect(keyHash('todos', id).startsWith(prefix)).toBe(true);
        if (digest.records) return digest.records.length;
        expect(digest.children).toHaveLength(16);
        return (digest.children ?? [])
          .map((child, digit) => {
            const next = prefix + digit.toString(16);
            expect(expected(local, 'todos', next)).toEqual(child);
            return prefix === '' && digit > 1 ? child.count : check(next);
          })
          .reduce((sum, count) => sum + count, 0);
      };
      expect(check('')).toBe(2_000);
    }));

  test('lists 64, not 65; a whole hash is a prefix as well', () =>
    withHub((local) => {
      local.push(many(64));
      const digest = () => local.hub.digest({ table: 'todos', prefix: '' }, local.now);
      expect(digest().records).toHaveLength(64);
      local.push(many(65));
      expect(digest()).toMatchObject({ count: 65, children: expect.any(Array) });
      const prefix = keyHash('todos', '"k7"');
      expect(local.hub.digest({ table: 'todos', prefix }, local.now)).toMatchObject({
        count: 1,
        records: [{ id: '"k7"' }],
      });
    }));

  test('is equal where what is shown is equal, and only there', async () => {
    const row = fc.dictionary(fc.constantFrom('a', 'b', '__proto__'), fc.jsonValue());
    const rows = fc.tuple(row, row);
    const run = ([one, two]: [WireRow, WireRow]) =>
      inObject((state) => {
        const local = new LocalHub(state);
        const own = (table: string, value: WireRow) => ({
          ...whole('k', at(1), JSON.parse(JSON.stringify(value)) as WireRow),
          table,
        });
        local.push([own('one', one), own('two', two)]);
        const shown = (table: string) => {
          const [change] = local.pull({ tables: [table] }).changes;
          return change && canonicalText(change.row);
        };
        const [record, other] = ['one', 'two'].map(
          (table) => local.hub.digest({ table, prefix: '' }, 0).records?.[0]?.hash,
        );
        // The table is part of what is hashed.
        if (shown('one') !== undefined) expect(record).not.toBe(other);
        const again = shown('two');
        if (again === undefined) return;
        local.push([{ ...own('one', two), stamp: at(2) }]);
        const rewritten = local.hub.digest({ table: 'one', prefix: '' }, 0).records?.[0]?.hash;
        expect(rewritten === record).toBe(
          shown('one') === undefined || canonicalText(one) === again,
        );
      });
    await fc.assert(fc.asyncProperty(rows, run), { numRuns: 50, endOnFailure: false });
  }, 60_000);
});

test('over HTTP, with the place of what is wrong', async () => {
  const device = new Device();
  await device.push(whole('a', at(1), { n: 1 }));
  const response = await device.post('digest', { table: 'todos', prefix: '' });
  expect([response.status, await response.json()]).toEqual([
    200,
    {
      cursor: (await device.pull()).cursor,
      count: 1,
      hash: hexOf(recordHash('todos', '"a"', { n: 1 })),
      records: [{ id: '"a"', hash: hexOf(recordHash('todos', '"a"', { n: 1 })) }],
      serverTime: expect.any(Number),
    },
  ]);
  for (const [place, body] of [
    ['table', { prefix: '' }],
    ['table', { table: 1, prefix: '' }],
    ['prefix', { table: 'a' }],
    ['prefix', { table: 'a', prefix: 'A' }],
    ['prefix', { table: 'a', prefix: '0'.repeat(17) }],
    ['hub', { table: 'a', prefix: '', hub: 7 }],
    ['schema', { table: 'a', prefix: '', schema: '1' }],
  ] as const) {
    const refused = await device.post('digest', body);
    const { error } = (await refused.json()) as { error: { code: string; message: string } };
    expect([refused.status, error.code]).toEqual([400, 'bad_request']);
    expect(error.message).toContain(`: ${place}: `);
  }
});
