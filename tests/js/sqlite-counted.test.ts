// Counted keys: how a creation is told from another device's of the same number, and what a page
// does that shows another's record there.
import { describe, expect, it } from 'vitest';
import type { SqliteStore } from '../../js/src/stores/sqlite/store.js';
import type { Change } from '../../js/src/wire.js';
import {
  answer,
  both,
  commit,
  lists,
  outbox,
  rereads,
  rowsOf,
  stamp,
  theirs,
  whole,
} from './support/counted.js';
import { openMemory, recorded, settle, storeOver, synced } from './support/sqlite-app.js';

describe('a creation under a counted key', () => {
  const born = async (store: SqliteStore) => (await outbox(store)).map((write) => write.born);

  it('draws what tells it from another device’s, and keeps it until it is taken', async () => {
    const { handle, store } = await synced(lists, both);
    handle.exec(`INSERT INTO lists (name) VALUES ('A'), ('B')`);
    const [a, b] = await born(store);
    expect([a, b]).toEqual([
      expect.stringMatching(/^[0-9a-f]{16}$/),
      expect.stringMatching(/^[0-9a-f]{16}$/),
    ]);
    expect(a).not.toBe(b);
    await store.sending(await outbox(store));
    expect(await born(store)).toEqual([a, b]);
    await store.restamp((first) => first.replace(/^../, '0f'));
    expect(await born(store)).toEqual([a, b]);
    handle.exec(`UPDATE lists SET name = 'C' WHERE id = 1`);
    expect(await born(store)).toEqual([a, b, undefined]);
  });

  it('is one where a key is changed, or a row was here before it was synced', async () => {
    const handle = openMemory();
    handle.exec(`${lists} INSERT INTO lists VALUES (5, 'A')`);
    const store = storeOver(handle, both);
    expect(await born(store)).toEqual([expect.any(String)]);
    await settle(store);
    handle.exec('UPDATE lists SET id = 6');
    expect(await recorded(store)).toEqual(['lists 5 deleted', 'lists 6 created']);
    expect(await born(store)).toEqual([undefined, expect.any(String)]);
  });

  it('is none under a number of its own: of a row that it replaced or deleted', async () => {
    const { handle, store } = await synced(lists, both);
    handle.exec(`INSERT INTO lists VALUES (5, 'A')`);
    await settle(store);
    handle.exec(`REPLACE INTO lists VALUES (5, 'B'); DELETE FROM lists;
      INSERT INTO lists VALUES (5, 'C')`);
    expect(await born(store)).toEqual([undefined, undefined, undefined]);
    await settle(store);
    handle.exec(`INSERT INTO lists VALUES (6, 'D'); DELETE FROM lists WHERE id = 6;
      INSERT INTO lists VALUES (6, 'E')`);
    expect(await born(store)).toEqual([expect.any(String), undefined, undefined]);
  });

  it.each([
    ['an INT key', 'id INT PRIMARY KEY'],
    ['a text key', 'id TEXT PRIMARY KEY'],
    ['a table without rowids', 'id INTEGER PRIMARY KEY', 'WITHOUT ROWID'],
    ['a key that is another table’s', 'id INTEGER PRIMARY KEY REFERENCES lists'],
  ])('has none under %s', async (_, columns, kind = '') => {
    const { handle, store } = await synced(`${lists} CREATE TABLE t (${columns}) ${kind}`, ['t']);
    handle.exec('INSERT INTO t VALUES (1)');
    expect(await born(store)).toEqual([undefined]);
  });

  it('of a table that was synced before: only past the numbers that it had then', async () => {
    const { handle } = await synced(lists, both);
    handle.exec(`INSERT INTO lists VALUES (1, 'A'), (2, 'B')`);
    await settle(storeOver(handle, both));
    storeOver(handle, ['todos']);
    handle.exec(`INSERT INTO lists VALUES (3, 'C')`);
    const writes = await outbox(storeOver(handle, both));
    expect(writes.map(({ id, born: drawn }) => [id, drawn !== undefined])).toEqual(
      expect.arrayContaining([
        ['1', false],
        ['2', false],
        ['3', true],
      ]),
    );
  });
});

describe('a page', () => {
  const pending = async () => {
    const opened = await synced(lists, both);
    opened.handle.exec(
      `INSERT INTO lists VALUES (1, 'mine'); INSERT INTO todos VALUES (1, 1, 'Milk')`,
    );
    return opened;
  };
  const mine = { id: 2, name: 'mine' };

  it('shows another’s record under the number: ours makes room, and both are there', async () => {
    const { store } = await pending();
    await commit(store, { changes: [whole('lists', 1, { name: 'theirs' })] });
    expect(await rowsOf(store, 'lists')).toEqual([{ id: 1, name: 'theirs' }, mine]);
    expect(await rowsOf(store, 'todos')).toEqual([{ id: 1, list: 2, title: 'Milk' }]);
    expect(await recorded(store)).toEqual(['lists 2 created', 'todos 1 created']);
    expect(await rereads(store)).toEqual([]);
    expect(await store.losses()).toEqual([]);
  });

  it('shows it deleted, patched, or not born of anything', async () => {
    const others: [Change, number][] = [
      [{ table: 'lists', id: '1', stamp, deleted: true, born: theirs }, 0],
      [{ table: 'lists', id: '1', stamp, patch: true, row: { name: 'x' }, born: theirs }, 1],
      [{ table: 'lists', id: '1', stamp, patch: true, row: { name: 'x' } }, 1],
    ];
    for (const [change, asked] of others) {
      const { store } = await pending();
      await commit(store, { changes: [change] });
      expect(await rowsOf(store, 'lists')).toEqual([mine]);
      expect(await rereads(store)).toHaveLength(asked);
    }
    const { store } = await pending();
    const { born: _, ...unknown } = whole('lists', 1, { name: 'theirs' });
    await commit(store, { records: [unknown] });
    expect(await rowsOf(store, 'lists')).toEqual([{ id: 1, name: 'theirs' }, mine]);
  });

  it('shows ours, whose answer was lost: by how it was born, or else by its stamp', async () => {
    for (const isKept of [true, false]) {
      const { store } = await pending();
      const [{ born, columns } = {} as never] = await outbox(store);
      const ours = whole('lists', 1, { name: 'mine' }, born);
      if (!isKept) delete ours.born;
      await commit(store, { changes: [{ ...ours, stamp: columns.register }] });
      expect(await rowsOf(store, 'lists')).toEqual([{ id: 1, name: 'mine' }]);
      expect(await recorded(store)).toEqual(['todos 1 created']);
    }
  });

  it('answers `absent` to what is not sent yet', async () => {
    const { store } = await pending();
    const records = [{ table: 'lists', id: '1', stamp, absent: true as const }];
    await commit(store, { records });
    expect(await rowsOf(store, 'lists')).toEqual([{ id: 1, name: 'mine' }]);
  });

  it('shows an equal row of a copy of this file: they are one; others are not', async () => {
    const handle = openMemory();
    handle.exec(`${lists} INSERT INTO lists VALUES (1, 'A'), (2, 'B')`);
    const store = storeOver(handle, both);
    const changes = [whole('lists', 1, { name: 'A' }), whole('lists', 2, { name: 'C' })];
    await commit(store, { changes });
    expect(await rowsOf(store, 'lists')).toEqual([
      { id: 1, name: 'A' },
      { id: 2, name: 'C' },
      { id: 3, name: 'B' },
    ]);
    expect(await recorded(store)).toEqual(['lists 3 created']);
  });

  it('collides with what the hub refused in the same exchange', async () => {
    const { store } = await pending();
    const changes = [whole('lists', 1, { name: 'theirs' }), whole('lists', 2, { name: 'more' })];
    await answer(store, { 'lists 1': 'collision' }, { changes, past: 1 });
    expect(await rowsOf(store, 'lists')).toEqual([
      { id: 1, name: 'theirs' },
      { id: 2, name: 'more' },
      { id: 3, name: 'mine' },
    ]);
    expect(await rereads(store)).toEqual([]);
  });
});

describe('an offer', () => {
  /** A record that this device knows, and a hub that was restored to before it. */
  async function offering() {
    const { handle, store } = await synced(lists, both);
    const known = whole('lists', 1, { name: 'A' }, 'a1b2c3d4e5f60708');
    const { row: _, ...head } = known;
    await commit(store, { changes: [known], cursor: 'e:5', seq: 5, journal: [head] });
    const reset = { offer: 0, adopt: false, cursor: 'e:5' };
    await commit(store, { reset });
    return { handle, store };
  }

  it('says how its record was born', async () => {
    const { store } = await offering();
    expect((await outbox(store)).map(({ offer, born }) => [offer, born])).toEqual([
      ['e:5', 'a1b2c3d4e5f60708'],
    ]);
  });

  it('that collides gets the same number on all devices, also where one came before', async () => {
    const [a, b] = [await offering(), await offering()];
    for (const { handle } of [a, b]) handle.exec(`INSERT INTO todos VALUES (1, 1, 'Milk')`);
    await answer(a.store, { 'lists 1': 'collision' }, { past: 3 });
    const number = a.handle.selectValue('SELECT id FROM lists') as number;
    expect(number).toBeGreaterThanOrEqual(2 ** 30);
    expect(number).toBeLessThan(2 ** 31);
    const changes = [
      whole('lists', number, { name: 'A' }, 'a1b2c3d4e5f60708'),
      whole('lists', 1, { name: 'theirs' }),
    ];
    await commit(b.store, { changes: changes.slice(0, 1) });
    await commit(b.store, { changes: changes.slice(1) });
    expect(await rowsOf(b.store, 'lists')).toEqual([
      { id: 1, name: 'theirs' },
      { id: number, name: 'A' },
    ]);
    expect(b.handle.selectValue('SELECT list FROM todos')).toBe(number);
  });
});
