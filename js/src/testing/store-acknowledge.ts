// Contract: what leaves the log, when, and what stays; and who may commit.

import type { PendingWrite } from '../stores/store.js';
import { stampAt } from './clock.js';
import { equal, rejects } from './contract.js';
import type { StoreTests } from './store-contract.js';

const names = (writes: readonly PendingWrite[]) => writes.map(({ id }) => id);

export const acknowledgeTests: StoreTests = {
  'what was sent leaves the log': async (subject) => {
    await subject.driver.put('todos', { id: 'a' });
    const { pending } = await subject.acknowledge(await subject.writes());
    equal([pending, names(await subject.writes())], [0, []], 'left');
  },

  'an edit made during a push survives its acknowledgement': async (subject) => {
    await subject.driver.put('todos', { id: 'a', n: 1 });
    const sent = await subject.writes();
    await subject.driver.update('todos', 'a', { n: 2 });
    const { pending } = await subject.acknowledge(sent);
    equal([pending, names(await subject.writes())], [1, ['"a"']], 'left');
  },

  'a part of a transaction leaves, and the rest keeps stamps and name': async (subject) => {
    const { driver } = subject;
    const ids = ['a', 'b', 'c', 'd'];
    await driver.transaction(ids.map((id) => () => driver.put('todos', { id })));
    const sent = await subject.writes();
    await subject.acknowledge([sent[0], sent[2]] as PendingWrite[]);
    const left = await subject.writes();
    equal(names(left), ['"b"', '"d"'], 'left');
    equal(
      left.map((w) => w.columns.register),
      [sent[1], sent[3]].map((w) => w?.columns.register),
      'stamps',
    );
    equal(
      left.map((w) => w.transaction),
      [sent[1], sent[3]].map((w) => w?.transaction),
      'name',
    );
    await subject.acknowledge([sent[0], sent[3]] as PendingWrite[]);
    equal(names(await subject.writes()), ['"b"'], 'an acknowledgement twice');
  },

  'needFull makes the write whole, at its stamp': async (subject) => {
    await subject.driver.put('todos', { id: 'a', n: 1 });
    await subject.acknowledge(await subject.writes());
    await subject.driver.update('todos', 'a', { n: 2 });
    const [patch] = await subject.writes();
    await subject.acknowledge([patch as PendingWrite], 'needFull');
    const [whole] = await subject.writes();
    equal(whole?.columns.base, patch?.columns.register, 'base');
    equal(whole?.columns.fields.size, 0, 'fields');
  },

  'a creation says so until it is sent': async (subject) => {
    const { driver, store } = subject;
    await driver.transaction(['a', 'b'].map((id) => () => driver.put('todos', { id })));
    await driver.put('todos', { id: 'c' });
    const [first, , third] = (await subject.writes()) as [PendingWrite, PendingWrite, PendingWrite];
    await store.sending([first, third]);
    const said = (await subject.writes()).map(({ create, sent = false }) => [create, sent]);
    equal(
      said,
      [
        [false, true],
        [true, false],
        [false, true],
      ],
      'create, sent',
    );
    await subject.acknowledge([first, third], 'later');
    equal(
      (await subject.writes()).map(({ id, create }) => [id, create]),
      [
        ['"b"', true],
        ['"a"', false],
        ['"c"', false],
      ],
      'put off',
    );
  },

  'a write that is put off goes behind the others, and is otherwise the same': async (subject) => {
    const { driver } = subject;
    const ids = ['a', 'b', 'c'];
    await driver.transaction(ids.map((id) => () => driver.put('todos', { id })));
    const [a, b, c] = (await subject.writes()) as [PendingWrite, PendingWrite, PendingWrite];
    const { pending } = await subject.acknowledge([b], 'later');
    equal([pending, names(await subject.writes())], [3, ['"a"', '"c"', '"b"']], 'order');
    const [, , off] = await subject.writes();
    equal([off?.columns.register, off?.transaction], [b.columns.register, b.transaction], 'same');
    await subject.acknowledge([a, c, off as PendingWrite]);
    equal((await subject.outbox()).pending, 0, 'acknowledged in the end');
  },

  'restamping goes by what was written first, not by what was put off': async (subject, clock) => {
    await subject.driver.put('todos', { id: 'a', n: 1 });
    await subject.acknowledge(await subject.writes(), 'later');
    await subject.driver.update('todos', 'a', { n: 2 });
    const [first] = await subject.writes();
    await subject.acknowledge([first as PendingWrite], 'later');
    await subject.store.restamp((_, count) => clock.reserve(count));
    const [patch, whole] = await subject.writes();
    equal([patch?.columns.base, whole?.columns.base !== null], [null, true], 'order of the log');
    equal((patch?.columns.register ?? '') > (whole?.columns.register ?? ''), true, 'of the stamps');
  },

  'restamping does not go by the stamps of a clock that was set back': async (subject, clock) => {
    const { driver, store } = subject;
    await driver.put('todos', { id: 'a', n: 1 });
    clock.setBack(500_000);
    await driver.update('todos', 'a', { n: 2 });
    await driver.update('todos', 'a', { n: 3, m: 1 });
    await subject.acknowledge((await subject.writes()).slice(0, 2), 'later');
    await subject.acknowledge((await subject.writes()).slice(1, 2), 'later');
    await store.restamp((_, count) => clock.reserve(count));
    const writes = await subject.writes();
    const said = writes.map(({ columns: { base, fields } }) =>
      base === null ? [...fields.keys()].sort().join() : 'whole',
    );
    equal(said, ['m,n', 'n', 'whole'], 'order of the log');
    const stamps = writes.map(({ columns }) => columns.register);
    equal(stamps, [...stamps].sort().reverse(), 'order of the stamps');
  },

  'a refused write becomes a dead letter and blocks nothing': async (subject) => {
    await subject.driver.put('todos', { id: 'a' });
    await subject.driver.put('todos', { id: 'b' });
    const [write] = await subject.writes();
    const change = { table: 'todos', id: '"a"', stamp: stampAt(1), row: { id: 'a' } };
    const refusal = {
      outcome: 'rejected',
      code: 'forbidden',
      message: 'no',
      retryable: false,
    } as const;
    await subject.commit({
      acknowledged: [{ write: write as PendingWrite, result: 'dead', refusal, change }],
    });
    equal(names(await subject.writes()), ['"b"'], 'left');
    const [letter] = await subject.store.deadLetters();
    equal([letter?.change, letter?.code, letter?.message], [change, 'forbidden', 'no'], 'letter');
    equal(typeof letter?.at, 'number', 'at');
  },

  'restamping keeps order, places and transactions': async (subject, clock) => {
    const { driver } = subject;
    await driver.transaction(['a', 'b'].map((id) => () => driver.put('todos', { id })));
    await driver.delete('todos', 'a');
    const before = await subject.writes();
    await subject.store.restamp((_, count) => clock.reserve(count));
    const after = await subject.writes();
    equal(names(after), names(before), 'records');
    equal(
      after.every((w, i) => w.columns.register > (before[i] as PendingWrite).columns.register),
      true,
      'later',
    );
    equal(after[0]?.transaction === after[1]?.transaction, true, 'together');
    equal(after[1]?.transaction === after[2]?.transaction, false, 'apart');
    await subject.acknowledge(before);
    equal((await subject.outbox()).pending, 0, 'an answer to the old stamps still counts');
  },

  'a commit of an earlier term is refused and changes nothing': async (subject) => {
    await subject.driver.put('todos', { id: 'a' });
    const writes = await subject.writes();
    await subject.store.lead();
    await rejects(subject.acknowledge(writes), 'closed', 'commit');
    await rejects(
      subject.pull({ table: 'todos', id: '"x"', stamp: stampAt(1), row: {} }),
      'closed',
      'pull',
    );
    equal((await subject.outbox()).pending, 1, 'pending');
    equal(await subject.driver.get('todos', 'x'), undefined, 'row');
  },

  'cursor, clock and offset are saved with the page': async (subject) => {
    await subject.commit({ cursor: 'e:7', clock: stampAt(5), offsetMs: -12 });
    await subject.commit({ clock: stampAt(6), offsetMs: 3 });
    const { cursor, clock, offsetMs, tables } = await subject.store.load();
    equal([cursor, clock, offsetMs], ['e:7', stampAt(6), 3], 'state');
    equal(tables, { todos: 'field', notes: 'record' }, 'tables');
  },

  'a commit that fails half-way changes nothing': async (subject) => {
    await subject.driver.put('todos', { id: 'a', n: 1 });
    await subject.commit({ cursor: 'e:1' });
    const [write] = await subject.writes();
    const good = { table: 'notes', id: '"b"', stamp: stampAt(9), row: { id: 'b' } };
    const bad = { table: 'todos', id: '"c"', stamp: stampAt(9), row: { at: { '$tm:bogus': 1 } } };
    const acknowledged = [{ write: write as PendingWrite, result: 'sent' as const }];
    await rejects(
      subject.commit({ acknowledged, changes: [good, bad], cursor: 'e:2' }),
      'bad_reply',
      'bad page',
    );
    equal((await subject.outbox()).pending, 1, 'pending');
    equal(await subject.driver.get('notes', 'b'), undefined, 'row');
    equal((await subject.store.load()).cursor, 'e:1', 'cursor');
  },
};
