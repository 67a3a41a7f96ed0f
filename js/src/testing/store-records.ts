// Contract: what a store records of the app's writes.
import type { NewWrites } from '../stores/store.js';
import { equal } from './contract.js';
import type { StoreTests } from './store-contract.js';
import { recordsIn, type Subject } from './store-driver.js';

/** What a write says, without its stamps. */
async function said(subject: Subject) {
  return (await subject.writes()).map(({ table, id, columns, create }) => ({
    table,
    id,
    create,
    kind: columns.deleted ? 'delete' : columns.base === null ? 'patch' : 'whole',
    fields: [...columns.fields.keys()].sort(),
  }));
}

const milk = { id: 'm', title: 'Milk', done: 0 };
const whole = { table: 'todos', id: '"m"', create: false, kind: 'whole', fields: [] };

export const recordTests: StoreTests = {
  'a new row is a whole write that creates': async (subject) => {
    await subject.driver.put('todos', milk);
    equal(await said(subject), [{ ...whole, create: true }], 'writes');
    const { rows, pending } = await subject.outbox();
    equal(rows.get('todos')?.get('"m"'), milk, 'row');
    equal(pending, 1, 'pending');
  },

  'a put over a row records the fields that changed': async (subject) => {
    await subject.driver.put('todos', milk);
    await subject.acknowledge(await subject.writes());
    await subject.driver.put('todos', { id: 'm', title: 'Oat milk', list: 'home' });
    equal(
      await said(subject),
      [{ ...whole, kind: 'patch', fields: ['done', 'list', 'title'] }],
      'fields',
    );
  },

  'a put that changes nothing records nothing': async (subject) => {
    await subject.driver.put('todos', milk);
    await subject.acknowledge(await subject.writes());
    await subject.driver.put('todos', { ...milk });
    equal(await said(subject), [], 'writes');
  },

  'an update records its fields': async (subject) => {
    await subject.driver.put('todos', milk);
    await subject.driver.update('todos', 'm', { done: 1 });
    equal((await said(subject))[1], { ...whole, kind: 'patch', fields: ['done'] }, 'write');
  },

  'every write in a record table is whole': async (subject) => {
    await subject.driver.put('notes', milk);
    await subject.driver.put('notes', { ...milk, done: 1 });
    equal(
      (await said(subject)).map(({ kind }) => kind),
      ['whole', 'whole'],
      'kinds',
    );
  },

  'a delete is recorded, and leaves no row': async (subject) => {
    await subject.driver.put('todos', milk);
    await subject.driver.delete('todos', 'm');
    equal((await said(subject))[1], { ...whole, kind: 'delete' }, 'write');
    equal((await subject.outbox()).rows.get('todos')?.has('"m"') ?? false, false, 'row');
  },

  'stamps rise with the log': async (subject) => {
    for (let i = 0; i < 5; i++) await subject.driver.put('todos', { ...milk, done: i });
    const stamps = (await subject.writes()).map(({ columns }) => columns.register);
    equal([...stamps].sort(), stamps, 'order');
    equal(new Set(stamps).size, 5, 'distinct');
    equal((await subject.store.load()).newest, stamps[4], 'newest');
  },

  'writes of one transaction have one name': async (subject) => {
    const { driver } = subject;
    await driver.transaction([
      () => driver.put('todos', milk),
      () => driver.put('notes', { id: 'n' }),
    ]);
    await driver.put('todos', { id: 'other' });
    const names = (await subject.writes()).map(({ transaction }) => transaction);
    equal([names[0] === names[1], names[1] === names[2]], [true, false], 'names');
  },

  'the limit never cuts a transaction that is not the first': async (subject) => {
    const { driver } = subject;
    await driver.put('todos', milk);
    await driver.transaction(['a', 'b', 'c'].map((id) => () => driver.put('todos', { id })));
    const outbox = await subject.outbox(2);
    equal([outbox.writes.length, outbox.pending], [1, 4], 'first');
    await subject.acknowledge(outbox.writes);
    equal((await subject.outbox(2)).writes.length, 2, 'larger than the limit');
  },

  'what listeners hear of is counted up to its last entry': async (subject) => {
    const { store, driver } = subject;
    const heard: NewWrites[] = [];
    store.onWrite((writes) => heard.push(...writes));
    const { counted: before } = await store.load();
    await driver.put('todos', milk);
    await driver.transaction(['a', 'b', 'c'].map((id) => () => driver.put('todos', { id })));
    await new Promise((resolve) => setTimeout(resolve, 50));
    equal(
      heard.map(({ count }) => count),
      [1, 3],
      'heard',
    );
    const [first, second] = heard as [NewWrites, NewWrites];
    equal(before < first.entry && first.entry < second.entry, true, 'order');
    const { counted, writes } = await subject.outbox(1);
    equal(
      [counted, (await store.load()).counted].every((n) => n >= second.entry),
      true,
      'counted',
    );
    const rest = await subject.acknowledge(writes);
    equal([rest.pending, rest.counted >= second.entry], [3, true], 'after the first');
    await driver.put('todos', { id: 'later' });
    await new Promise((resolve) => setTimeout(resolve, 50));
    equal((heard[2]?.entry ?? 0) > rest.counted, true, 'what comes then is not counted');
  },

  'listeners hear of writes, until they no longer want to': async (subject) => {
    let heard = 0;
    const undo = subject.store.onWrite((writes) => (heard += recordsIn(writes)));
    await subject.driver.put('todos', milk);
    await new Promise((resolve) => setTimeout(resolve, 50));
    equal(heard, 1, 'heard');
    undo();
    await subject.driver.put('todos', { id: 'n' });
    await new Promise((resolve) => setTimeout(resolve, 50));
    equal(heard, 1, 'after the undo');
  },
};
