// Contract: where the limit of an outbox cuts the log, a row goes with the stamps of all that was
// written to it; what the limit leaves stays in the log as it is.
import type { Outbox, PendingWrite } from '../stores/store.js';
import type { Change } from '../wire.js';
import { stampAt } from './clock.js';
import { equal } from './contract.js';
import type { StoreTests } from './store-contract.js';
import type { Subject } from './store-driver.js';

const early = stampAt(10);
const record = { table: 'todos', id: '"a"' };
const row = { id: 'a', n: 1, m: 1 };

/** A record that the hub has, too, and edits of it, a transaction each; returns their stamps. */
async function edited(subject: Subject, ...edits: object[]): Promise<string[]> {
  await subject.pull({ ...record, stamp: early, row });
  for (const fields of edits) await subject.driver.update('todos', 'a', { ...fields });
  return stamps(await subject.writes());
}

const stamps = (writes: readonly PendingWrite[]) => writes.map(({ columns }) => columns.register);

/** What writes say: `delete`, or their fields with `whole` for a base, as places in `all`. */
function said({ writes }: Pick<Outbox, 'writes'>, all: readonly string[]): string[] {
  return writes.map(({ columns: { deleted, base, fields, register } }) => {
    if (deleted) return `delete ${all.indexOf(register)}`;
    const named = [...fields].sort().map(([name, at]) => `${name} ${all.indexOf(at)}`);
    return [...(base === null ? [] : [`whole ${all.indexOf(base)}`]), ...named].join();
  });
}
const own = async (subject: Subject, all: readonly string[]) => said(await subject.outbox(), all);
const first = async (subject: Subject) => {
  const [write] = (await subject.outbox(1)).writes;
  return write as PendingWrite;
};

export const carriedTests: StoreTests = {
  'a row goes with the stamps of what the limit leaves': async (subject) => {
    const all = await edited(subject, { n: 2 }, { m: 2 }, { n: 3 });
    const outbox = await subject.outbox(1);
    equal([said(outbox, all), outbox.pending], [['m 1,n 2'], 3], 'carried');
    const [write] = outbox.writes;
    equal(write?.columns.register, all[2], 'register');
    equal(stamps(write?.carries ?? []), all.slice(1), 'what it carries');
    equal(outbox.rows.get('todos')?.get('"a"'), { id: 'a', n: 3, m: 2 }, 'row');
    equal(await own(subject, all), ['n 0', 'm 1', 'n 2'], 'the log');
  },

  'only the last write of a record carries, and only what is of its record': async (subject) => {
    const { driver } = subject;
    await edited(subject);
    const edits = [{ n: 2 }, { m: 2 }].map((each) => () => driver.update('todos', 'a', each));
    await driver.transaction(edits);
    await driver.put('notes', { id: 'a' });
    await driver.put('todos', { id: 'b' });
    await driver.update('todos', 'a', { k: 2 });
    const all = stamps(await subject.writes());
    const outbox = await subject.outbox(2);
    equal(said(outbox, all), ['n 0', 'k 4,m 1'], 'carried');
    equal([...outbox.rows.keys()], ['todos'], 'rows');
    const whole = await subject.outbox();
    equal(said(whole, all), ['n 0', 'm 1', 'whole 2', 'whole 3', 'k 4'], 'without a limit');
    equal(
      whole.writes.filter(({ carries }) => carries !== undefined),
      [],
      'nothing carries',
    );
  },

  'a transaction that the limit cuts is left, and its stamps are carried': async (subject) => {
    const { driver } = subject;
    await edited(subject, { n: 2 });
    await driver.transaction([
      () => driver.update('todos', 'a', { m: 2 }),
      () => driver.put('todos', { id: 'b' }),
    ]);
    const all = stamps(await subject.writes());
    equal(said(await subject.outbox(2), all), ['m 1,n 0'], 'carried');
    await subject.acknowledge((await subject.outbox(2)).writes);
    const { writes } = await subject.outbox(2);
    equal(said({ writes }, all), ['m 1', 'whole 2'], 'left');
    equal(writes[0]?.transaction === writes[1]?.transaction, true, 'together');
  },

  'what is carried is not acknowledged, and sent again in its turn': async (subject) => {
    const all = await edited(subject, { n: 2 }, { m: 2 });
    const { pending } = await subject.acknowledge([await first(subject)]);
    equal([pending, await own(subject, all)], [1, ['m 1']], 'left');
    const last = await first(subject);
    equal(last.carries, undefined, 'carries');
    equal((await subject.acknowledge([last])).pending, 0, 'all');
  },

  'what is put off or asked for whole is so with its own stamps': async (subject) => {
    const all = await edited(subject, { n: 2 }, { m: 2 });
    await subject.acknowledge([await first(subject)], 'later');
    equal(await own(subject, all), ['m 1', 'n 0'], 'put off');
    equal(said({ writes: [await first(subject)] }, all), ['m 1,n 0'], 'carries what came before');
    await subject.acknowledge([await first(subject)], 'needFull');
    equal(await own(subject, all), ['whole 1', 'n 0'], 'asked for whole');
    equal(said({ writes: [await first(subject)] }, all), ['whole 1'], 'carried');
  },

  'a refusal makes a letter of what was sent, and the rest goes on': async (subject) => {
    const all = await edited(subject, { n: 2 }, { m: 2 });
    const write = await first(subject);
    equal(said({ writes: [write] }, all), ['m 1,n 0'], 'carried');
    const fields = { m: all[1] as string };
    const stamp = all[0] as string;
    const change: Change = { ...record, stamp, patch: true, row: { n: 2, m: 2 }, fields };
    await subject.commit({ acknowledged: [{ write, result: 'dead', change }] });
    equal(await own(subject, all), ['m 1'], 'left');
    const letters = await subject.store.deadLetters();
    equal(
      letters.map((letter) => letter.change),
      [change],
      'letters',
    );
  },

  'a delete that the limit leaves goes as a delete': async (subject) => {
    await edited(subject, { n: 2 });
    await subject.driver.delete('todos', 'a');
    const all = stamps(await subject.writes());
    const outbox = await subject.outbox(1);
    equal(said(outbox, all), ['delete 1'], 'carried');
    equal(outbox.rows.get('todos')?.has('"a"') ?? false, false, 'row');
    const [write] = outbox.writes as [PendingWrite];
    const change: Change = { ...record, stamp: all[1] as string, deleted: true };
    const taken = await subject.commit({ acknowledged: [{ write, result: 'sent', change }] });
    equal([taken.pending, taken.losses, taken.rereads], [1, 0, 0], 'taken');
    equal(await own(subject, all), ['delete 1'], 'left');
  },

  'a creation says so once, carried or in its turn': async (subject) => {
    const { driver, store } = subject;
    await driver.put('todos', { id: 'a', n: 1 });
    await driver.delete('todos', 'a');
    await driver.put('todos', { id: 'a', n: 2 });
    const all = stamps(await subject.writes());
    const write = await first(subject);
    equal([said({ writes: [write] }, all), write.create], [['whole 2'], true], 'before');
    await store.sending([write]);
    const flags = async () =>
      (await subject.writes()).map(({ create, sent = false }) => [create, sent]);
    equal(
      await flags(),
      [
        [false, true],
        [false, false],
        [false, true],
      ],
      'in the log',
    );
    const again = await first(subject);
    equal([again.create, again.sent], [false, true], 'again');
    equal(await own(subject, all), ['whole 0', 'delete 1', 'whole 2'], 'what they say');
  },

  'a write that carries a creation creates, and stays what it is': async (subject) => {
    await edited(subject, { n: 2 });
    await subject.driver.delete('todos', 'a');
    await subject.driver.put('todos', { id: 'a', n: 3 });
    const all = stamps(await subject.writes());
    const write = await first(subject);
    equal([write.create, said({ writes: [write] }, all)], [true, ['whole 2']], 'creates');
    await subject.store.sending([write]);
    equal(await own(subject, all), ['n 0', 'delete 1', 'whole 2'], 'the log');
    const flags = (await subject.writes()).map(({ create, sent = false }) => [create, sent]);
    equal(
      flags,
      [
        [false, false],
        [false, false],
        [false, true],
      ],
      'sent',
    );
    const again = await first(subject);
    equal([again.create, again.sent], [false, true], 'again: a refusal may let it say so');
  },

  'an offer carries what was written since, and stays an offer': async (subject) => {
    const journal = [{ ...record, stamp: early }];
    await subject.commit({ changes: [{ ...record, stamp: early, row }], journal, seq: 2 });
    await subject.driver.update('todos', 'a', { n: 2 });
    await subject.commit({ reset: { offer: 1, adopt: false, cursor: 'e:2' }, cursor: null });
    const all = [early, ...stamps(await subject.writes()).slice(1)];
    const write = await first(subject);
    equal([said({ writes: [write] }, all), write.offer], [['whole 0,n 1'], 'e:2'], 'carried');
    await subject.acknowledge([write]);
    equal(await own(subject, all), ['n 1'], 'left');
  },
};
