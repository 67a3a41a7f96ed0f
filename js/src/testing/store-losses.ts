// Contract: what loses to a concurrent write is kept, once.
import { lossDays } from '../stores/losses.js';
import type { Change } from '../wire.js';
import { stampAt } from './clock.js';
import { equal } from './contract.js';
import type { StoreTests } from './store-contract.js';
import type { Subject } from './store-driver.js';

const early = stampAt(10);
const late = stampAt(9_000_000_000);
const record = { table: 'todos', id: '"a"' };
const patch = (stamp: string, row: object): Change => {
  return { ...record, stamp, patch: true, row: { ...row } };
};
const synced = (subject: Subject, row: object) =>
  subject.pull({ ...record, stamp: early, row: { id: 'a', ...row } });
const losses = async (subject: Subject) =>
  (await subject.store.losses()).map(({ at: _, ...rest }) => rest);

export const lossTests: StoreTests = {
  'a pending value that loses is kept, with who won': async (subject) => {
    await synced(subject, { title: 'Milk', done: 0 });
    await subject.driver.update('todos', 'a', { title: 'Mine', done: 1 });
    const [write] = await subject.writes();
    const { losses: count } = await subject.pull(patch(late, { title: 'Theirs' }));
    const stamp = write?.columns.register ?? '';
    equal(count, 1, 'count');
    equal(
      await losses(subject),
      [{ ...record, stamp, row: { title: 'Mine' }, winner: late }],
      'loss',
    );
    const [loss] = await subject.store.losses();
    equal(Math.abs(Date.now() - (loss?.at ?? 0)) < 60_000, true, 'at');
  },

  'a pulled value that loses to a pending one is kept as well': async (subject) => {
    await synced(subject, { title: 'Milk' });
    await subject.driver.update('todos', 'a', { title: 'Mine' });
    const winner = (await subject.writes())[0]?.columns.register ?? '';
    await subject.pull(patch(stampAt(20), { title: 'Theirs', done: 1 }));
    const expected = { ...record, stamp: stampAt(20), row: { title: 'Theirs' }, winner };
    equal(await losses(subject), [expected], 'loss');
  },

  'what a context writes over its own earlier write is no loss': async (subject) => {
    await synced(subject, { title: 'Milk', done: 0 });
    await subject.driver.update('todos', 'a', { title: 'Mine' });
    const stamp = (await subject.writes())[0]?.columns.register ?? '';
    const later = `${late.slice(0, 18)}${stamp.slice(18)}`;
    const { losses: count } = await subject.pull(patch(later, { title: 'Mine, later' }));
    equal([count, await losses(subject)], [0, []], 'losses');
    equal((await subject.driver.get('todos', 'a'))?.title, 'Mine, later', 'row');
  },

  'a pending edit that a delete beats is kept': async (subject) => {
    await synced(subject, { title: 'Milk', done: 0 });
    await subject.driver.update('todos', 'a', { title: 'Mine' });
    const stamp = (await subject.writes())[0]?.columns.register ?? '';
    await subject.pull({ ...record, stamp: late, deleted: true });
    const expected = { ...record, stamp, row: { title: 'Mine' }, winner: late, deleted: true };
    equal(await losses(subject), [expected], 'loss');
  },

  'a patch that a pending delete holds off is kept, whatever its stamp': async (subject) => {
    await synced(subject, { title: 'Milk' });
    await subject.driver.delete('todos', 'a');
    const winner = (await subject.writes())[0]?.columns.register ?? '';
    await subject.pull(patch(late, { title: 'Theirs' }));
    const expected = { ...record, stamp: late, row: { title: 'Theirs' }, winner, deleted: true };
    equal(await losses(subject), [expected], 'loss');
  },

  'a row that beat a pending delete is not lost to it: the delete is settled': async (
    subject,
    clock,
  ) => {
    await synced(subject, { title: 'Milk' });
    await subject.driver.delete('todos', 'a');
    const row = { id: 'a', title: 'Theirs' };
    equal((await subject.pull({ ...record, stamp: late, row })).pending, 0, 'pending');
    await subject.store.restamp((_, count) => clock.reserve(count));
    equal(await losses(subject), [], 'losses');
    equal(await subject.driver.get('todos', 'a'), row, 'row');
  },

  'a row that is shown for all of a delete is kept when that is stamped again': async (
    subject,
    clock,
  ) => {
    await synced(subject, { title: 'Milk', done: 0 });
    await subject.driver.update('todos', 'a', { done: 1 });
    // The clock is set back, so the delete is below the edit that it took with it.
    clock.setBack(500_000);
    await subject.driver.delete('todos', 'a');
    const row = { id: 'a', title: 'Theirs' };
    await subject.pull({ ...record, stamp: stampAt(20), row });
    equal(await subject.driver.get('todos', 'a'), row, 'shown');
    const before = await losses(subject);
    const stamp = (await subject.writes())[1]?.columns.register ?? '';
    await subject.store.restamp((_, count) => clock.reserve(count));
    const winner = (await subject.writes())[1]?.columns.register ?? '';
    const loss = { ...record, stamp, row, winner, deleted: true };
    equal(await losses(subject), [...before, loss], 'loss');
  },

  'a record that was written again after its delete is no loss': async (subject, clock) => {
    await synced(subject, { title: 'Milk' });
    await subject.driver.delete('todos', 'a');
    await subject.driver.put('todos', { id: 'a', title: 'Mine' });
    await subject.store.restamp((_, count) => clock.reserve(count));
    equal(await losses(subject), [], 'losses');
  },

  'the same value, or other fields, are no loss': async (subject) => {
    await synced(subject, { title: 'Milk', done: 0 });
    await subject.driver.update('todos', 'a', { title: 'Same' });
    await subject.pull(patch(late, { title: 'Same', done: 1 }));
    await subject.acknowledge(await subject.writes());
    await subject.pull(patch(late, { title: 'Later' }));
    equal(await losses(subject), [], 'losses');
  },

  'a value is lost once, whatever beats it again': async (subject) => {
    await synced(subject, { title: 'Milk', done: 0 });
    await subject.driver.update('todos', 'a', { title: 'Mine', done: 1 });
    await subject.pull(patch(late, { title: 'Theirs' }));
    const again = await subject.pull(patch(stampAt(9_000_000_001), { title: 'Newer', done: 2 }));
    equal(again.losses, 1, 'count');
    const rows = (await losses(subject)).map(({ row }) => row);
    equal(rows, [{ title: 'Mine' }, { done: 1 }], 'rows');
  },

  'values that were written at different times are lost apart': async (subject) => {
    await subject.driver.put('todos', { id: 'a', title: 'Mine', done: 1 });
    await subject.driver.update('todos', 'a', { done: 2 });
    const { losses: count } = await subject.pull({
      ...record,
      stamp: late,
      row: { id: 'a', done: 3 },
    });
    equal(count, 2, 'count');
    const rows = (await losses(subject)).map(({ row }) => JSON.stringify(row)).sort();
    equal(rows, ['{"done":2}', '{"title":"Mine"}'], 'rows');
  },

  'a loss that was dropped is gone': async (subject) => {
    await synced(subject, { title: 'Milk', done: 0 });
    await subject.driver.update('todos', 'a', { title: 'Mine', done: 1 });
    await subject.pull(patch(late, { title: 'Theirs' }));
    await subject.pull(patch(late, { done: 2 }));
    const [first] = await subject.store.losses();
    if (first === undefined) throw new Error('no loss');
    await subject.store.dropLoss(first);
    equal(
      (await losses(subject)).map(({ row }) => row),
      [{ done: 1 }],
      'the other is left',
    );
    await subject.pull(patch(stampAt(9_000_000_001), { title: 'Newer' }));
    equal((await losses(subject)).length, 1, 'it is not found again');
  },

  'what was dropped is remembered as long as losses are kept, without its values': async (
    subject,
  ) => {
    const { store } = subject;
    const of = (title: string) => {
      return { ...record, stamp: early, row: { title, n: 1 }, winner: late, at: 1 };
    };
    await store.dropLoss(of('at the hub'));
    await store.dropLoss(of('again'));
    const marks = (await store.droppedLosses()).map(({ at: _, ...mark }) => mark);
    const { at: _, ...rest } = of('');
    equal(marks, [{ ...rest, row: { title: null, n: null } }], 'marks');
    equal(await losses(subject), [], 'losses');
    const { now } = Date;
    try {
      Date.now = () => now() + (lossDays - 1) * 86_400_000;
      equal((await store.droppedLosses()).length, 1, 'the day before');
      Date.now = () => now() + (lossDays + 1) * 86_400_000;
      equal((await store.droppedLosses()).length, 0, 'the day after');
    } finally {
      Date.now = now;
    }
    await store.clear({ pending: 'discard' });
    equal(await store.droppedLosses(), [], 'another user');
  },

  'losses are kept for some time': async (subject) => {
    await synced(subject, { title: 'Milk' });
    await subject.driver.update('todos', 'a', { title: 'Mine' });
    await subject.pull(patch(late, { title: 'Theirs' }));
    const { now } = Date;
    try {
      Date.now = () => now() + (lossDays - 1) * 86_400_000;
      equal((await losses(subject)).length, 1, 'the day before');
      Date.now = () => now() + (lossDays + 1) * 86_400_000;
      equal((await losses(subject)).length, 0, 'the day after');
    } finally {
      Date.now = now;
    }
  },

  'a commit that fails keeps no loss': async (subject) => {
    await synced(subject, { title: 'Milk' });
    await subject.driver.update('todos', 'a', { title: 'Mine' });
    const bad = { table: 'todos', id: '"c"', stamp: late, row: { at: { '$tm:bogus': 1 } } };
    await subject.pull(patch(late, { title: 'Theirs' }), bad).catch(() => {});
    equal(await losses(subject), [], 'losses');
    equal(await subject.driver.get('todos', 'a'), { id: 'a', title: 'Mine' }, 'row');
  },
};
