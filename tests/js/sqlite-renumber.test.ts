// Counted keys: a record whose number is another device's at the hub gets another one, and what
// refers to it goes with it.
import { describe, expect, it } from 'vitest';
import type { Acknowledgement, PendingWrite } from '../../js/src/stores/store.js';
import {
  answer,
  both,
  commit,
  lists,
  outbox,
  rereads,
  rowsOf,
  stamp,
  whole,
} from './support/counted.js';
import { recorded, settle, synced } from './support/sqlite-app.js';

describe('after a collision', () => {
  it('the row has the next number, stays pending as born, and the other one is read', async () => {
    const { handle, store } = await synced(lists, both);
    handle.exec(`INSERT INTO lists VALUES (1, 'A'), (2, 'B'); UPDATE lists SET name = 'C'`);
    const before = await outbox(store);
    const { pending } = await answer(store, { 'lists 1': 'collision' });
    expect(pending).toBe(4);
    expect(await rowsOf(store, 'lists')).toEqual([
      { id: 2, name: 'C' },
      { id: 3, name: 'C' },
    ]);
    const after = await outbox(store);
    expect(after.map(({ id }) => id)).toEqual(['3', '2', '3', '2']);
    const unnamed = (writes: PendingWrite[]) =>
      writes.map(({ entry, columns, create, born }) => [entry, columns, create, born]);
    expect(unnamed(after)).toEqual(unnamed(before));
    expect(after[0]?.born).toBeDefined();
    expect(await rereads(store)).toEqual([{ table: 'lists', id: '1' }]);
    await commit(store, { records: [whole('lists', 1, { name: 'theirs' })] });
    expect(await rowsOf(store, 'lists')).toHaveLength(3);
    expect(await rereads(store)).toEqual([]);
  });

  it('the number is past the hub’s, the page’s, rows’, writes’ and references’', async () => {
    const numberAfter = async (sql: string, more: Parameters<typeof answer>[2] = {}) => {
      const { handle, store } = await synced(lists, both);
      handle.exec(`INSERT INTO lists VALUES (1, 'A'); ${sql}`);
      await answer(store, { 'lists 1': 'collision' }, more);
      return handle.selectValue(`SELECT id FROM lists WHERE name = 'A'`);
    };
    expect(await numberAfter('')).toBe(2);
    expect(await numberAfter('', { past: 40 })).toBe(41);
    expect(await numberAfter('', { changes: [whole('lists', 70, {})] })).toBe(71);
    expect(await numberAfter(`INSERT INTO lists VALUES (50, '')`)).toBe(51);
    expect(
      await numberAfter(`INSERT INTO lists VALUES (60, ''); DELETE FROM lists WHERE id = 60`),
    ).toBe(61);
    expect(await numberAfter(`INSERT INTO todos VALUES (1, 80, ''), (2, 'none', '')`)).toBe(81);
    const far = await numberAfter('', { past: Number.MAX_SAFE_INTEGER });
    expect(far).toSatisfy((id: number) => Number.isSafeInteger(id) && id > 1);
  });

  it('AUTOINCREMENT counts on from the new number', async () => {
    const { handle, store } = await synced(
      'CREATE TABLE lists (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT)',
      ['lists'],
    );
    handle.exec(`INSERT INTO lists VALUES (9, ''); DELETE FROM lists`);
    await settle(store);
    handle.exec(`INSERT INTO lists VALUES (1, 'A')`);
    await answer(store, { 'lists 1': 'collision' });
    handle.exec(`DELETE FROM lists; INSERT INTO lists (name) VALUES ('B')`);
    expect(handle.selectValue('SELECT id FROM lists')).toBe(11);
  });

  it('a row that is gone again is forgotten, and deletes nobody else’s', async () => {
    const { handle, store } = await synced(lists, both);
    handle.exec(`INSERT INTO lists VALUES (1, 'A'); DELETE FROM lists`);
    expect((await answer(store, { 'lists 1': 'collision' })).pending).toBe(0);
    expect(await rereads(store)).toEqual([{ table: 'lists', id: '1' }]);
  });

  it('what was deferred is sent as if for the first time', async () => {
    const { handle, store } = await synced(lists, both);
    handle.exec(`INSERT INTO lists VALUES (1, 'A'), (2, 'B')`);
    await answer(store, {});
    expect((await outbox(store)).map(({ create, sent }) => [create, sent])).toEqual([
      [true, undefined],
      [true, undefined],
    ]);
  });

  it('values that no column holds go with their row, and a row kept aside does', async () => {
    const { handle, store } = await synced(lists, both);
    await store.write({ table: 'lists', id: '1', row: { id: 1, name: 'A', more: [1] } });
    handle.exec(`UPDATE tidemark_log SET mask = '${'a1'.repeat(8)}' WHERE op = 1`);
    await answer(store, { 'lists 1': 'collision' });
    expect(await rowsOf(store, 'lists')).toEqual([{ id: 2, name: 'A', more: [1] }]);
    const [{ born } = {}] = await outbox(store);
    const deleted = {
      table: 'lists',
      id: '2',
      stamp,
      deleted: true as const,
      born: born as string,
    };
    await commit(store, { changes: [deleted] });
    expect(handle.selectValue('SELECT count(*) FROM lists')).toBe(0);
    await answer(store, { 'lists 2': 'collision' });
    const { rows, writes } = await store.readOutbox(10);
    expect(writes.map(({ id }) => id)).toEqual(['3']);
    expect(rows.get('lists')?.get('3')).toMatchObject({ name: 'A', more: [1] });
  });

  it('a record that the schema lets have no other number is a letter, and the rest goes on', async () => {
    const { handle, store } = await synced(
      `CREATE TABLE lists (id INTEGER PRIMARY KEY, name TEXT, CHECK (id < 4 OR name <> 'A'));
       CREATE TABLE seen (n);
       CREATE TRIGGER note AFTER UPDATE ON lists BEGIN INSERT INTO seen VALUES (new.id); END;
       CREATE TRIGGER keep AFTER UPDATE OF id ON lists BEGIN UPDATE lists SET name = 'x'; END;`,
      ['lists'],
    );
    handle.exec(`INSERT INTO lists VALUES (1, 'A'), (2, 'B'), (3, 'C')`);
    const collided = { 'lists 1': 'collision', 'lists 2': 'collision' } as const;
    const changes = [whole('lists', 1, { name: 'theirs' })];
    expect(await answer(store, collided, { changes })).toMatchObject({ refused: 1, pending: 2 });
    expect(handle.selectArrays('SELECT id, name FROM lists')).toEqual([
      [1, 'theirs'],
      [3, 'C'],
      [4, 'B'],
    ]);
    const [letter] = await store.deadLetters();
    expect(letter).toMatchObject({ code: 'key_unsupported', row: { id: 1, name: 'A' } });
    expect(letter?.change.born).toBeDefined();
    expect(handle.selectValues('SELECT n FROM seen')).toEqual([4]);
    expect(handle.selectValue(`SELECT count(*) FROM sqlite_schema WHERE name = 'keep'`)).toBe(1);
  });

  it('a letter of a refused creation is one again when it is retried', async () => {
    const { handle, store } = await synced(lists, both);
    handle.exec(`INSERT INTO lists VALUES (1, 'A')`);
    const [write] = await outbox(store);
    const refusal = {
      outcome: 'rejected',
      code: 'too_large',
      message: '',
      retryable: false,
    } as const;
    const change = { ...whole('lists', 1, { name: 'A' }), born: write?.born as string };
    const dead = { write, result: 'dead', refusal, change } as Acknowledgement;
    await commit(store, { acknowledged: [dead] });
    await commit(store, { changes: [whole('lists', 1, { name: 'theirs' })] });
    const [letter] = await store.deadLetters();
    await store.retryDeadLetter(letter?.id as number);
    expect((await outbox(store)).map(({ born }) => born)).toEqual([write?.born]);
    await answer(store, { 'lists 1': 'collision' });
    expect(await rowsOf(store, 'lists')).toEqual([{ id: 2, name: 'A' }]);
  });
});

describe('what refers to a record goes with it:', () => {
  async function collide(schema: string, tables: readonly string[], sql: string) {
    const { handle, store } = await synced(schema, tables);
    handle.exec(`PRAGMA foreign_keys = ON; ${sql}`);
    await answer(store, { 'lists 1': 'collision' }, { past: 8 });
    expect(handle.selectObjects('PRAGMA foreign_key_check')).toEqual([]);
    return { handle, store };
  }
  const parent = `CREATE TABLE lists (id INTEGER PRIMARY KEY, name TEXT);`;

  it('rows that were never sent without a write of their own, others by one', async () => {
    const { handle, store } = await synced(lists, both);
    handle.exec(`INSERT INTO todos VALUES (7, NULL, 'known'), (8, NULL, 'other')`);
    await settle(store);
    handle.exec(`INSERT INTO lists VALUES (1, 'A'); INSERT INTO todos VALUES (9, 1, 'new')`);
    await settle(store);
    handle.exec(
      'UPDATE tidemark_log SET op = 0; DELETE FROM lists; DELETE FROM tidemark_log WHERE op = 4',
    );
    handle.exec(`INSERT INTO lists VALUES (1, 'A'); UPDATE todos SET list = 1 WHERE id = 7;
      INSERT INTO todos VALUES (10, 1, 'newer')`);
    await answer(store, { 'lists 1': 'collision' });
    expect(handle.selectArrays('SELECT id, list FROM todos')).toEqual([
      [7, 2],
      [8, null],
      [9, 2],
      [10, 2],
    ]);
    expect(await recorded(store)).toEqual([
      'lists 2 created',
      'todos 7 list',
      'todos 10 created',
      'todos 7 list',
      'todos 9 list',
    ]);
  });

  it('itself, others of its table, columns in other letters, more than one', async () => {
    const { handle } = await collide(
      `CREATE TABLE lists (id INTEGER PRIMARY KEY, up REFERENCES LISTS (ID), top REFERENCES lists)`,
      ['lists'],
      'INSERT INTO lists VALUES (1, 1, NULL), (2, 1, 1), (3, 2, 1)',
    );
    expect(handle.selectArrays('SELECT id, up, top FROM lists ORDER BY id')).toEqual([
      [2, 9, 9],
      [3, 2, 9],
      [9, 9, null],
    ]);
  });

  it('tables that are not synced, and names that must be quoted', async () => {
    const { handle, store } = await collide(
      `${parent} CREATE TABLE "my ""todos" (n, "the list" INT REFERENCES lists ON UPDATE CASCADE)`,
      ['lists'],
      `INSERT INTO lists VALUES (1, 'A'); INSERT INTO "my ""todos" VALUES (1, 1), (2, NULL)`,
    );
    expect(handle.selectValues('SELECT "the list" FROM "my ""todos"')).toEqual([9, null]);
    expect(await recorded(store)).toEqual(['lists 9 created']);
  });

  it('composite references', async () => {
    const { handle } = await collide(
      `CREATE TABLE lists (id INTEGER PRIMARY KEY, owner TEXT, UNIQUE (owner, id));
       CREATE TABLE todos (id TEXT PRIMARY KEY, owner TEXT, list INT,
         FOREIGN KEY (owner, list) REFERENCES lists (owner, id))`,
      both,
      `INSERT INTO lists VALUES (1, 'me'); 
       INSERT INTO todos VALUES ('a', 'me', 1), ('b', 'me', NULL)`,
    );
    expect(handle.selectArrays('SELECT id, owner, list FROM todos')).toEqual([
      ['a', 'me', 9],
      ['b', 'me', null],
    ]);
  });

  it('rows whose key it is part of: created under it, and never deleted elsewhere', async () => {
    const schema = `${parent}
      CREATE TABLE tags (tag TEXT, list INT REFERENCES lists, note TEXT, PRIMARY KEY (list, tag));
      CREATE TABLE uses (id TEXT PRIMARY KEY, list INT, tag TEXT,
        FOREIGN KEY (list, tag) REFERENCES tags (list, tag));
      CREATE TABLE looks (list INTEGER PRIMARY KEY REFERENCES lists, color TEXT)`;
    const { handle, store } = await collide(
      schema,
      ['lists', 'tags', 'uses', 'looks'],
      `INSERT INTO lists VALUES (1, 'A'), (2, 'B');
       INSERT INTO tags VALUES ('x', 1, 'X'), ('x', 2, 'Y'); INSERT INTO uses VALUES ('u', 1, 'x');
       INSERT INTO looks VALUES (1, 'red')`,
    );
    expect(handle.selectArrays('SELECT list, note FROM tags ORDER BY list')).toEqual([
      [2, 'Y'],
      [9, 'X'],
    ]);
    expect(handle.selectArrays('SELECT list, color FROM looks')).toEqual([[9, 'red']]);
    expect(handle.selectValue('SELECT list FROM uses')).toBe(9);
    expect((await recorded(store)).sort()).toEqual(
      [
        'lists 2 created',
        'lists 9 created',
        'looks 9 created',
        'tags [2,"x"] created',
        'tags [9,"x"] created',
        'uses "u" created',
      ].sort(),
    );
  });

  it('such a row that a hub knows is created anew, and read again under its old key', async () => {
    const schema = `${parent}
      CREATE TABLE tags (tag TEXT, list INT REFERENCES lists, PRIMARY KEY (list, tag))`;
    const { handle, store } = await synced(schema, ['lists', 'tags']);
    handle.exec(`INSERT INTO tags VALUES ('x', 1)`);
    await settle(store);
    handle.exec(`INSERT INTO lists VALUES (1, 'A'); UPDATE tags SET tag = 'x'`);
    await answer(store, { 'lists 1': 'collision' });
    expect(await recorded(store)).toEqual(['lists 2 created', 'tags [2,"x"] created']);
    expect(await rereads(store)).toEqual([
      { table: 'lists', id: '1' },
      { table: 'tags', id: '[1,"x"]' },
    ]);
  });

  it('triggers of the app that write to synced tables stay silent, and are there again', async () => {
    const schema = `${lists} CREATE TABLE seen (n);
      CREATE TRIGGER bump AFTER UPDATE ON lists BEGIN UPDATE todos SET title = 'bumped'; END;
      CREATE TRIGGER note AFTER UPDATE ON todos BEGIN INSERT INTO seen VALUES (new.list); END;`;
    const { handle } = await collide(
      schema,
      both,
      `INSERT INTO lists VALUES (1, 'A'); INSERT INTO todos VALUES (1, 1, 'Milk')`,
    );
    expect(handle.selectArrays('SELECT list, title FROM todos')).toEqual([[9, 'Milk']]);
    expect(handle.selectValues('SELECT n FROM seen')).toEqual([9]);
    handle.exec(`UPDATE lists SET name = 'B'`);
    expect(handle.selectValue('SELECT title FROM todos')).toBe('bumped');
  });
});
