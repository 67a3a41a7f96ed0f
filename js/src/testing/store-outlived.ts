// Contract: a delete that lost to what is pending of its record is not offered to a restored hub;
// the row that is shown is, under the stamps that are known of it.
import type { Change } from '../wire.js';
import { equal } from './contract.js';
import type { StoreTests } from './store-contract.js';
import type { Subject } from './store-driver.js';
import { head, offered, page, reset, whole } from './store-journal.js';

const patch = (ms: number, row: object): Change => {
  return { ...head('a', ms), patch: true, row } as Change;
};
const deleted = (ms: number): Change => ({ ...head('a', ms), deleted: true }) as Change;
const edit = (subject: Subject) => subject.driver.update('todos', 'a', { n: 2 });
/** Later than any stamp of the test's clock. */
const late = 9_000_000_000;

/** The stamps of the offers' registers, in milliseconds. */
async function registers(subject: Subject): Promise<number[]> {
  const offers = (await subject.writes()).filter(({ offer }) => offer !== undefined);
  return offers.map(({ columns }) => Number.parseInt(columns.register, 16));
}

export const outlivedTests: StoreTests = {
  'the row is offered without the delete that lost to an edit': async (subject) => {
    await page(subject, 2, whole('a', 20, { n: 1, m: 1 }));
    await edit(subject);
    await page(subject, 3, patch(30, { m: 2 }));
    await page(subject, 4, deleted(40));
    equal(await subject.driver.get('todos', 'a'), { id: 'a', n: 2, m: 2 }, 'shown');
    await reset(subject, 1);
    equal([await offered(subject), await registers(subject)], [['"a" 20 m=30'], [30]], 'offered');
    const { pending, rows } = await subject.outbox();
    equal([pending, rows.get('todos')?.get('"a"')?.m], [2, 2], 'outbox');
  },

  'a patch is offered as one': async (subject) => {
    await page(subject, 1, whole('a', 20, { n: 1, m: 1 }));
    await edit(subject);
    await page(subject, 2, patch(30, { m: 2 }));
    await page(subject, 3, deleted(40));
    await reset(subject, 1);
    equal([await offered(subject), await registers(subject)], [['"a" - m=30'], [30]], 'offered');
  },

  'nothing is offered where the delete is all that is known': async (subject) => {
    await page(subject, 1, whole('a', 20, { n: 1 }), whole('b', 21));
    await edit(subject);
    await page(subject, 2, deleted(40), { ...head('b', 41), deleted: true } as Change);
    const { pending } = await reset(subject, 1);
    equal([await offered(subject), pending], [['"b" deleted 41'], 2], 'offered');
    equal(await subject.driver.get('todos', 'a'), { id: 'a', n: 2 }, 'row');
  },

  'a delete that nothing outlived is offered: no edit, an earlier one, an own delete': async (
    subject,
  ) => {
    const rows = ['a', 'b', 'c'].map((id) => whole(id, 20, { n: 1 }));
    await page(subject, 2, ...rows);
    await subject.driver.update('todos', 'b', { n: 2 });
    await subject.driver.update('todos', 'c', { n: 2 });
    await subject.driver.delete('todos', 'c');
    const later = { ...head('b', late), deleted: true } as Change;
    await page(subject, 3, deleted(40), later, { ...head('c', 41), deleted: true } as Change);
    await reset(subject, 1);
    equal(
      await offered(subject),
      ['"a" deleted 40', `"b" deleted ${late}`, '"c" deleted 41'],
      'offered',
    );
  },

  'what was written after an own delete outlives another’s': async (subject) => {
    await page(subject, 2, whole('a', 20, { n: 1 }));
    await subject.driver.delete('todos', 'a');
    await subject.driver.put('todos', { id: 'a', n: 3 });
    await page(subject, 3, deleted(40));
    await reset(subject, 1);
    equal([await offered(subject), await registers(subject)], [['"a" 20'], [20]], 'offered');
  },

  'an edit that is acknowledged with the reset outlives nothing': async (subject) => {
    await page(subject, 2, whole('a', 20, { n: 1 }));
    await edit(subject);
    await page(subject, 3, deleted(40));
    const acknowledged = (await subject.writes()).map((write) => {
      return { write, result: 'sent' as const };
    });
    const over = { offer: 1, adopt: false, cursor: 'e:9' };
    await subject.commit({ acknowledged, reset: over, cursor: null });
    equal(await offered(subject), ['"a" deleted 40'], 'offered');
  },
};
