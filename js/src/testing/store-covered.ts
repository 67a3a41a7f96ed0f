// Contract: a pending write that the hub is shown to hold, or something later, is settled by that,
// and never stamped again.
import type { PendingWrite } from '../stores/store.js';
import { absentField } from '../values.js';
import type { Change } from '../wire.js';
import { stampAt } from './clock.js';
import { equal } from './contract.js';
import type { StoreTests } from './store-contract.js';
import type { Subject } from './store-driver.js';

const early = stampAt(10);
const late = stampAt(9_000_000_000);
const later = stampAt(9_000_000_001);
const record = { table: 'todos', id: '"a"' };
const whole = (stamp: string, row: object): Change => {
  return { ...record, stamp, row: { id: 'a', ...row } };
};
const patch = (stamp: string, row: object): Change => {
  return { ...record, stamp, patch: true, row: { ...row } };
};
const deleted = (stamp: string): Change => ({ ...record, stamp, deleted: true });
const read = (subject: Subject) => subject.driver.get('todos', 'a');

/** Pending writes by what they are: the fields of a patch, `whole`, or `delete`. */
async function left(subject: Subject): Promise<string[]> {
  return (await subject.writes()).map(({ columns: { deleted: is, base, fields } }) => {
    if (is) return 'delete';
    return base === null ? [...fields.keys()].sort().join() : 'whole';
  });
}

/** A record that the hub has, too, and pending writes of it; returns their stamps. */
async function written(
  subject: Subject,
  ...work: ((driver: Subject['driver']) => Promise<void>)[]
): Promise<string[]> {
  await subject.pull(whole(early, { n: 1, m: 1 }));
  for (const each of work) await each(subject.driver);
  return (await subject.writes()).map(({ columns }) => columns.register);
}
const set = (fields: object) => (driver: Subject['driver']) =>
  driver.update('todos', 'a', { ...fields });
const remove = (driver: Subject['driver']) => driver.delete('todos', 'a');

export const coveredTests: StoreTests = {
  'greater stamps settle a write, and what it lost is kept': async (subject) => {
    await written(subject, set({ n: 2 }));
    const { pending, losses } = await subject.pull(patch(late, { n: 3 }));
    equal([pending, losses, await read(subject)], [0, 1, { id: 'a', n: 3, m: 1 }], 'result');
    equal([await left(subject), (await subject.outbox()).pending], [[], 0], 'outbox');
    const { pending: loaded, newest } = await subject.store.load();
    equal([loaded, newest], [0, null], 'state');
    equal(await subject.store.recordState('todos', '"a"'), 'synced', 'record');
    equal(await subject.store.pendingRecords(), [], 'pending records');
  },

  'a write that came back as it was sent is settled: the answer was lost': async (subject) => {
    await subject.driver.put('todos', { id: 'a', n: 1 });
    await subject.store.sending(await subject.writes());
    const [stamp = ''] = (await subject.writes()).map(({ columns }) => columns.register);
    const { pending, losses } = await subject.pull(whole(stamp, { n: 1 }));
    equal([pending, losses, await left(subject)], [0, 0, []], 'a whole row');
    await subject.driver.put('todos', { id: 'a', m: 1 });
    const [at = ''] = (await subject.writes()).map(({ columns }) => columns.register);
    const { pending: now } = await subject.pull(patch(at, { n: absentField, m: 1 }));
    equal([now, await left(subject)], [0, []], 'a patch that removes a field');
    await subject.driver.delete('todos', 'a');
    const [last = ''] = (await subject.writes()).map(({ columns }) => columns.register);
    equal((await subject.pull(deleted(last))).pending, 0, 'a delete');
    equal(await read(subject), undefined, 'row');
  },

  'what is settled is not stamped again, nor in the way of what comes': async (subject, clock) => {
    const [stamp = ''] = await written(subject, set({ n: 2 }));
    await subject.pull(patch(stamp, { n: 2 }));
    await subject.store.restamp((_, count) => clock.reserve(count));
    equal(await left(subject), [], 'stamped again');
    // Clean: it takes the hub's state as it is.
    await subject.pull(patch(early, { n: 5 }));
    equal(await read(subject), { id: 'a', n: 5, m: 1 }, 'row');
  },

  'its record is read again all the same': async (subject) => {
    await written(subject, set({ n: 2 }));
    equal((await subject.pull(whole(late, { n: 3 }))).rereads, 1, 'asked for');
    equal((await subject.commit({ records: [whole(late, { n: 3 })] })).rereads, 0, 'answered');
  },

  'an equal stamp with another value settles nothing: a copy wrote it': async (subject) => {
    const [stamp = ''] = await written(subject, set({ n: 2, m: 2 }));
    await subject.pull(patch(stamp, { n: 9, m: 2 }));
    equal([await left(subject), await read(subject)], [['m,n'], { id: 'a', n: 9, m: 2 }], 'field');
    await subject.pull(deleted(stamp));
    equal(await left(subject), ['m,n'], 'a delete');
    await subject.driver.put('todos', { id: 'a', n: 3 });
    await subject.acknowledge(await subject.writes());
    await remove(subject.driver);
    const [at = ''] = (await subject.writes()).map(({ columns }) => columns.register);
    await subject.pull(whole(at, { n: 1 }));
    equal(await left(subject), ['delete'], 'a row');
  },

  'an equal stamp with a field that the other has not settles nothing': async (subject) => {
    await subject.driver.put('todos', { id: 'a', n: 1 });
    const [stamp = ''] = (await subject.writes()).map(({ columns }) => columns.register);
    await subject.pull(whole(stamp, { n: 1, m: 1 }));
    equal(await left(subject), ['whole'], 'more');
    await subject.pull(whole(stamp, {}));
    equal(await left(subject), ['whole'], 'less');
  },

  'a field that the change does not mention is not settled': async (subject) => {
    await written(subject, set({ n: 2, m: 2 }));
    const { pending } = await subject.pull(patch(late, { n: 3 }));
    equal([pending, await left(subject)], [1, ['m,n']], 'a patch of a part');
    equal(await read(subject), { id: 'a', n: 3, m: 2 }, 'row');
    await subject.pull({ ...whole(early, { n: 4, m: 4 }), fields: { n: later } });
    equal([await left(subject), await read(subject)], [['m,n'], { id: 'a', n: 4, m: 2 }], 'whole');
    await subject.pull(whole(later, { n: 4, m: 5 }));
    equal([await left(subject), await read(subject)], [[], { id: 'a', n: 4, m: 5 }], 'all of it');
  },

  'a whole row is settled by a whole one only: it wrote every field': async (subject) => {
    await subject.driver.put('todos', { id: 'a', n: 1 });
    await subject.pull(patch(late, { id: 'a', n: 2 }));
    equal([await left(subject), await read(subject)], [['whole'], { id: 'a', n: 2 }], 'a patch');
    await subject.pull({ ...whole(early, { n: 3 }), fields: { id: later, n: later } });
    equal([await left(subject), await read(subject)], [['whole'], { id: 'a', n: 3 }], 'base');
    await subject.pull(whole(later, { m: 1 }));
    equal([await left(subject), await read(subject)], [[], { id: 'a', m: 1 }], 'whole');
  },

  'an edit is not settled by a delete, nor a delete by an older edit': async (subject) => {
    await written(subject, set({ n: 2 }));
    equal((await subject.pull(deleted(late))).pending, 1, 'an edit');
    await subject.acknowledge(await subject.writes());
    await subject.pull(whole(late, { n: 1 }));
    await remove(subject.driver);
    await subject.pull(whole(early, { n: 4 }));
    equal([await left(subject), await read(subject)], [['delete'], undefined], 'a delete');
    equal((await subject.pull(deleted(late))).pending, 0, 'a delete by a later one');
  },

  'one of two writes is settled, the other stays as it is': async (subject) => {
    const [first = '', second = ''] = await written(subject, set({ n: 2 }), set({ m: 2 }));
    await subject.pull(patch(first, { n: 2 }));
    const writes = await subject.writes();
    equal(
      writes.map(({ columns }) => [columns.register, [...columns.fields.keys()]]),
      [[second, ['m']]],
      'left',
    );
    await subject.acknowledge(writes);
    equal((await subject.outbox()).pending, 0, 'acknowledged like any other');
  },

  'a write whose value was written over since is settled by its echo': async (subject) => {
    const [first = ''] = await written(subject, set({ n: 2 }), set({ n: 3 }));
    equal((await subject.pull(patch(first, { n: 2 }))).pending, 1, 'the first');
    equal(await read(subject), { id: 'a', n: 3, m: 1 }, 'the second is shown');
    await subject.acknowledge(await subject.writes());
    await subject.driver.put('todos', { id: 'a' });
    const [put = ''] = (await subject.writes()).map(({ columns }) => columns.register);
    await remove(subject.driver);
    await subject.pull(patch(put, { n: absentField, m: absentField }));
    equal([await left(subject), await read(subject)], [['delete'], undefined], 'the delete stays');
  },

  'what a settled delete took with it is settled, too': async (subject) => {
    const [edit = ''] = await written(subject, set({ n: 2 }), remove, (driver) =>
      driver.put('todos', { id: 'a', m: 3 }),
    );
    const between = stampAt(Number.parseInt(edit.slice(0, 12), 16) + 1_500);
    await subject.pull({ ...whole(early, { n: 5 }), fields: { k: between } });
    // The edit's value is gone: what is shown of its field is the hub's, and not to be sent.
    equal(await left(subject), ['whole'], 'left');
    equal(await read(subject), { id: 'a', m: 3 }, 'row');
  },

  'writes of one transaction are settled one by one': async (subject) => {
    const { driver } = subject;
    const ids = ['a', 'b', 'c'];
    await driver.transaction(ids.map((id) => () => driver.put('todos', { id })));
    const before = await subject.writes();
    const echo = (i: number, id: string): Change => {
      const { columns } = before[i] as PendingWrite;
      return { table: 'todos', id: JSON.stringify(id), stamp: columns.register, row: { id } };
    };
    const { pending } = await subject.pull(echo(1, 'b'));
    const after = await subject.writes();
    equal([pending, after.map(({ id }) => id)], [2, ['"a"', '"c"']], 'left');
    equal(after[0]?.transaction === after[1]?.transaction, true, 'still together');
    await subject.pull(echo(0, 'a'), echo(2, 'c'));
    equal((await subject.outbox()).pending, 0, 'all');
  },

  'a record that was asked for settles, and the page behind it meets a clean one': async (
    subject,
  ) => {
    const [stamp = ''] = await written(subject, set({ n: 2 }));
    const { pending, missing } = await subject.commit({
      records: [whole(stamp, { n: 2, m: 1 })],
      changes: [patch(early, { n: 7 })],
    });
    equal([pending, missing, await read(subject)], [0, 0, { id: 'a', n: 7, m: 1 }], 'result');
  },

  'a row kept aside goes with the writes that it was kept for': async (subject) => {
    await written(subject, set({ n: 2 }));
    await subject.pull(deleted(late));
    equal((await subject.outbox()).rows.get('todos')?.get('"a"')?.n, 2, 'aside');
    equal((await subject.pull(whole(later, { n: 5 }))).pending, 0, 'settled');
    equal(await read(subject), { id: 'a', n: 5 }, 'row');
    await remove(subject.driver);
    const { writes, rows } = await subject.outbox();
    equal([writes.length, rows.get('todos')?.has('"a"') ?? false], [1, false], 'no row aside');
  },

  'what was adopted or offered is settled like any other': async (subject) => {
    const b: Change = { table: 'todos', id: '"b"', stamp: stampAt(21), row: { id: 'b' } };
    const journal = [{ ...record, stamp: stampAt(20) }];
    const changes = [whole(stampAt(20), { n: 1 })];
    await subject.commit({ changes, journal, seq: 2, cursor: 'e:2' });
    await subject.pull(b);
    await subject.commit({ reset: { offer: 0, adopt: true, cursor: 'e:9' }, cursor: null });
    const { adopted, pending } = await subject.store.load();
    equal([adopted, pending], [1, 2], 'before');
    equal((await subject.pull(whole(stampAt(20), { n: 1 }), b)).pending, 0, 'pending');
    equal((await subject.store.load()).adopted, 0, 'adopted');
  },

  'a delete of another device that is offered and settled takes no edit with it': async (
    subject,
  ) => {
    await written(subject, set({ n: 2 }));
    const changes = [deleted(late)];
    await subject.commit({ changes, journal: changes, seq: 2, cursor: 'e:2' });
    await subject.commit({ reset: { offer: 1, adopt: false, cursor: 'e:2' }, cursor: null });
    equal(await left(subject), ['delete', 'n'], 'offered');
    equal((await subject.pull(deleted(late))).pending, 1, 'settled');
    const { rows } = await subject.outbox();
    equal([await left(subject), rows.get('todos')?.get('"a"')?.n], [['n'], 2], 'still to be sent');
  },

  'a commit that fails settles nothing': async (subject) => {
    await written(subject, set({ n: 2 }));
    const bad = { table: 'todos', id: '"c"', stamp: late, row: { at: { '$tm:bogus': 1 } } };
    await subject.pull(patch(late, { n: 3 }), bad).catch(() => {});
    equal([await left(subject), await read(subject)], [['n'], { id: 'a', n: 2, m: 1 }], 'left');
  },
};
