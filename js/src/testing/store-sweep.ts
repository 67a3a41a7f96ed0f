// Contract: reading everything again ends with a sweep of what the hub no longer has.
import type { PendingWrite } from '../stores/store.js';
import type { Change } from '../wire.js';
import { stampAt } from './clock.js';
import { equal } from './contract.js';
import type { StoreTests } from './store-contract.js';
import type { Subject } from './store-driver.js';

const whole = (id: string, table = 'todos'): Change => {
  return { table, id: JSON.stringify(id), stamp: stampAt(10), row: { id } };
};
const reset = (subject: Subject) =>
  subject.commit({ reset: { offer: null, adopt: false, cursor: 'e:1' }, cursor: null });

/** Which of these records are here. */
async function here(subject: Subject, ...ids: string[]): Promise<string> {
  const rows = await Promise.all(ids.map((id) => subject.driver.get('todos', id)));
  return ids.filter((_, i) => rows[i] !== undefined).join('');
}

export const sweepTests: StoreTests = {
  'what no page showed is removed at the end': async (subject) => {
    await subject.pull(whole('a'), whole('b'), whole('c'), whole('a', 'notes'));
    await reset(subject);
    await subject.commit({ changes: [whole('a')], cursor: 'e:5', after: null });
    equal(await here(subject, 'a', 'b', 'c'), 'abc', 'nothing before the end');
    const last = { changes: [whole('c')], cursor: 'e:9', after: 'e:5', complete: true };
    const { sweeping, cursor } = await subject.commit(last);
    equal([sweeping, cursor], [false, 'e:9'], 'state');
    equal(await here(subject, 'a', 'b', 'c'), 'ac', 'todos');
    equal(await subject.driver.get('notes', 'a'), undefined, 'notes');
    equal((await subject.outbox()).pending, 0, 'no deletes are recorded');
  },

  'what is pending, and what was refused, stays': async (subject) => {
    await subject.pull(whole('a'), whole('b'), whole('c'));
    await subject.driver.update('todos', 'b', { n: 1 });
    const [write] = (await subject.writes()) as [PendingWrite];
    await subject.commit({ acknowledged: [{ write, result: 'dead', change: whole('b') }] });
    await subject.driver.update('todos', 'a', { n: 1 });
    await reset(subject);
    await subject.commit({ cursor: 'e:5', complete: true });
    equal(await here(subject, 'a', 'b', 'c'), 'ab', 'left');
  },

  'a key that the database has no place for holds no reading up': async (subject) => {
    const odd = { table: 'todos', id: '["a",1]', stamp: stampAt(10) };
    const changes = [{ ...odd, row: { id: ['a', 1] } }, whole('b')];
    await subject.commit({ changes, journal: [odd], seq: 5, cursor: 'e:5' });
    await subject.commit({ reset: { offer: 0, adopt: false, cursor: 'e:5' }, cursor: null });
    const last = { changes, cursor: 'f:5', complete: true };
    equal((await subject.commit(last)).sweeping, false, 'sweeping');
    equal(await here(subject, 'b'), 'b', 'left');
    equal(await subject.store.recordState('todos', '["b",1]'), 'synced', 'of another');
  },

  'without a reset nothing is swept': async (subject) => {
    await subject.pull(whole('a'));
    await subject.commit({ changes: [whole('b')], cursor: 'e:5', complete: true });
    equal(await here(subject, 'a', 'b'), 'ab', 'left');
  },

  'a page that answers an old cursor ends no reading': async (subject) => {
    await subject.pull(whole('a'));
    await reset(subject);
    const late = { changes: [whole('b')], cursor: 'e:6', after: 'e:1', complete: true };
    equal((await subject.commit(late)).sweeping, true, 'sweeping');
    equal(await here(subject, 'a', 'b'), 'ab', 'left');
    equal((await subject.store.load()).cursor, null, 'cursor');
  },

  'the next reset forgets what the reading before it showed': async (subject) => {
    await subject.pull(whole('a'), whole('b'));
    await reset(subject);
    await subject.commit({ changes: [whole('a')], cursor: 'e:5' });
    await reset(subject);
    await subject.commit({ changes: [whole('b')], cursor: 'f:5', complete: true });
    equal(await here(subject, 'a', 'b'), 'b', 'left');
  },

  'what was to be read again has been read at the end': async (subject) => {
    await subject.pull({
      table: 'todos',
      id: '"x"',
      stamp: stampAt(9),
      patch: true,
      row: { n: 1 },
    });
    await reset(subject);
    equal((await subject.commit({ cursor: 'e:4' })).rereads, 1, 'under way');
    equal((await subject.commit({ cursor: 'e:5', complete: true })).rereads, 0, 'at the end');
    equal((await subject.outbox()).rereads, [], 'asked for');
  },

  'a record that met pending writes is read again, even at the end': async (subject) => {
    const record = { table: 'todos', id: '"a"' };
    await subject.pull(whole('a'), whole('b'));
    await reset(subject);
    await subject.driver.update('todos', 'a', { n: 1 });
    const changes = [whole('a'), whole('b')];
    equal((await subject.commit({ changes, cursor: 'e:5' })).rereads, 1, 'met');
    const end = await subject.commit({ cursor: 'e:6', complete: true });
    equal([end.sweeping, end.rereads], [false, 1], 'at the end');
    equal((await subject.outbox()).rereads, [record], 'asked for');
    equal((await subject.commit({ records: [whole('a')] })).rereads, 1, 'met again');
    const absent = { ...record, stamp: stampAt(0), absent: true as const };
    equal((await subject.commit({ records: [absent] })).rereads, 0, 'nothing was met');
    const patch = { ...record, stamp: stampAt(20), patch: true as const, row: { m: 1 } };
    equal((await subject.pull(patch)).rereads, 1, 'a patch');
    const acknowledged = (await subject.writes()).map((write) => ({
      write,
      result: 'sent' as const,
    }));
    equal((await subject.commit({ acknowledged, records: [whole('a')] })).rereads, 0, 'clean');
    equal(await subject.driver.get('todos', 'a'), { id: 'a' }, 'taken as it is');
  },

  'the state says that it has yet to sweep': async (subject) => {
    equal((await subject.store.load()).sweeping, false, 'at first');
    await reset(subject);
    equal((await subject.store.load()).sweeping, true, 'after a reset');
    await subject.commit({ cursor: 'e:5', complete: true });
    equal((await subject.store.load()).sweeping, false, 'at the end');
  },
};
