// From the outbox to the changes of a push, planned by the real core.
import { beforeEach, describe, expect, test } from 'vitest';
import { buildBatch, numberOutbox } from '../../js/src/batch.js';
import { columnsOfChange } from '../../js/src/columns.js';
import type { Engine } from '../../js/src/engine.js';
import { absentField } from '../../js/src/values.js';
import type { WireRow } from '../../js/src/wire.js';
import { realEngine } from './support/core.js';
import { outboxOf, type Written } from './support/outbox.js';
import { stampOf } from './support/vectors.js';

let engine: Engine;
beforeEach(async () => {
  engine = await realEngine({ now: () => 1_000, random32: () => 1 });
  engine.start(0, false);
  // The first exchange only reads: only after it may a batch be planned.
  engine.handleOutbox(ticketOf('loadOutbox'), numberOutbox(outboxOf([], {})));
  const reply = { settled: 0, kept: 0, clockRefused: 0, fineUntil: 0, cloned: 0, accepted: null };
  engine.handleReply(ticketOf('send'), {
    ...reply,
    more: false,
    reset: false,
    sentAt: 1_000,
    receivedAt: 1_000,
    serverAt: 1_000,
  });
  engine.handleCommitted(ticketOf('commit'), 1, 0);
});

function ticketOf(kind: string): number {
  for (let step = engine.poll(); step !== null; step = engine.poll())
    if (step.kind === kind && 'ticket' in step) return step.ticket;
  throw new Error(`the engine does not ask for ${kind}`);
}

function batchOf(written: Written[], rows: Record<string, WireRow> = {}) {
  const numbered = numberOutbox(outboxOf(written, rows));
  const planned = engine.handleOutbox(ticketOf('loadOutbox'), numbered);
  if (planned === null) throw new Error('nothing was planned');
  return buildBatch(numbered, planned);
}
const at = stampOf;

describe('a change', () => {
  test('of a new record is its whole row', () => {
    const { changes } = batchOf([{ id: '1', base: 10, alive: 10, create: true }], { 1: { a: 1 } });
    expect(changes).toEqual([{ table: 't', id: '1', stamp: at(10), row: { a: 1 }, create: true }]);
  });

  test('of a record says how that was born, as long as its creation waits', () => {
    const born = 'a1b2c3d4e5f60708';
    const creation = { id: '1', base: 10, alive: 10, born };
    const edited = batchOf([creation, { id: '1', alive: 20, fields: { a: 20 } }], { 1: { a: 1 } });
    expect(edited.changes).toMatchObject([{ id: '1', fields: { a: at(20) }, born }]);
  });

  test('of a record that was deleted before it was sent says so, too', () => {
    const born = 'a1b2c3d4e5f60708';
    const { changes } = batchOf([
      { id: '1', base: 10, alive: 10, born },
      { id: '1', deleted: 20 },
    ]);
    expect(changes).toEqual([{ table: 't', id: '1', stamp: at(20), deleted: true, born }]);
  });

  test('of some fields is a patch of these, with the value of now', () => {
    const written = [{ id: '1', alive: 20, fields: { a: 20 } }];
    const { changes } = batchOf(written, { 1: { a: 1, b: 2 } });
    expect(changes).toEqual([{ table: 't', id: '1', stamp: at(20), patch: true, row: { a: 1 } }]);
  });

  test('of a field that is gone says so', () => {
    const { changes } = batchOf([{ id: '1', alive: 20, fields: { a: 20 } }], { 1: { b: 2 } });
    expect(changes[0]?.row).toEqual({ a: absentField });
  });

  test('of many writes is one, with the stamp of each field', () => {
    const written = [
      { id: '1', alive: 20, fields: { a: 20, b: 20 } },
      { id: '2', alive: 30, fields: { a: 30 } },
      { id: '1', alive: 40, fields: { b: 40 } },
    ];
    const { changes, writes } = batchOf(written, { 1: { a: 1, b: 2 }, 2: { a: 3 } });
    expect(changes).toEqual([
      {
        table: 't',
        id: '1',
        stamp: at(20),
        patch: true,
        row: { a: 1, b: 2 },
        fields: { b: at(40) },
      },
      { table: 't', id: '2', stamp: at(30), patch: true, row: { a: 3 } },
    ]);
    expect(writes.map((list) => list.map(({ entry }) => entry))).toEqual([[1, 3], [2]]);
    expect(columnsOfChange(changes[0] as never).register).toBe(at(40));
  });

  test('of a new record that was then edited is whole, with the later fields apart', () => {
    const written = [
      { id: '1', base: 10, alive: 10, create: true },
      { id: '1', alive: 20, fields: { b: 20 } },
    ];
    const { changes } = batchOf(written, { 1: { a: 1, b: 2 } });
    expect(changes).toEqual([
      {
        table: 't',
        id: '1',
        stamp: at(10),
        row: { a: 1, b: 2 },
        fields: { b: at(20) },
        create: true,
      },
    ]);
  });

  test('of what was deleted at last is a delete, whatever came before', () => {
    const written = [
      { id: '1', base: 10, alive: 10, create: true },
      { id: '1', deleted: 20 },
    ];
    const { changes, writes } = batchOf(written);
    expect(changes).toEqual([{ table: 't', id: '1', stamp: at(20), deleted: true }]);
    expect(writes[0]).toHaveLength(2);
  });

  test('of what was deleted and made again is whole', () => {
    const { changes } = batchOf(
      [
        { id: '1', deleted: 20 },
        { id: '1', base: 30, alive: 30 },
      ],
      { 1: { a: 1 } },
    );
    expect(changes).toEqual([{ table: 't', id: '1', stamp: at(30), row: { a: 1 } }]);
  });

  test('of a row that vanished is none, and its writes are named', () => {
    const { changes, vanished } = batchOf(
      [
        { id: '1', base: 10, alive: 10 },
        { id: '2', base: 20, alive: 20 },
      ],
      { 2: {} },
    );
    expect(changes.map(({ id }) => id)).toEqual(['2']);
    expect(vanished.map(({ entry }) => entry)).toEqual([1]);
  });

  test('that is offered again says at which cursor it was known', () => {
    const { changes } = batchOf(
      [
        { id: '1', base: 10, alive: 15, fields: { a: 15 }, offer: 'e:7' },
        { id: '1', alive: 20, fields: { b: 20 } },
        { id: '2', deleted: 30, offer: 'e:8' },
        { id: '3', base: 40, alive: 40 },
      ],
      { 1: { a: 1, b: 2 }, 3: {} },
    );
    const row = { a: 1, b: 2 };
    const fields = { a: at(15), b: at(20) };
    expect(changes).toEqual([
      { table: 't', id: '1', stamp: at(10), row, fields, offer: 'e:7' },
      { table: 't', id: '2', stamp: at(30), deleted: true, offer: 'e:8' },
      { table: 't', id: '3', stamp: at(40), row: {} },
    ]);
  });

  test('that is offered, and whose row is gone, vanished', () => {
    const { changes, vanished } = batchOf([{ id: '1', base: 10, alive: 10, offer: 'e:7' }]);
    expect([changes, vanished.length]).toEqual([[], 1]);
  });

  test('with fields of hostile names has them as its own', () => {
    const fields = JSON.parse('{"__proto__":20,"constructor":30}');
    const row = JSON.parse('{"__proto__":1,"constructor":2,"other":3}');
    const { changes } = batchOf([{ id: '1', alive: 30, fields }], { 1: row });
    expect(JSON.stringify(changes[0])).toBe(
      `{"table":"t","id":"1","stamp":"${at(20)}","patch":true,` +
        `"row":{"__proto__":1,"constructor":2},"fields":{"constructor":"${at(30)}"}}`,
    );
  });

  test('of one id in two tables is two', () => {
    const written = [
      { id: '1', table: 'x', base: 10, alive: 10 },
      { id: '1', table: 'y', base: 20, alive: 20 },
    ];
    expect(batchOf(written, { 1: {} }).changes.map(({ table }) => table)).toEqual(['x', 'y']);
  });
});

describe('a batch', () => {
  const many = (count: number, transaction?: string): Written[] =>
    Array.from({ length: count }, (_, i) => {
      const written: Written = { id: `${i}`, base: 10 + i, alive: 10 + i };
      return transaction === undefined ? written : { ...written, transaction };
    });
  const rowsOf = (count: number, row: WireRow = {}) =>
    Object.fromEntries(Array.from({ length: count }, (_, i) => [`${i}`, row]));

  test('of too many records is the oldest of them', () => {
    const { changes, split } = batchOf(many(700), rowsOf(700));
    expect([changes.length, changes[0]?.id, changes.at(-1)?.id, split]).toEqual([
      500,
      '0',
      '499',
      false,
    ]);
  });

  test('of too many bytes is the oldest of them', () => {
    const { changes } = batchOf(many(10), rowsOf(10, { text: 'x'.repeat(300_000) }));
    expect(changes).toHaveLength(3);
  });

  test('of a transaction that is too large is split, and says so', () => {
    const { changes, split } = batchOf(many(700, 'one'), rowsOf(700));
    expect([changes.length, split]).toEqual([500, true]);
  });

  test('of nothing is nothing', () => {
    expect(batchOf([])).toEqual({ changes: [], writes: [], vanished: [], split: false });
  });
});
