// Contract: what a store keeps of what the hub was known to hold, and offers to one that was
// restored.
import type { PendingWrite } from '../stores/store.js';
import type { Change, ChangeHead } from '../wire.js';
import { stampAt } from './clock.js';
import { equal } from './contract.js';
import type { StoreTests } from './store-contract.js';
import type { Subject } from './store-driver.js';

export const head = (id: string, ms: number, rest: Partial<ChangeHead> = {}): ChangeHead => {
  return { table: 'todos', id: JSON.stringify(id), stamp: stampAt(ms), ...rest };
};
export const whole = (id: string, ms: number, row: object = {}): Change => {
  return { ...head(id, ms), row: { id, ...row } } as Change;
};

/** A page as the client stores it: rows, and their heads in the journal. */
export async function page(subject: Subject, seq: number, ...changes: Change[]): Promise<void> {
  const journal = changes.map(({ row = {}, ...rest }) =>
    rest.patch ? { ...rest, names: Object.keys(row) } : rest,
  );
  await subject.commit({ changes, journal, seq, cursor: `e:${seq}` });
}

export const reset = (subject: Subject, offer: number | null, adopt = false) =>
  subject.commit({ reset: { offer, adopt, cursor: 'e:9' }, cursor: null });

/** What is offered: the stamps as milliseconds, `base field=…`, or a delete. */
export async function offered(subject: Subject): Promise<string[]> {
  const ms = (stamp: string | null) => (stamp === null ? '-' : Number.parseInt(stamp, 16));
  return (await subject.writes())
    .filter(({ offer }) => offer !== undefined)
    .map(({ id, columns }) => {
      const fields = [...columns.fields].sort().map(([name, stamp]) => `${name}=${ms(stamp)}`);
      const what = columns.deleted
        ? `deleted ${ms(columns.register)}`
        : [ms(columns.base), ...fields].join(' ');
      return `${id} ${what}`;
    })
    .sort();
}

/** Two edited records, one of which is to be read again, as a lower stamp met its edit. */
async function contested(subject: Subject): Promise<void> {
  await page(subject, 2, whole('a', 20, { n: 1 }), whole('b', 21, { n: 1 }));
  for (const id of ['a', 'b']) await subject.driver.update('todos', id, { n: 2 });
  await page(subject, 3, { ...head('a', 500_000), patch: true, row: { n: 3 } } as Change);
  equal(
    (await subject.outbox()).rereads.map(({ id }) => id),
    ['"a"'],
    'to be read again',
  );
}

export const journalTests: StoreTests = {
  'what lies past the restored seq is offered, under its own stamps': async (subject) => {
    await page(subject, 1, whole('old', 10));
    await page(subject, 2, whole('a', 20, { n: 1 }), whole('b', 21));
    await page(subject, 3, { ...head('a', 30), patch: true, row: { n: 2 } } as Change);
    await page(subject, 4, { ...head('b', 40), deleted: true } as Change);
    const { sweeping, cursor, pending } = await reset(subject, 1);
    equal([sweeping, cursor, pending], [true, null, 2], 'state');
    equal(await offered(subject), ['"a" 20 n=30', '"b" deleted 40'], 'stamps');
    const { writes, rows } = await subject.outbox();
    equal(
      writes.map(({ offer, create }) => [offer, create]),
      [
        ['e:9', false],
        ['e:9', false],
      ],
      'offer',
    );
    equal(rows.get('todos')?.get('"a"'), { id: 'a', n: 2 }, 'the row as it is now');
  },

  'what was acknowledged is in the journal as well': async (subject) => {
    await subject.driver.put('todos', { id: 'a' });
    const [write] = (await subject.writes()) as [PendingWrite];
    const journal = [{ table: 'todos', id: '"a"', stamp: write.columns.register }];
    await subject.commit({ acknowledged: [{ write, result: 'sent' }], journal, seq: 5 });
    await reset(subject, 4);
    const [again] = await subject.writes();
    equal([again?.columns.base, again?.offer], [write.columns.register, 'e:9'], 'offered');
    await subject.acknowledge([again as PendingWrite]);
    equal((await subject.outbox()).pending, 0, 'acknowledged like any other');
  },

  'what a reset asks for leaves the journal': async (subject) => {
    await page(subject, 2, whole('a', 20));
    await reset(subject, 1);
    await subject.acknowledge(await subject.writes());
    await reset(subject, 0);
    equal(await offered(subject), [], 'offered');
  },

  'what every backup holds is not kept': async (subject) => {
    await page(subject, 2, whole('a', 20));
    await page(subject, 3, whole('b', 30));
    const journal = [head('c', 40)];
    await subject.commit({ changes: [whole('c', 40)], journal, seq: 2, safe: 2 });
    await reset(subject, 0);
    equal(await offered(subject), ['"b" 30'], 'offered');
  },

  'what is safe after a reset says nothing of the journal before it': async (subject) => {
    await page(subject, 2, whole('a', 20));
    await subject.commit({ reset: { offer: 1, adopt: false, cursor: 'e:2' }, safe: 50 });
    equal(await offered(subject), ['"a" 20'], 'offered');
  },

  'a commit without a seq is not journaled': async (subject) => {
    await subject.commit({ changes: [whole('a', 20)], journal: [head('a', 20)] });
    await reset(subject, 0);
    equal(await offered(subject), [], 'offered');
  },

  'a reset that asks for nothing offers nothing': async (subject) => {
    await page(subject, 2, whole('a', 20));
    const { sweeping, cursor } = await reset(subject, null);
    equal([sweeping, cursor, await offered(subject)], [true, null, []], 'state');
  },

  'a reset holds even if the cursor moved meanwhile': async (subject) => {
    await page(subject, 2, whole('a', 20));
    const moved = { offer: 1, adopt: false, cursor: 'e:1' };
    await subject.commit({ reset: moved, cursor: null, after: 'e:1' });
    equal(await offered(subject), ['"a" 20'], 'offered');
  },

  'after a reset that adopts, all else is offered below it, and not swept': async (subject) => {
    await page(subject, 2, whole('a', 20), { ...whole('c', 22), table: 'notes' });
    await subject.pull(whole('b', 21), { ...whole('d', 23), table: 'notes' });
    await subject.driver.update('todos', 'a', { n: 1 });
    const { sweeping } = await reset(subject, 0, true);
    equal(sweeping, false, 'sweeping');
    equal(await offered(subject), ['"a" 20', '"c" 22'], 'offered');
    const { adopted, pending } = await subject.store.load();
    equal([adopted, pending], [2, 5], 'adopted');
    const low = (await subject.writes()).filter(({ columns }) => columns.register < stampAt(1));
    equal(
      low.map(({ table, id }) => [table, id]).sort(),
      [
        ['notes', '"d"'],
        ['todos', '"b"'],
      ],
      'which',
    );
    equal(new Set(low.map(({ columns }) => columns.base)).size, 2, 'a stamp each');
  },

  'stamping again leaves offers as they are, and adoptions below': async (subject, clock) => {
    await page(subject, 2, whole('a', 20));
    await subject.pull(whole('b', 21));
    await reset(subject, 0, true);
    await subject.driver.put('todos', { id: 'c' });
    const before = new Map((await subject.writes()).map((write) => [write.id, write.columns]));
    await subject.store.restamp((_, count) => clock.reserve(count));
    const after = new Map((await subject.writes()).map((write) => [write.id, write.columns]));
    equal(after.get('"a"')?.base, stampAt(20), 'offered');
    equal((after.get('"b"')?.base ?? '') < stampAt(1), true, 'adopted');
    equal((after.get('"c"')?.base ?? '') > (before.get('"c"')?.base ?? ''), true, 'own');
  },

  'an offer joins with what is pending of its record': async (subject) => {
    const later = stampAt(50);
    await page(subject, 2, { ...whole('a', 20, { n: 1, m: 1 }), fields: { m: later } });
    await subject.driver.update('todos', 'a', { n: 2 });
    await reset(subject, 0);
    await subject.pull(whole('a', 10, { n: 0, m: 0 }));
    equal(await subject.driver.get('todos', 'a'), { id: 'a', n: 2, m: 1 }, 'older: kept');
    const older = { ...head('a', 40), patch: true, row: { m: 9 } } as Change;
    await subject.pull(older);
    equal(await subject.driver.get('todos', 'a'), { id: 'a', n: 2, m: 1 }, 'older than its field');
    await subject.pull({ ...head('a', 60), patch: true, row: { m: 9 } } as Change);
    equal(await subject.driver.get('todos', 'a'), { id: 'a', n: 2, m: 9 }, 'newer: taken');
  },

  'each field of an offer has the later of its stamps': async (subject) => {
    const fields = { n: stampAt(30), m: stampAt(9_000_000_000) };
    await page(subject, 2, { ...whole('a', 20, { n: 1, m: 1 }), fields });
    await subject.driver.update('todos', 'a', { n: 2 });
    await reset(subject, 0);
    await subject.pull({ ...head('a', 40), patch: true, row: { n: 3 } } as Change);
    equal(await subject.driver.get('todos', 'a'), { id: 'a', n: 2, m: 1 }, 'own n is later');
  },

  'a record that was refused is not offered: its row is not the hub’s': async (subject) => {
    await page(subject, 2, whole('a', 20, { n: 1 }), whole('b', 21, { n: 1 }));
    await subject.driver.update('todos', 'a', { n: 2 });
    const [write] = (await subject.writes()) as [PendingWrite];
    await subject.commit({ acknowledged: [{ write, result: 'dead', change: whole('a', 30) }] });
    await reset(subject, 1);
    equal(await offered(subject), ['"b" 21'], 'offered');
  },

  'what the hub shows of a record after a refusal is offered again': async (subject) => {
    await page(subject, 5, whole('a', 20, { n: 1, m: 1 }), whole('b', 21));
    await subject.driver.update('todos', 'a', { n: 2 });
    const [write] = (await subject.writes()) as [PendingWrite];
    const change = { ...head('a', 30), patch: true as const, row: { n: 2 } };
    const shown = { ...head('a', 40), patch: true as const };
    const journal = [{ ...shown, names: ['n'] }];
    const acknowledged = [{ write, result: 'dead' as const, change }];
    // Of a lower seq than what came before it, as in a reading from the beginning.
    const changes = [{ ...shown, row: { n: 3 } }];
    await subject.commit({ acknowledged, changes, journal, seq: 4 });
    await page(subject, 4, { ...head('a', 50), patch: true, row: { m: 2 } } as Change);
    await reset(subject, 1);
    equal(await offered(subject), ['"a" - m=50 n=40', '"b" 21'], 'offered');
  },

  'a record whose delete was refused is offered': async (subject) => {
    await page(subject, 5, whole('a', 20));
    await subject.driver.delete('todos', 'a');
    const [write] = (await subject.writes()) as [PendingWrite];
    const change = { ...head('a', 30), deleted: true as const };
    await subject.commit({ acknowledged: [{ write, result: 'dead', change }] });
    await reset(subject, 1);
    equal(await offered(subject), ['"a" 20'], 'offered');
  },

  'what was written again after its letter is offered, though the letter is there': async (
    subject,
  ) => {
    await page(subject, 1, whole('a', 20, { n: 1 }));
    await subject.driver.update('todos', 'a', { n: 2 });
    const [refused] = (await subject.writes()) as [PendingWrite];
    await subject.commit({
      acknowledged: [{ write: refused, result: 'dead', change: whole('a', 30) }],
    });
    await subject.driver.put('todos', { id: 'b' });
    const [write] = (await subject.writes()) as [PendingWrite];
    const journal = [{ table: 'todos', id: '"a"', stamp: stampAt(40) }];
    await subject.commit({ acknowledged: [{ write, result: 'sent' }], journal, seq: 3 });
    await reset(subject, 0);
    equal(await offered(subject), ['"a" 40'], 'offered');
  },

  'an offered patch that is asked for whole beats nothing with the rest': async (subject) => {
    await page(subject, 1, whole('a', 10, { n: 1, m: 1 }));
    await page(subject, 2, { ...head('a', 20), patch: true, row: { n: 2 } } as Change);
    await reset(subject, 1);
    equal(await offered(subject), ['"a" - n=20'], 'a patch');
    await subject.acknowledge(await subject.writes(), 'needFull');
    const [write] = await subject.writes();
    equal((write?.columns.base ?? '') < stampAt(1), true, 'base');
    equal([...(write?.columns.fields ?? [])], [['n', stampAt(20)]], 'fields');
  },

  'offers go before what was written since': async (subject) => {
    await page(subject, 2, whole('a', 20));
    await subject.driver.put('todos', { id: 'b' });
    await reset(subject, 0);
    equal(
      (await subject.outbox(1)).writes.map(({ id }) => id),
      ['"a"'],
      'first',
    );
  },

  'a record that is to be read again and was stamped lower is not offered': async (
    subject,
    clock,
  ) => {
    await contested(subject);
    // Below what it beat when it was shown.
    clock.setBack(900_000);
    await subject.store.restamp((_, count) => clock.reserve(count));
    const shown = await subject.driver.get('todos', 'a');
    equal(shown, { id: 'a', n: 2 }, 'what has lost is still shown');
    await page(subject, 4, { ...head('a', 600_000), patch: true, row: { m: 3 } } as Change);
    await reset(subject, 0);
    equal(await offered(subject), ['"a" - m=600000', '"b" 21'], 'offered');
  },

  'one that was stamped later is offered': async (subject, clock) => {
    await contested(subject);
    await subject.store.restamp((_, count) => clock.reserve(count));
    await reset(subject, 0);
    equal(await offered(subject), ['"a" 20 n=500000', '"b" 21'], 'offered');
  },
};
