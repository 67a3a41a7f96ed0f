// Contract: whose data it is, what is pending of it, and how another user takes over.
import type { PendingWrite, SyncLogEntry } from '../stores/store.js';
import { stampAt } from './clock.js';
import { equal, rejects } from './contract.js';
import type { StoreTests } from './store-contract.js';
import type { Subject } from './store-driver.js';

const whole = (id: string, ms = 10) => {
  return { table: 'todos', id: JSON.stringify(id), stamp: stampAt(ms), row: { id } };
};
const entry = (at: number): SyncLogEntry => {
  const counts = { sent: 1, received: 2, bytesSent: 3, bytesReceived: 4, pending: 0 };
  return { at, durationMs: 5, outcome: 'ok', ...counts };
};

/** A store with a bit of everything. */
async function lived(subject: Subject): Promise<void> {
  const { driver } = subject;
  await subject.commit({
    changes: [whole('a'), whole('b')],
    journal: [{ table: 'todos', id: '"a"', stamp: stampAt(10) }],
    hub: 'one',
    seq: 3,
    cursor: 'e:3',
  });
  await driver.update('todos', 'a', { n: 1, m: 1 });
  const lost = { table: 'todos', id: '"a"', stamp: stampAt(9_000_000_000) };
  await subject.pull({ ...lost, patch: true, row: { n: 2 } });
  const [write] = (await subject.writes()) as [PendingWrite];
  const change = { ...whole('a'), deleted: true as const };
  await subject.commit({ acknowledged: [{ write, result: 'dead', change }] });
  await subject.store.appendSyncLog([entry(1)]);
  await driver.put('notes', { id: 'n' });
}

export const accountTests: StoreTests = {
  'data belongs to the first hub that answers': async (subject) => {
    equal((await subject.store.load()).hub, null, 'at first');
    await subject.commit({});
    await subject.commit({ hub: 'one' });
    await subject.commit({ hub: 'two' });
    equal((await subject.store.load()).hub, 'one', 'hub');
  },

  'another user finds nothing of the first': async (subject) => {
    await lived(subject);
    await subject.store.clear({ pending: 'discard' });
    const { hub, cursor, known, pending, adopted, newest, sweeping } = await subject.store.load();
    equal(
      [hub, cursor, known, pending, adopted, newest, sweeping],
      [null, null, null, 0, 0, null, false],
      'state',
    );
    const { writes, rereads } = await subject.outbox();
    equal([writes, rereads], [[], []], 'outbox');
    const { store, driver } = subject;
    equal(
      [await store.deadLetters(), await store.losses(), await store.syncLog()],
      [[], [], []],
      'reports',
    );
    for (const [table, id] of [
      ['todos', 'a'],
      ['todos', 'b'],
      ['notes', 'n'],
    ] as const)
      equal(await driver.get(table, id), undefined, `${table} ${id}`);
  },

  'after another user signed in, the journal is empty and sync goes on': async (subject) => {
    await lived(subject);
    await subject.store.clear({ pending: 'discard' });
    await rejects(subject.commit({ cursor: 'e:4' }), 'closed', 'what was under way');
    const term = await subject.store.lead();
    const commit = { acknowledged: [], changes: [], clock: null, offsetMs: null };
    const reset = { offer: 0, adopt: false, cursor: 'e:3' };
    const { pending } = await subject.store.commit({ ...commit, reset }, subject.join, term);
    equal(pending, 0, 'nothing is offered');
    await subject.driver.put('todos', { id: 'z' });
    equal((await subject.outbox()).pending, 1, 'writes are recorded');
  },

  'pending writes are not discarded unless it is said': async (subject) => {
    await lived(subject);
    await rejects(subject.store.clear({ pending: 'refuse' }), 'account_pending', 'clear');
    equal(await subject.driver.get('notes', 'n'), { id: 'n' }, 'row');
  },

  'dead letters are not discarded unless it is said': async (subject) => {
    await lived(subject);
    await subject.acknowledge(await subject.writes());
    await rejects(subject.store.clear({ pending: 'refuse' }), 'account_pending', 'clear');
    const [letter] = await subject.store.deadLetters();
    equal(letter?.change.id, '"a"', 'letter');
    equal(await subject.driver.get('notes', 'n'), { id: 'n' }, 'row');
    await subject.store.discardDeadLetter(letter?.id as number);
    await subject.store.clear({ pending: 'refuse' });
    equal(await subject.driver.get('notes', 'n'), undefined, 'with everything settled');
  },

  'adoptions are dropped for what the hub has': async (subject) => {
    await subject.pull(whole('a'), whole('b'));
    await subject.commit({ reset: { offer: 0, adopt: true, cursor: 'e:1' }, cursor: null });
    await subject.driver.put('todos', { id: 'c' });
    await subject.commit({ cursor: 'e:7' });
    await subject.store.adoption('merge');
    equal((await subject.store.load()).adopted, 2, 'merged');
    await subject.store.adoption('keep-remote');
    const { adopted, pending, sweeping, cursor } = await subject.store.load();
    equal([adopted, pending, sweeping, cursor], [0, 1, true, null], 'state');
    await subject.commit({ changes: [whole('b')], cursor: 'e:8', complete: true });
    equal(await subject.driver.get('todos', 'a'), undefined, 'not at the hub');
    equal(await subject.driver.get('todos', 'b'), { id: 'b' }, 'at the hub');
    equal(await subject.driver.get('todos', 'c'), { id: 'c' }, 'pending');
  },

  'what is pending is told by record': async (subject) => {
    const { driver, store } = subject;
    await subject.pull(whole('a'), whole('b'));
    await driver.update('todos', 'a', { n: 1 });
    await driver.update('todos', 'a', { n: 2, m: 1 });
    await driver.delete('todos', 'b');
    await driver.put('todos', { id: 'n' });
    await driver.put('todos', { id: 'n', text: 'x' });
    const [first] = await subject.writes();
    await store.sending(await subject.writes());
    const records = await store.pendingRecords();
    equal(
      records.map(({ table, id, operations, row }) => [table, id, operations, row ?? null]),
      [
        ['todos', '"a"', ['update'], { id: 'a', n: 2, m: 1 }],
        ['todos', '"b"', ['delete'], null],
        ['todos', '"n"', ['create', 'update'], { id: 'n', text: 'x' }],
      ],
      'records',
    );
    equal(
      records.map(({ fields }) => fields && [...fields].sort()),
      [['m', 'n'], null, null],
      'fields',
    );
    equal(records[0]?.since, Number.parseInt(first?.columns.register ?? '', 16), 'since');
  },

  'a record is synced, pending or refused': async (subject) => {
    const state = () => subject.store.recordState('todos', '"a"');
    equal(await state(), 'synced', 'unknown');
    await subject.driver.put('todos', { id: 'a' });
    equal(await state(), 'pending', 'written');
    equal(await subject.store.recordState('notes', '"a"'), 'synced', 'another table');
    const [write] = (await subject.writes()) as [PendingWrite];
    await subject.commit({ acknowledged: [{ write, result: 'dead', change: whole('a') }] });
    equal(await state(), 'refused', 'refused');
    await subject.driver.update('todos', 'a', { n: 1 });
    equal(await state(), 'refused', 'refused, and written since');
  },

  'the last exchanges are told': async (subject) => {
    for (let at = 1; at <= 201; at++) await subject.store.appendSyncLog([entry(at)]);
    await subject.store.appendSyncLog([entry(202), entry(203)]);
    const log = await subject.store.syncLog();
    equal([log.length, log[0]?.at], [200, 4], 'bounded');
    equal(log.at(-1), entry(203), 'as it was given');
  },
};
