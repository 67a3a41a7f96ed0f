// Contract: dead letters are retried, edited or discarded; and writes on the app's behalf are the
// app's.
import type { PendingWrite } from '../stores/store.js';
import type { Change } from '../wire.js';
import { stampAt } from './clock.js';
import { equal, rejects } from './contract.js';
import type { StoreTests } from './store-contract.js';
import { recordsIn, type Subject } from './store-driver.js';

const record = { table: 'todos', id: '"a"' };
const refusal = {
  outcome: 'rejected',
  code: 'forbidden',
  message: 'no',
  retryable: false,
} as const;

/** Refuses all that is pending as `change`; returns the letter's id. */
async function refuse(subject: Subject, change: Change): Promise<number> {
  const writes = await subject.writes();
  const { refused } = await subject.commit({
    acknowledged: writes.map((write, i) =>
      i > 0 ? { write, result: 'sent' } : { write, result: 'dead', refusal, change },
    ),
  });
  equal(refused, 1, 'refused');
  return (await subject.store.deadLetters()).at(-1)?.id ?? -1;
}

async function refusedEdit(subject: Subject): Promise<number> {
  await subject.pull({ ...record, stamp: stampAt(10), row: { id: 'a', n: 1, m: 1 } });
  await subject.driver.update('todos', 'a', { n: 2 });
  return refuse(subject, { ...record, stamp: stampAt(20), patch: true, row: { n: 2 } });
}

const letters = async (subject: Subject) => (await subject.store.deadLetters()).length;

export const letterTests: StoreTests = {
  'a letter has the whole row of its time': async (subject) => {
    await refusedEdit(subject);
    const [letter] = await subject.store.deadLetters();
    equal(letter?.row, { id: 'a', n: 2, m: 1 }, 'row');
  },

  'writes that were one change are one letter': async (subject) => {
    await subject.driver.put('todos', { id: 'a', n: 1 });
    await subject.driver.update('todos', 'a', { n: 2 });
    const change = { ...record, stamp: stampAt(20), row: { id: 'a', n: 2 } };
    const { refused, pending } = await subject.commit({
      acknowledged: (await subject.writes()).map((write) => {
        return { write, result: 'dead' as const, refusal, change };
      }),
    });
    equal([refused, pending, await letters(subject)], [1, 0, 1], 'letters');
  },

  'an edit that is retried is written again under a new stamp': async (subject) => {
    const id = await refusedEdit(subject);
    let heard = 0;
    subject.store.onWrite((writes) => (heard += recordsIn(writes)));
    await subject.store.retryDeadLetter(id);
    const [write] = (await subject.writes()) as [PendingWrite];
    equal([...write.columns.fields.keys()], ['n'], 'fields');
    equal([write.columns.register > stampAt(20), write.columns.base], [true, null], 'stamp');
    equal(await letters(subject), 0, 'letters');
    await new Promise((resolve) => setTimeout(resolve, 50));
    equal(heard, 1, 'heard of like a write of the app');
  },

  'a record that is gone is made again by a retry': async (subject) => {
    const id = await refusedEdit(subject);
    await subject.pull({ ...record, stamp: stampAt(30), deleted: true });
    await subject.store.retryDeadLetter(id);
    equal(await subject.driver.get('todos', 'a'), { id: 'a', n: 2, m: 1 }, 'row');
    const [write] = (await subject.writes()) as [PendingWrite];
    equal([write.create, write.columns.base], [true, write.columns.register], 'whole');
  },

  'a creation and a delete are retried as what they were': async (subject) => {
    await subject.driver.put('todos', { id: 'a', n: 1 });
    const row = { id: 'a', n: 1 };
    await subject.store.retryDeadLetter(
      await refuse(subject, { ...record, stamp: stampAt(20), row }),
    );
    const [whole] = (await subject.writes()) as [PendingWrite];
    equal(whole.columns.base, whole.columns.register, 'whole');
    await subject.acknowledge([whole]);
    await subject.driver.delete('todos', 'a');
    const deleted = { ...record, stamp: stampAt(30), deleted: true as const };
    const id = await refuse(subject, deleted);
    await subject.pull({ ...record, stamp: stampAt(40), row });
    await subject.store.retryDeadLetter(id);
    equal(
      (await subject.writes()).map(({ columns }) => columns.deleted),
      [true],
      'delete',
    );
    equal(await subject.driver.get('todos', 'a'), undefined, 'row');
  },

  'the record of a refused delete is read again': async (subject) => {
    await subject.pull({ ...record, stamp: stampAt(10), row: { id: 'a' } });
    await subject.driver.delete('todos', 'a');
    await refuse(subject, { ...record, stamp: stampAt(20), deleted: true });
    equal((await subject.outbox()).rereads, [record], 'rereads');
  },

  'a refused delete is retried once its record was read again, and not before': async (subject) => {
    const { store, driver } = subject;
    await subject.pull({ ...record, stamp: stampAt(10), row: { id: 'a', n: 1 } });
    await driver.delete('todos', 'a');
    const id = await refuse(subject, { ...record, stamp: stampAt(20), deleted: true });
    // Written since, and not shown here: its user does not know that it is there.
    await subject.pull({ ...record, stamp: stampAt(30), patch: true, row: { n: 2 } });
    await rejects(store.retryDeadLetter(id), 'reread_pending', 'before');
    equal([await letters(subject), (await subject.outbox()).pending], [1, 0], 'nothing was done');
    await subject.commit({ records: [{ ...record, stamp: stampAt(30), row: { id: 'a', n: 2 } }] });
    equal(await driver.get('todos', 'a'), { id: 'a', n: 2 }, 'shown');
    await store.retryDeadLetter(id);
    equal([await letters(subject), await driver.get('todos', 'a')], [0, undefined], 'after');
    equal(
      (await subject.writes()).map(({ columns }) => columns.deleted),
      [true],
      'delete',
    );
  },

  'a refused delete is retried after a reading from the beginning as well': async (subject) => {
    await subject.pull({ ...record, stamp: stampAt(10), row: { id: 'a', n: 1 } });
    await subject.driver.delete('todos', 'a');
    const id = await refuse(subject, { ...record, stamp: stampAt(20), deleted: true });
    await subject.commit({ reset: { offer: null, adopt: false, cursor: 'e:1' }, cursor: null });
    await rejects(subject.store.retryDeadLetter(id), 'reread_pending', 'under way');
    await subject.commit({ cursor: 'e:5', complete: true });
    await subject.store.retryDeadLetter(id);
    equal([await letters(subject), (await subject.outbox()).pending], [0, 1], 'read to the end');
  },

  'a refused edit is retried whether its record is read again or not': async (subject) => {
    const id = await refusedEdit(subject);
    await subject.driver.update('todos', 'a', { m: 2 });
    await subject.pull({ ...record, stamp: stampAt(30), patch: true, row: { n: 3 } });
    equal((await subject.outbox()).rereads, [record], 'rereads');
    await subject.store.retryDeadLetter(id);
    equal([await letters(subject), (await subject.outbox()).pending], [0, 2], 'retried');
  },

  'a letter that is discarded has its record read again': async (subject) => {
    const id = await refusedEdit(subject);
    await subject.store.discardDeadLetter(id);
    equal([await letters(subject), (await subject.outbox()).rereads], [0, [record]], 'left');
    equal((await subject.outbox()).pending, 0, 'pending');
  },

  'letters keep their numbers when others are gone': async (subject) => {
    await subject.store.discardDeadLetter(await refusedEdit(subject));
    await subject.driver.put('todos', { id: 'b' });
    const change = { table: 'todos', id: '"b"', stamp: stampAt(20), row: { id: 'b' } };
    const first = await refuse(subject, change);
    await subject.driver.put('todos', { id: 'b', n: 1 });
    await refuse(subject, change);
    await subject.store.discardDeadLetter(first);
    equal(await letters(subject), 1, 'letters');
  },

  'a letter that is not there is bad input': async (subject) => {
    await rejects(subject.store.retryDeadLetter(7), 'bad_input', 'retry');
    await rejects(subject.store.discardDeadLetter(7), 'bad_input', 'discard');
  },

  'a write on the app’s behalf is recorded like its own': async (subject) => {
    const { store, driver } = subject;
    await store.write({ ...record, row: { id: 'a', n: 1, m: 1 } });
    await subject.acknowledge(await subject.writes());
    await store.write({ ...record, row: { n: 2 }, patch: true });
    await store.write({ ...record, row: { id: 'a', n: 2, m: 3 } });
    await store.write({ ...record, row: { id: 'a', n: 2, m: 3 } });
    equal(await driver.get('todos', 'a'), { id: 'a', n: 2, m: 3 }, 'row');
    await store.write({ ...record, deleted: true });
    equal(await driver.get('todos', 'a'), undefined, 'deleted');
    const said = (await subject.writes()).map(({ columns: { deleted, fields } }) =>
      deleted ? 'delete' : [...fields.keys()].join(),
    );
    equal(said, ['n', 'm', 'delete'], 'log');
    await store.write({ table: 'notes', id: '7', row: { '$tm:date': { '$tm:date': 5 } } });
    const [date] = Object.values((await driver.get('notes', 7)) ?? {}).filter(
      (v) => v instanceof Date,
    );
    equal(date, new Date(5), 'tagged form');
  },

  'a write to a table that is not synced is refused': async (subject) => {
    const write = subject.store.write({ table: 'nowhere', id: '1', row: {} });
    await rejects(write, 'table_unsupported', 'write');
  },
};
