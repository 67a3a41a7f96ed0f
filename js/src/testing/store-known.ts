// Contract: what stays known of the hub while it is read from the beginning, should it be restored
// meanwhile.
import type { PendingWrite } from '../stores/store.js';
import { equal } from './contract.js';
import type { StoreTests } from './store-contract.js';
import { head, offered, page, reset, whole } from './store-journal.js';

export const knownTests: StoreTests = {
  'what a reset leaves is offered to the next one, until the reading ends': async (subject) => {
    await page(subject, 2, whole('a', 20));
    await page(subject, 5, whole('b', 50));
    const first = { offer: 3, adopt: false, cursor: 'e:5', known: 'f:3' };
    const { known } = await subject.commit({ reset: first, cursor: null });
    equal([known, (await subject.store.load()).known], ['f:3', 'f:3'], 'known');
    equal(await offered(subject), ['"b" 50'], 'first');
    await subject.acknowledge(await subject.writes());
    // Restored once more, before a page was read.
    const second = { offer: 1, adopt: false, cursor: null, known: 'g:1' };
    await subject.commit({ reset: second, cursor: null, after: null });
    const [write, ...others] = await subject.writes();
    equal([write?.id, write?.offer, others.length], ['"a"', 'f:3', 0], 'second');
    const { known: now, cursor, sweeping } = await subject.store.load();
    equal([now, cursor, sweeping], ['g:1', null, true], 'state');
  },

  'the end of a reading drops what the journal had before it': async (subject) => {
    await page(subject, 2, whole('a', 20), whole('b', 21));
    await reset(subject, null);
    const journal = [head('b', 21)];
    const changes = [whole('b', 21)];
    await subject.commit({ changes, journal, seq: 2, cursor: 'e:2', complete: true });
    await reset(subject, 1);
    equal(await offered(subject), ['"b" 21'], 'offered');
  },

  'a reading that the device begins leaves the journal, and the cursor as known': async (
    subject,
  ) => {
    await page(subject, 2, whole('a', 20));
    equal((await subject.store.load()).known, null, 'at first');
    await subject.commit({ reset: { offer: null, adopt: false, cursor: 'e:2' }, cursor: null });
    equal((await subject.store.load()).known, 'e:2', 'begun');
    await subject.commit({ reset: { offer: null, adopt: false, cursor: null }, cursor: null });
    equal((await subject.store.load()).known, 'e:2', 'begun again');
    const reset = { offer: 1, adopt: false, cursor: null, known: 'f:1' };
    await subject.commit({ reset, cursor: null });
    equal(
      (await subject.writes()).map(({ id, offer }) => [id, offer]),
      [['"a"', 'e:2']],
      'offer',
    );
  },

  'who keeps what the hub has still knows what it had read': async (subject) => {
    await page(subject, 2, whole('a', 20));
    await subject.store.adoption('keep-remote');
    const { cursor, known } = await subject.store.load();
    equal([cursor, known], [null, 'e:2'], 'state');
    await subject.commit({ cursor: 'e:3', complete: true });
    await reset(subject, 1);
    equal(await offered(subject), [], 'old when the reading ended');
  },

  'what comes with a reset is journaled for the next one': async (subject) => {
    await page(subject, 5, whole('a', 20));
    await subject.driver.put('todos', { id: 'b' });
    const [write] = (await subject.writes()) as [PendingWrite];
    const journal = [{ table: 'todos', id: '"b"', stamp: write.columns.register }];
    const acknowledged = [{ write, result: 'sent' as const }];
    const first = { offer: 1, adopt: false, cursor: 'e:5' };
    await subject.commit({ acknowledged, journal, seq: 3, reset: first, cursor: null });
    equal(await offered(subject), ['"a" 20'], 'not by this one');
    await subject.acknowledge(await subject.writes());
    await reset(subject, 2);
    equal(
      (await subject.writes()).map(({ id, offer }) => [id, offer]),
      [['"b"', 'e:9']],
      'next',
    );
  },
};
