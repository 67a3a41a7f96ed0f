// Contract: what a pulled page does to rows, with and without pending writes of them.
import { absentField } from '../values.js';
import type { Change } from '../wire.js';
import { stampAt } from './clock.js';
import { equal } from './contract.js';
import type { StoreTests } from './store-contract.js';
import type { Subject } from './store-driver.js';

const early = stampAt(10);
const late = stampAt(9_000_000_000);
const base = { table: 'todos', id: '"a"' };
const whole = (stamp: string, row: object): Change => ({
  ...base,
  stamp,
  row: { id: 'a', ...row },
});
const patch = (stamp: string, row: object): Change => ({
  ...base,
  stamp,
  patch: true,
  row: { ...row },
});
const deleted = (stamp: string): Change => ({ ...base, stamp, deleted: true });
const read = (subject: Subject) => subject.driver.get('todos', 'a');

/** A row that the hub has, too. */
async function synced(subject: Subject, row: object): Promise<void> {
  await subject.pull(whole(early, row));
}

export const pageTests: StoreTests = {
  'a page is applied and not recorded': async (subject) => {
    await subject.commit({ changes: [whole(early, { n: 1 })], cursor: 'e:1' });
    equal(await read(subject), { id: 'a', n: 1 }, 'row');
    equal(
      [(await subject.outbox()).pending, (await subject.store.load()).cursor],
      [0, 'e:1'],
      'log, cursor',
    );
  },

  'a clean record takes whole, patch and delete as they are': async (subject) => {
    await synced(subject, { n: 1, old: 1, gone: 1 });
    await subject.pull(patch(late, { n: 2, gone: absentField }));
    equal(await read(subject), { id: 'a', n: 2, old: 1 }, 'patched');
    await subject.pull(whole(late, { n: 3 }));
    equal(await read(subject), { id: 'a', n: 3 }, 'replaced');
    await subject.pull(deleted(late));
    equal(await read(subject), undefined, 'deleted');
    await subject.pull(deleted(late));
  },

  'a patch of an unknown record has it read whole, and the cursor moves on': async (subject) => {
    const { missing, rereads } = await subject.commit({
      changes: [patch(late, { n: 1 })],
      cursor: 'e:5',
    });
    equal([missing, rereads, await read(subject)], [1, 1, undefined], 'missing');
    equal((await subject.store.load()).cursor, 'e:5', 'cursor');
    equal((await subject.outbox()).rereads, [base], 'asked for');
    const { rereads: left } = await subject.commit({ records: [whole(late, { n: 1, m: 2 })] });
    equal([left, await read(subject)], [0, { id: 'a', n: 1, m: 2 }], 'answered');
    equal((await subject.outbox()).rereads, [], 'asked for once');
  },

  'an answer without a record removes a clean row, and no pending one': async (subject) => {
    await synced(subject, { n: 1 });
    const absent: Change = { ...base, stamp: stampAt(0), absent: true };
    await subject.driver.update('todos', 'a', { n: 2 });
    await subject.commit({ records: [absent] });
    equal(await read(subject), { id: 'a', n: 2 }, 'pending');
    await subject.acknowledge(await subject.writes());
    await subject.commit({ records: [absent] });
    equal(await read(subject), undefined, 'clean');
  },

  'an answer is taken before the page that comes with it': async (subject) => {
    const { missing, rereads } = await subject.commit({
      records: [whole(early, { n: 1 })],
      changes: [patch(late, { n: 2 })],
    });
    equal([missing, rereads, await read(subject)], [0, 0, { id: 'a', n: 2 }], 'row');
  },

  'a page that shows a record whole has answered for it': async (subject) => {
    await subject.pull(patch(late, { n: 1 }), { ...patch(late, { n: 1 }), id: '"b"' });
    const { rereads } = await subject.pull(whole(late, { n: 1 }));
    equal(
      [rereads, (await subject.outbox()).rereads],
      [1, [{ table: 'todos', id: '"b"' }]],
      'left',
    );
  },

  'five hundred records are asked for at a time': async (subject) => {
    const changes = Array.from({ length: 501 }, (_, i): Change => {
      return { ...patch(late, { n: 1 }), id: JSON.stringify(`k${i}`) };
    });
    equal((await subject.pull(...changes)).rereads, 501, 'in all');
    equal((await subject.outbox()).rereads.length, 500, 'at a time');
  },

  'a table that is not here is passed over': async (subject) => {
    const change = { table: 'nowhere', id: '"a"', stamp: late, row: { n: 1 } };
    await subject.commit({ changes: [change, whole(late, { n: 1 })], cursor: 'e:5' });
    equal(await read(subject), { id: 'a', n: 1 }, 'row');
  },

  'fields merge by their stamps': async (subject) => {
    await synced(subject, { title: 'Milk', done: 0 });
    await subject.driver.update('todos', 'a', { title: 'Oat milk', n: 1 });
    await subject.pull(patch(late, { done: 1 }));
    const mine = { id: 'a', title: 'Oat milk', n: 1 };
    equal(await read(subject), { ...mine, done: 1 }, 'both');
    await subject.pull(patch(early, { title: 'Old', done: 2 }));
    equal(await read(subject), { ...mine, done: 2 }, 'the pending one is newer');
    await subject.pull(patch(late, { title: 'New' }));
    equal(await read(subject), { ...mine, title: 'New', done: 2 }, 'the pulled one is newer');
    equal((await subject.outbox()).pending, 1, 'still to be sent');
  },

  'a newer whole row replaces what is pending, an older one fills in nothing': async (subject) => {
    await subject.driver.put('todos', { id: 'a', title: 'Mine', own: 1 });
    await subject.pull(whole(early, { title: 'Theirs', done: 0 }));
    equal(await read(subject), { id: 'a', title: 'Mine', own: 1 }, 'older');
    await subject.pull(whole(late, { title: 'Theirs' }));
    equal(await read(subject), { id: 'a', title: 'Theirs' }, 'newer');
  },

  'a pending removal of a field wins and loses like a value': async (subject) => {
    await synced(subject, { title: 'Milk', done: 0 });
    await subject.driver.put('todos', { id: 'a', title: 'Milk' });
    await subject.pull(patch(early, { done: 1 }));
    equal(await read(subject), { id: 'a', title: 'Milk' }, 'the removal is newer');
    await subject.pull(patch(late, { done: 2 }));
    equal(await read(subject), { id: 'a', title: 'Milk', done: 2 }, 'the value is newer');
  },

  'a pending edit beats an older delete': async (subject) => {
    await synced(subject, { n: 1 });
    await subject.driver.update('todos', 'a', { n: 2 });
    await subject.pull(deleted(early));
    equal(await read(subject), { id: 'a', n: 2 }, 'row');
  },

  'a newer delete beats a pending edit, whose row is still sent': async (subject) => {
    await synced(subject, { n: 1 });
    await subject.driver.update('todos', 'a', { n: 2 });
    await subject.pull(deleted(late));
    equal(await read(subject), undefined, 'deleted');
    const { writes, rows } = await subject.outbox();
    equal(rows.get('todos')?.get('"a"'), { id: 'a', n: 2 }, 'kept aside');
    await subject.acknowledge(writes);
    equal((await subject.outbox()).rows.get('todos')?.size ?? 0, 0, 'no longer');
  },

  'a record that comes back finds the edit that was kept aside': async (subject) => {
    await synced(subject, { n: 1, m: 1 });
    await subject.driver.update('todos', 'a', { n: 2 });
    await subject.pull(deleted(late));
    await subject.pull({ ...whole(early, { n: 1, m: 5 }), fields: { m: stampAt(9_000_000_001) } });
    equal(await read(subject), { id: 'a', n: 2, m: 5 }, 'row');
  },

  'a pending delete beats an older edit, and any patch': async (subject) => {
    await synced(subject, { n: 1 });
    await subject.driver.delete('todos', 'a');
    await subject.pull(whole(early, { n: 2 }));
    equal(await read(subject), undefined, 'an older whole row');
    await subject.pull(patch(stampAt(20), { n: 3 }));
    equal(await read(subject), undefined, 'an older patch');
    equal((await subject.outbox()).pending, 1, 'still to be sent');
    const { missing, pending, rereads } = await subject.pull(patch(late, { n: 4 }));
    equal([await read(subject), missing], [undefined, 0], 'a newer patch');
    // It is not sent any more, so what it beat is read again.
    equal([pending, rereads], [0, 1], 'settled');
    await subject.commit({ records: [whole(late, { n: 4 })] });
    equal(await read(subject), { id: 'a', n: 4 }, 'read again');
  },

  'a newer whole row beats a pending delete': async (subject) => {
    await synced(subject, { n: 1 });
    await subject.driver.update('todos', 'a', { n: 2 });
    await subject.driver.delete('todos', 'a');
    // Brought back by a field of its own: the value of `n` that was deleted here is gone, and must
    // not win.
    await subject.pull({ ...whole(early, { n: 3, m: 1 }), fields: { m: late } });
    equal(await read(subject), { id: 'a', n: 3, m: 1 }, 'row');
    equal(await subject.writes(), [], 'nothing to be sent, and least of all the value shown');
  },

  'acknowledged writes no longer count against the page that comes with them': async (subject) => {
    await subject.driver.put('todos', { id: 'a', n: 1 });
    const acknowledged = (await subject.writes()).map((write) => ({
      write,
      result: 'sent' as const,
    }));
    await subject.commit({ acknowledged, changes: [whole(early, { n: 5 })] });
    equal(await read(subject), { id: 'a', n: 5 }, 'row');
  },
};
