// The app's schema around a SQLite store: unique indexes, triggers of its own, and how it changes.
import { describe, expect, it } from 'vitest';
import { databaseOf } from '../../js/src/stores/sqlite/libraries.js';
import { migrate } from '../../js/src/stores/sqlite/schema.js';
import type { SqliteStore } from '../../js/src/stores/sqlite/store.js';
import { stampAt } from '../../js/src/testing/index.js';
import type { Change } from '../../js/src/wire.js';
import { inShell, recorded, settle, storeOver, synced } from './support/sqlite-app.js';

const stamp = stampAt(2_000_000_000_000);

async function pull(store: SqliteStore, ...changes: Change[]) {
  const term = await store.lead();
  const nothing = { acknowledged: [], clock: null, offsetMs: null };
  return store.commit({ ...nothing, changes }, () => [], term);
}

const whole = (table: string, id: string, row: object): Change => ({
  ...{ table, id: JSON.stringify(id), stamp },
  row: { id, ...row },
});

async function rowsOf(store: SqliteStore, table: string) {
  return (await store.scan(table, 100)).rows.map(({ row }) => row);
}

describe('two devices fill one place in a unique index:', () => {
  const schema = 'CREATE TABLE people (id TEXT PRIMARY KEY, mail TEXT UNIQUE COLLATE NOCASE)';
  const device = async (id: string) => {
    const opened = await synced(schema, ['people']);
    opened.handle.exec(`INSERT INTO people VALUES ('${id}', 'x@y.z')`);
    await settle(opened.store);
    return opened.store;
  };

  it('both show the same one, both have a letter of the other, and the page goes on', async () => {
    const [a, b] = [await device('a'), await device('b')];
    const other = whole('people', 'c', { mail: 'c@y.z' });
    const atA = await pull(a, whole('people', 'b', { mail: 'X@Y.Z' }), other);
    const atB = await pull(b, whole('people', 'a', { mail: 'x@y.z' }), other);
    expect([atA.refused, atB.refused]).toEqual([1, 1]);
    for (const store of [a, b]) {
      expect(await rowsOf(store, 'people')).toEqual([
        { id: 'a', mail: 'x@y.z' },
        { id: 'c', mail: 'c@y.z' },
      ]);
      const letters = await store.deadLetters();
      expect(letters.map(({ code, change }) => [code, change.id])).toEqual([['constraint', '"b"']]);
      expect(await recorded(store)).toEqual([]);
    }
  });

  it('what must give its place up does not keep it from the one that has it elsewhere', async () => {
    const a = await device('a');
    await pull(a, whole('people', 'b', { mail: 'x@y.z' }));
    // Both want what becomes free; only one of them is in this page.
    await pull(a, whole('people', 'a', { mail: 'a@y.z' }), whole('people', 'c', { mail: 'x@y.z' }));
    expect((await a.readOutbox(10)).rereads).toEqual([{ table: 'people', id: '"b"' }]);
  });

  it('what comes again has one letter; what finds a place has none', async () => {
    const a = await device('a');
    for (const mail of ['x@y.z', 'X@Y.Z']) await pull(a, whole('people', 'b', { mail }));
    expect(await a.deadLetters()).toHaveLength(1);
    await pull(a, whole('people', 'b', { mail: 'b@y.z' }));
    expect(await a.deadLetters()).toEqual([]);
    expect(await rowsOf(a, 'people')).toContainEqual({ id: 'b', mail: 'b@y.z' });
  });

  it('the letter of a record that is deleted goes with it, and nothing is read again', async () => {
    const a = await device('a');
    await pull(a, whole('people', 'b', { mail: 'x@y.z' }));
    expect(await a.deadLetters()).toHaveLength(1);
    await pull(
      a,
      { table: 'people', id: '"a"', stamp, deleted: true },
      { table: 'people', id: '"b"', stamp, deleted: true },
    );
    expect(await a.deadLetters()).toEqual([]);
    expect((await a.readOutbox(10)).rereads).toEqual([]);
  });

  it('rows that exchange their places do so', async () => {
    const a = await device('a');
    await pull(a, whole('people', 'b', { mail: 'b@y.z' }));
    const page = [whole('people', 'a', { mail: 'b@y.z' }), whole('people', 'b', { mail: 'x@y.z' })];
    await pull(a, ...page.reverse());
    expect(await rowsOf(a, 'people')).toEqual([
      { id: 'a', mail: 'b@y.z' },
      { id: 'b', mail: 'x@y.z' },
    ]);
    expect(await a.deadLetters()).toEqual([]);
  });

  it('a row that loses its place is still sent if it was not', async () => {
    const { handle, store } = await synced(schema, ['people']);
    handle.exec(`INSERT INTO people VALUES ('b', 'x@y.z')`);
    await pull(store, whole('people', 'a', { mail: 'x@y.z' }));
    const { writes, rows } = await store.readOutbox(10);
    expect(writes.map(({ id }) => id)).toEqual(['"b"']);
    expect(rows.get('people')?.get('"b"')).toEqual({ id: 'b', mail: 'x@y.z' });
  });

  it('a row that a check or a type refuses becomes a letter', async () => {
    const { store } = await synced(
      `CREATE TABLE people (id TEXT PRIMARY KEY, age INT NOT NULL CHECK (age > 0)) STRICT`,
      ['people'],
    );
    const ages = [-1, 'old', null, 5];
    const page = ages.map((age, i) => whole('people', `${i}`, { age }));
    const { refused } = await pull(store, ...page);
    expect([refused, await rowsOf(store, 'people')]).toEqual([3, [{ id: '3', age: 5 }]]);
  });
});

describe('triggers of the app', () => {
  const schema = `
    CREATE TABLE notes (id TEXT PRIMARY KEY, text TEXT, edited INT);
    CREATE VIRTUAL TABLE found USING fts5(id, text);
    CREATE TRIGGER index_notes AFTER INSERT ON notes
      BEGIN INSERT INTO found VALUES (new.id, new.text); END;
    CREATE TRIGGER edit_notes AFTER INSERT ON notes
      BEGIN UPDATE notes SET edited = 99 WHERE id = new.id; END;
  `;
  const apply = async (triggers?: 'local' | 'all' | 'none') => {
    const { handle } = await synced(schema, ['notes']);
    const store = storeOver(handle, ['notes'], triggers);
    await pull(store, whole('notes', 'a', { text: 'Milk', edited: 1 }));
    expect(await recorded(store)).toEqual([]);
    const indexed = handle.selectValue('SELECT count(*) FROM found');
    // Those that were silenced are there again.
    handle.exec(`INSERT INTO notes VALUES ('b', 'Bread', 1)`);
    expect(handle.selectValue(`SELECT edited FROM notes WHERE id = 'b'`)).toBe(99);
    return [indexed, handle.selectValue(`SELECT edited FROM notes WHERE id = 'a'`)];
  };

  it('fire for a page unless they write to a synced table', async () => {
    expect(await apply()).toEqual([1, 1]);
  });
  it('fire, all of them, or none, by choice', async () => {
    expect(await apply('all')).toEqual([1, 99]);
    expect(await apply('none')).toEqual([0, 1]);
  });
  it('fire for the writes of the app, and what they write is recorded', async () => {
    const { handle, store } = await synced(schema, ['notes']);
    handle.exec(`INSERT INTO notes VALUES ('b', 'Bread', 1)`);
    expect((await recorded(store)).sort()).toEqual(['notes "b" created', 'notes "b" edited']);
  });
});

describe('the schema changes:', () => {
  const schema = `CREATE TABLE todos (id TEXT PRIMARY KEY, title TEXT, done INT);
    INSERT INTO todos VALUES ('a', 'Milk', 0)`;

  it('a column is added in the shell, and written to before the store has seen it', async () => {
    const { handle } = await synced(schema, ['todos']);
    const sql = `ALTER TABLE todos ADD COLUMN due INT; UPDATE todos SET due = 5`;
    const after = inShell(handle, sql);
    const store = storeOver(after, ['todos']);
    expect(await recorded(store)).toEqual(['todos "a" due']);
    await settle(store);
    after.exec('UPDATE todos SET due = 6');
    expect(await recorded(store)).toEqual(['todos "a" due']);
  });

  it('a column with a default is no write, and no row differs by it', async () => {
    const { handle, store } = await synced(schema, ['todos']);
    handle.exec(`ALTER TABLE todos ADD COLUMN stars INT DEFAULT 3`);
    expect(await recorded(store)).toEqual([]);
    expect(await rowsOf(store, 'todos')).toEqual([{ id: 'a', title: 'Milk', done: 0 }]);
    handle.exec(`UPDATE todos SET stars = 4`);
    expect(await recorded(store)).toEqual(['todos "a" stars']);
  });

  it('a field that came before its column is put there', async () => {
    const { handle, store } = await synced(schema, ['todos']);
    await pull(store, whole('todos', 'b', { title: 'Tea', stars: 5 }));
    expect(await rowsOf(store, 'todos')).toContainEqual({ id: 'b', title: 'Tea', stars: 5 });
    handle.exec(`ALTER TABLE todos ADD COLUMN stars INT DEFAULT 3`);
    expect(await recorded(store)).toEqual([]);
    expect(handle.selectValues('SELECT stars FROM todos ORDER BY id')).toEqual([3, 5]);
    expect(await rowsOf(store, 'todos')).toContainEqual({ id: 'b', title: 'Tea', stars: 5 });
  });

  it('a column is renamed in the shell: what it holds goes to the hub by its new name', async () => {
    const { handle } = await synced(schema, ['todos']);
    const store = storeOver(inShell(handle, 'ALTER TABLE todos RENAME title TO name'), ['todos']);
    const { writes, rows } = await store.readOutbox(10);
    expect(writes.map(({ columns }) => [...columns.fields.keys()])).toEqual([['name']]);
    expect(rows.get('todos')?.get('"a"')).toEqual({ id: 'a', name: 'Milk', done: 0 });
    expect(writes[0]?.columns.register.startsWith('0000')).toBe(true);
  });

  it('a pending write survives the renaming of its column', async () => {
    const { handle } = await synced(schema, ['todos']);
    const sql = `UPDATE todos SET title = 'Tea'; ALTER TABLE todos RENAME title TO name;
      INSERT INTO todos VALUES ('b', 'Bread', 0)`;
    const store = storeOver(inShell(handle, sql), ['todos']);
    const { writes, rows } = await store.readOutbox(10);
    expect(writes.map(({ id }) => id)).toEqual(['"a"', '"b"']);
    expect(writes[0]?.columns.fields.has('name')).toBe(true);
    expect(rows.get('todos')?.get('"a"')).toEqual({ id: 'a', name: 'Tea', done: 0 });
  });

  it('a column is dropped in a migration, and what that writes is recorded', async () => {
    const { handle, store } = await synced(schema, ['todos']);
    // SQLite itself refuses it elsewhere, and says why.
    expect(() => handle.exec('ALTER TABLE todos DROP COLUMN done')).toThrow(/tidemark_1_/);
    migrate(databaseOf(handle), () => {
      handle.exec(`ALTER TABLE todos DROP COLUMN done; UPDATE todos SET title = 'Tea'`);
      handle.exec(`REPLACE INTO todos VALUES ('a', 'Coffee')`);
    });
    expect(await recorded(store)).toEqual(['todos "a" whole', 'todos "a" whole']);
    await settle(store);
    handle.exec(`UPDATE todos SET title = 'Water'`);
    expect(await recorded(store)).toEqual(['todos "a" title']);
    expect(await rowsOf(store, 'todos')).toEqual([{ id: 'a', title: 'Water' }]);
  });

  it('a migration that fails leaves everything as it was', async () => {
    const { handle, store } = await synced(schema, ['todos']);
    const failing = () =>
      migrate(databaseOf(handle), () => handle.exec('ALTER TABLE todos DROP COLUMN nothing'));
    expect(failing).toThrow(/nothing/);
    handle.exec('UPDATE todos SET done = 1');
    expect(await recorded(store)).toEqual(['todos "a" done']);
  });

  it('a table is renamed: its rows and its pending writes go by the new name', async () => {
    const { handle } = await synced(schema, ['todos']);
    const sql = `UPDATE todos SET done = 1; ALTER TABLE todos RENAME TO tasks; DELETE FROM tasks;
      INSERT INTO tasks VALUES ('b', 'Tea', 0)`;
    const store = storeOver(inShell(handle, sql), ['tasks']);
    expect(await recorded(store)).toEqual([
      'tasks "a" done',
      'tasks "a" deleted',
      'tasks "b" created',
    ]);
    expect((await store.load()).cursor).toBe(null);
  });

  it('a table is dropped with writes pending, and the others go on', async () => {
    const { handle, store } = await synced(`${schema}; CREATE TABLE t (id TEXT PRIMARY KEY)`, [
      'todos',
      't',
    ]);
    handle.exec(`INSERT INTO t VALUES ('x'); UPDATE todos SET done = 1; DROP TABLE t`);
    expect(await recorded(store)).toContain('todos "a" done');
  });
});
