// The native SQLite store keeps the store's contract, and files go from one language to the other.
// Run after the suite `native`, which builds the program: see scripts/lib/suites.mjs.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { loadJoin } from '../../js/src/core.js';
import type { Join } from '../../js/src/merge.js';
import type { PendingWrite, Store } from '../../js/src/stores/store.js';
import { type OpenStore, stampAt, storeContract, TestClock } from '../../js/src/testing/index.js';
import { useWasm } from '../../js/src/wasm.js';
import type { Change } from '../../js/src/wire.js';
import { driverPath, NativeProgram, NativeStore } from './support/native-store.js';
import { driverOf, tablesSql } from './support/sqlite.js';
import { bytesOf, openBytes, openMemory, storeOver } from './support/sqlite-app.js';

useWasm(readFile(new URL('../../build/wasm/tidemark.wasm', import.meta.url)));
const program = process.env.TIDEMARK_SQLITE_DRIVER ?? fileURLToPath(driverPath);

const open: OpenStore = async (tables, clock) => {
  const native = new NativeProgram(program);
  await native.call('connect', { path: ':memory:' });
  const store = new NativeStore(native, clock);
  for (const text of tablesSql(tables)) await store.sql(text);
  await native.call('open', { tables });
  const driven = {
    store,
    run: (sql: string, parameters?: never[]) => store.sql(sql, parameters),
    transaction: async (work: () => Promise<void>) => {
      await store.sql('BEGIN');
      await work();
      await store.sql('COMMIT');
    },
    mark: () => store.mark(),
    close: () => native.close(),
  };
  return driverOf(driven as never, clock);
};

// Not run is not passed: the suite says so.
describe.skipIf(!existsSync(program))('native SqliteStore', async () => {
  const join = await loadJoin();
  for (const { name, run } of storeContract(open, join)) it(name, run);

  it('goes on where JavaScript has stopped', async () => {
    const handle = openMemory();
    handle.exec(schema);
    const theirs = storeOver(handle, tables);
    await fill(theirs, join);
    await withFile(bytesOf(handle), async (ours) => {
      expect(await seen(ours)).toEqual(await seen(theirs));
      for (const store of [theirs, ours]) await offerAgain(store, join);
      expect(await seen(ours)).toEqual(await seen(theirs));
    });
  });

  it('stops where JavaScript goes on', async () => {
    const empty = openMemory();
    empty.exec(schema);
    await withFile(bytesOf(empty), async (ours, file) => {
      await fill(ours, join);
      const theirs = storeOver(openBytes(new Uint8Array(readFileSync(file))), tables);
      expect(await seen(theirs)).toEqual(await seen(ours));
      for (const store of [theirs, ours]) await offerAgain(store, join);
      expect(await seen(theirs)).toEqual(await seen(ours));
    });
  });
});

const tables = { typed: 'field', pairs: 'record', counted: 'field' } as const;
const schema = `
  CREATE TABLE typed (id TEXT PRIMARY KEY, i INTEGER, t TEXT, n NUMERIC, r REAL, u);
  CREATE TABLE pairs (a, b, n, PRIMARY KEY (a, b)) WITHOUT ROWID;
  CREATE TABLE counted (id INTEGER PRIMARY KEY, n DEFAULT 7);
`;
const values = [
  ...[true, false, 5, 0.5, 1e20, -1e300, null, '5', ' 12abc', '1e5', 'a\0b', '\ud800 alone'],
  ...['NaN', 'Infinity', '-0'].map((number) => ({ '$tm:number': number })),
  ...['5', '9007199254740993', '-9223372036854775808', '123456789012345678901'].map((big) => ({
    '$tm:bigint': big,
  })),
  ...[{ '$tm:date': 86_400_000 }, { '$tm:date': null }, { '$tm:bytes': 'AP+A' }],
  ...[[1, { b: true, a: null }], { '$tm:object': { '$tm:date': 5 } }, { '$tm:undefined': 0 }],
];

/** A native store over a file with these bytes. */
async function withFile(
  bytes: Uint8Array,
  test: (store: NativeStore, file: string) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'tidemark-'));
  const native = new NativeProgram(program);
  try {
    const file = path.join(folder, 'app.db');
    writeFileSync(file, bytes);
    await native.call('connect', { path: file });
    await native.call('open', { tables });
    await test(new NativeStore(native, new TestClock()), file);
  } finally {
    await native.close();
    rmSync(folder, { recursive: true });
  }
}

const nothing = { acknowledged: [], changes: [], clock: null, offsetMs: null };
const change = (table: string, id: string, ms: number, row: object): Change => {
  return { table, id, stamp: stampAt(ms), row: { ...row } };
};

/** A bit of everything that a store keeps. */
async function fill(store: Store, join: Join): Promise<void> {
  const term = await store.lead();
  for (const [n, value] of values.entries()) {
    const row = { id: `${n}`, i: value, t: value, n: value, r: value, u: value, none: value };
    await store.write({ table: 'typed', id: `"${n}"`, row });
  }
  await store.write({ table: 'pairs', id: '["x",1]', row: { a: 'x', b: 1, n: 'ä"' } });
  await store.write({ table: 'counted', id: '5', row: { id: 5, n: null } });
  const { writes } = await store.readOutbox(1_000);
  const [first, second, third] = writes as [PendingWrite, PendingWrite, PendingWrite];
  await store.sending(writes.slice(0, 5));
  const refusal = {
    outcome: 'rejected',
    code: 'forbidden',
    message: 'no',
    retryable: false,
  } as const;
  const heads = [
    { table: 'typed', id: '"h"', stamp: stampAt(40), fields: { n: stampAt(50) } },
    { table: 'typed', id: '"p"', stamp: stampAt(41), patch: true as const, names: ['i', 't'] },
    { table: 'counted', id: '9', stamp: stampAt(42), deleted: true as const },
  ];
  await store.commit(
    {
      ...nothing,
      acknowledged: [
        { write: first, result: 'sent' },
        { write: second, result: 'later' },
        { write: third, result: 'dead', refusal, change: change('typed', third.id, 9, { u: [1] }) },
      ],
      changes: [
        change('typed', '"h"', 40, { id: 'h', t: true }),
        { ...change('typed', '"gone"', 41, { t: 'x' }), patch: true },
        change('pairs', '["x",1]', 9_000_000_000_000, { a: 'x', b: 1, n: 2 }),
      ],
      ...{ journal: heads, seq: 3, cursor: 'e:3', hub: 'one', clock: stampAt(60), offsetMs: 12 },
    },
    join,
    term,
  );
  const [loss] = await store.losses();
  if (loss) await store.dropLoss(loss);
  const counts = { sent: 1, received: 2, bytesSent: 3, bytesReceived: 4, pending: 0 };
  await store.appendSyncLog([
    { at: 1, durationMs: 5, outcome: 'ok', ...counts },
    { at: 2, durationMs: 6, outcome: 'failed', code: 'network', ...counts },
  ]);
}

/** The hub was restored: what the journal knows is offered, in front of all else. */
async function offerAgain(store: Store, join: Join): Promise<void> {
  const reset = { offer: 0, adopt: false, cursor: 'e:3' };
  await store.commit(
    { ...nothing, reset, clock: stampAt(60), offsetMs: 12 },
    join,
    await store.lead(),
  );
}

/** Without what a store knows besides. */
function ofPort(write: PendingWrite): object {
  const { tbl: _, key: __, place: ___, ...rest } = write as PendingWrite & Record<string, unknown>;
  return rest;
}

/** All that the port tells. */
async function seen(store: Store): Promise<object> {
  const names = Object.keys(tables);
  const { rows, writes, ...outbox } = await store.readOutbox(1_000);
  const byId = [...rows].map(([table, of]) => [table, Object.fromEntries(of)]);
  return {
    state: await store.load(),
    outbox: { ...outbox, writes: writes.map(ofPort), rows: Object.fromEntries(byId) },
    rows: await Promise.all(names.map((name) => store.scan(name, 1_000))),
    letters: await store.deadLetters(),
    losses: await store.losses(),
    dropped: await store.droppedLosses(),
    pending: await store.pendingRecords(),
    history: await store.syncLog(),
  };
}
