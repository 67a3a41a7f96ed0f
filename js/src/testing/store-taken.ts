// Contract: what the hub took is held against what the app shows, which was decided by stamps that
// have changed since, or by what the hub has forgotten since.
import type { Acknowledgement, CommitResult, PendingWrite } from '../stores/store.js';
import type { Change } from '../wire.js';
import { stampAt } from './clock.js';
import { equal } from './contract.js';
import type { StoreTests } from './store-contract.js';
import type { Subject } from './store-driver.js';
import { page, reset, whole } from './store-journal.js';

const late = stampAt(9_000_000_000);
const later = stampAt(9_000_000_001);
const record = { table: 'todos', id: '"a"' };
const deleted = (stamp: string): Change => ({ ...record, stamp, deleted: true });
const shown = (stamp: string, row: object = {}): Change => {
  return { ...record, stamp, row: { id: 'a', ...row } };
};
const absent: Change = { ...record, stamp: stampAt(0), absent: true };
const read = (subject: Subject, table = 'todos') => subject.driver.get(table, 'a');

/** All of `writes` were one change, and the hub took it. */
const taken = (change: Change, writes: readonly PendingWrite[]): Acknowledgement[] =>
  writes.map((write) => ({ write, result: 'sent', change }));
const take = (
  subject: Subject,
  change: Change,
  writes: readonly PendingWrite[],
): Promise<CommitResult> => subject.commit({ acknowledged: taken(change, writes) });

/** A pending creation that lost to a delete, which the hub has forgotten since. */
async function hidden(subject: Subject): Promise<PendingWrite[]> {
  await subject.driver.put('todos', { id: 'a', n: 1 });
  equal((await subject.pull(deleted(late))).rereads, 1, 'contested');
  equal((await subject.commit({ records: [absent] })).rereads, 0, 'forgotten');
  await subject.store.restamp(() => later);
  equal(await read(subject), undefined, 'hidden');
  return subject.writes();
}

/** The delete of another device is offered, and the record is there again, from a slower clock. */
async function madeAgain(subject: Subject): Promise<PendingWrite[]> {
  await page(subject, 1, whole('a', 20, { n: 1 }));
  await page(subject, 2, { ...deleted(late) });
  await reset(subject, 1);
  await subject.driver.put('todos', { id: 'a', n: 2 });
  return subject.writes();
}

async function losses(subject: Subject): Promise<object[]> {
  return (await subject.store.losses()).map(({ at: _, ...rest }) => rest);
}
const gone = { ...record, stamp: late, row: { id: 'a', n: 2 }, winner: late, deleted: true };

export const takenTests: StoreTests = {
  'a creation that was hidden is read again, and shown': async (subject) => {
    const writes = await hidden(subject);
    const { rereads, pending, losses } = await take(subject, shown(later, { n: 1 }), writes);
    equal([rereads, pending, losses], [1, 0, 0], 'taken');
    equal((await subject.outbox()).rereads, [record], 'asked for');
    const { rereads: left } = await subject.commit({ records: [shown(later, { n: 1 })] });
    equal([left, await read(subject)], [0, { id: 'a', n: 1 }], 'answered');
  },

  'it is not read again where the answer or the page shows it': async (subject) => {
    for (const brought of ['records', 'changes'] as const) {
      const writes = await hidden(subject);
      const change = shown(later, { n: 1 });
      const acknowledged = taken(change, writes);
      const { rereads } = await subject.commit({ acknowledged, [brought]: [change] });
      equal([rereads, await read(subject)], [0, { id: 'a', n: 1 }], brought);
      await subject.driver.delete('todos', 'a');
      await subject.acknowledge(await subject.writes());
    }
  },

  'one that the app has deleted since is read again': async (subject) => {
    await subject.driver.put('todos', { id: 'a' });
    const writes = await subject.writes();
    await subject.driver.delete('todos', 'a');
    equal((await take(subject, shown(late), writes)).rereads, 1, 'taken');
    const [write] = (await subject.writes()) as [PendingWrite];
    const change = deleted(write.columns.register);
    const acknowledged = taken(change, [write]);
    const { rereads } = await subject.commit({ acknowledged, records: [change] });
    equal([rereads, await read(subject)], [0, undefined], 'in the end');
  },

  'a record that is shown is not read again': async (subject) => {
    for (const table of ['todos', 'notes']) await subject.driver.put(table, { id: 'a' });
    const [write] = (await subject.writes()) as [PendingWrite];
    await subject.driver.update('todos', 'a', { n: 1 });
    const { rereads, losses, pending } = await take(subject, shown(late), [write]);
    equal([rereads, losses, pending], [0, 0, 2], 'others are pending');
    const [note, edit] = (await subject.writes()) as [PendingWrite, PendingWrite];
    const patch: Change = { ...record, stamp: late, patch: true, row: { n: 1 } };
    const acknowledged = [
      ...taken({ ...shown(late), table: 'notes' }, [note]),
      ...taken(patch, [edit]),
    ];
    equal((await subject.commit({ acknowledged })).rereads, 0, 'none is');
    equal(
      [await read(subject), await read(subject, 'notes')],
      [{ id: 'a', n: 1 }, { id: 'a' }],
      'rows',
    );
  },

  'what was not taken, or is not synced, is not read again': async (subject) => {
    const [write] = (await hidden(subject)) as [PendingWrite];
    for (const result of ['later', 'needFull'] as const) {
      const [now] = (await subject.writes()) as [PendingWrite];
      equal((await subject.acknowledge([now], result)).rereads, 0, result);
    }
    await subject.driver.put('todos', { id: 'b' });
    const other = { ...shown(late), table: 'other' };
    equal((await take(subject, other, [{ ...write, entry: 999 }])).rereads, 0, 'not synced');
  },

  'a row that is shown after its delete was taken is kept as a loss': async (subject) => {
    const writes = await madeAgain(subject);
    equal([writes.length, await read(subject)], [2, { id: 'a', n: 2 }], 'before');
    const { pending, losses: lost, rereads } = await take(subject, deleted(late), writes);
    equal([pending, lost, rereads], [0, 1, 0], 'taken');
    equal([await read(subject), await losses(subject)], [undefined, [gone]], 'row and loss');
    const [loss] = await subject.store.losses();
    equal(Math.abs(Date.now() - (loss?.at ?? 0)) < 60_000, true, 'at');
    equal((await subject.outbox()).pending, 0, 'no delete is recorded');
  },

  'it stays while other writes of it are pending': async (subject) => {
    const writes = await madeAgain(subject);
    await subject.driver.update('todos', 'a', { m: 1 });
    const { pending, losses: lost } = await take(subject, deleted(late), writes);
    equal([pending, lost, await losses(subject)], [1, 0, []], 'taken');
    equal(await read(subject), { id: 'a', n: 2, m: 1 }, 'row');
  },

  'it stays where the delete alone was taken': async (subject) => {
    const [offer, put] = (await madeAgain(subject)) as [PendingWrite, PendingWrite];
    await take(subject, deleted(late), [offer]);
    equal([await read(subject), await losses(subject)], [{ id: 'a', n: 2 }, []], 'row');
    await take(subject, shown(put.columns.register, { n: 2 }), [put]);
    equal([await read(subject), await losses(subject)], [{ id: 'a', n: 2 }, []], 'all sent');
  },

  'the page that comes with it finds it removed': async (subject) => {
    const writes = await madeAgain(subject);
    const acknowledged = taken(deleted(late), writes);
    const changes: Change[] = [{ ...record, stamp: later, patch: true, row: { m: 3 } }];
    const { missing, losses: lost } = await subject.commit({ acknowledged, changes });
    equal([missing, lost, await read(subject)], [1, 1, undefined], 'a patch');
    await subject.commit({ records: [shown(later, { m: 3 })] });
    equal(await read(subject), { id: 'a', m: 3 }, 'read again');
  },

  'a delete whose row is gone is taken without a loss': async (subject) => {
    await subject.pull(shown(stampAt(10), { n: 1 }));
    await subject.driver.delete('todos', 'a');
    const writes = await subject.writes();
    const { rereads, losses: lost } = await take(subject, deleted(late), writes);
    equal([rereads, lost, await losses(subject)], [0, 0, []], 'taken');
  },

  'a commit that fails removes no row, and keeps no loss of it': async (subject) => {
    const writes = await madeAgain(subject);
    const bad = { table: 'todos', id: '"c"', stamp: late, row: { at: { '$tm:bogus': 1 } } };
    const acknowledged = taken(deleted(late), writes);
    await subject.commit({ acknowledged, changes: [bad] }).catch(() => {});
    equal([await read(subject), await losses(subject)], [{ id: 'a', n: 2 }, []], 'row');
    equal((await subject.outbox()).pending, 2, 'pending');
  },
};
