// The localStorage store: which items are records, what a text is as a row, and writes of code that
// knows nothing of it.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSameRow, rowOf, textOf } from '../../js/src/stores/local-storage/formats.js';
import { Layout, type LocalTables } from '../../js/src/stores/local-storage/layout.js';
import { encodeRow } from '../../js/src/values.js';
import { FakeStorage } from './support/local-storage.js';
import { acknowledgeAll, change, commit, led, logged, opened } from './support/local-store.js';

const plain = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 }), { maxKeys: 4 });
const rows = fc.oneof(
  plain.map((row) => encodeRow(row)),
  fc.record({ value: fc.string() }),
  fc.record({
    $text: fc.oneof(
      fc.string(),
      fc.json(),
      plain.map((row) => JSON.stringify(row)),
    ),
  }),
  fc.string().map((value) => ({ value: `$tidemark:row:${value}` })),
);

describe('a text and its row', () => {
  for (const format of ['text', 'json'] as const)
    it(`${format}: every row is a text that is that row again`, () => {
      fc.assert(
        fc.property(rows, (row) => isSameRow(rowOf(textOf(row, format), format), row)),
        { numRuns: 2_000 },
      );
    });

  it('text: a text is one field, and stays as it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(rowOf(text, 'text')).toEqual({ value: text });
        expect(textOf({ value: text }, 'text')).toBe(text);
      }),
    );
  });

  it('json: the members of an object are fields, and any other text is one', () => {
    expect(rowOf('{"a":1,"b":{"c":[2]}}', 'json')).toEqual({ a: 1, b: { c: [2] } });
    for (const text of ['', 'x', '7', 'null', '[1]', '"a"', '{', '{"a":{"$tm:nonsense":1}}']) {
      expect(rowOf(text, 'json')).toEqual({ $text: text });
      expect(textOf({ $text: text }, 'json')).toBe(text);
    }
    const deep = `{"a":${'['.repeat(70)}${']'.repeat(70)}}`;
    expect(rowOf(deep, 'json')).toEqual({ $text: deep });
    expect(Object.keys(rowOf('{"__proto__":1}', 'json'))).toEqual(['__proto__']);
  });
});

describe('which items are records', () => {
  const layout = new Layout({
    tenure: { keys: ['tenure_answers'], prefixes: ['tenure_prosper_', 'session-'] },
    todos: { rows: 'todo:' },
  });

  it('by key, by prefix, and by table', () => {
    const record = (key: string) => layout.recordOf(key);
    expect(record('tenure_answers')).toEqual({ table: 'tenure', id: '"tenure_answers"' });
    expect(record('session-2026-01-09')?.id).toBe('"session-2026-01-09"');
    expect(record('todo:7')).toEqual({ table: 'todos', id: '7' });
    expect(record('todo:["a",1]')?.id).toBe('["a",1]');
    for (const key of ['tenure_answers2', 'token', 'todo:a', 'todo:1.0', 'tidemark:app', 'session'])
      expect(record(key)).toBe(null);
  });

  it('a record that is none of the items has none', () => {
    for (const id of ['"token"', '"tidemark:app"', '7', '"tenure_answers2"'])
      expect(layout.keyOf({ table: 'tenure', id })).toBe(null);
    expect(layout.keyOf({ table: 'other', id: '"tenure_answers"' })).toBe(null);
    expect(layout.keyOf({ table: 'todos', id: '"a"' })).toBe('todo:"a"');
  });

  const refused: Record<string, LocalTables> = {
    'one item in two tables': { a: { keys: ['x-1'] }, b: { prefixes: ['x-'] } },
    'one prefix in two tables': { a: { prefixes: ['x-1'] }, b: { rows: 'x-' } },
    'no items': { a: { keys: [] } },
    "Tidemark's own": { a: { prefixes: ['tidemark:app'] } },
    'no known format': { a: { keys: ['x'], format: 'xml' as never } },
  };
  for (const [why, tables] of Object.entries(refused))
    it(`refused: ${why}`, () => {
      expect(() => new Layout(tables)).toThrow(
        expect.objectContaining({ code: 'table_unsupported' }),
      );
    });
});

describe('writes of code that knows nothing of it', () => {
  it('items that were there are adopted, below every other write', async () => {
    const items = new FakeStorage();
    items.setItem('profile', '{"a":1}');
    items.setItem('token', 'secret');
    const { store } = await led(items);
    expect(await logged(store)).toEqual(['profile: create']);
    expect((await store.load()).adopted).toBe(1);
  });

  it('are recorded with their fields, once', async () => {
    const items = new FakeStorage();
    const context = await led(items);
    const { store } = context;
    await commit(context, {
      changes: [change('doc-1', { a: 1, b: 1 }), change('text-1', { value: 'x' })],
    });
    expect(await logged(store)).toEqual([]);
    items.setItem('doc-1', '{ "b": 1, "a": 2 }');
    items.setItem('text-1', 'y');
    items.setItem('doc-2', '{}');
    items.setItem('elsewhere', 'z');
    expect(await logged(store)).toEqual(['doc-1: a', 'text-1: value', 'doc-2: create']);
    expect((await logged(store)).length).toBe(3);
    await acknowledgeAll(context);
    items.removeItem('doc-1');
    items.setItem('text-1', 'y');
    expect(await logged(store)).toEqual(['doc-1: delete']);
  });

  it('another order of members, and spaces, are no write', async () => {
    const items = new FakeStorage();
    const context = await led(items);
    await commit(context, { changes: [change('doc-1', { a: 1, b: 1 })] });
    items.setItem('doc-1', '{ "b": 1,\n "a": 1 }');
    expect(await logged(context.store)).toEqual([]);
    await commit(context, { changes: [{ ...change('doc-1', { a: 1 }), patch: true }] });
    expect(items.getItem('doc-1')).toBe('{ "b": 1,\n "a": 1 }');
  });

  it('are recorded also where one through the storage follows', async () => {
    const items = new FakeStorage();
    const context = await led(items);
    await commit(context, { changes: [change('doc-1', { a: 1, b: 1, c: 1 })] });
    items.setItem('doc-1', '{"a":2,"b":1,"c":1}');
    context.storage.setItem('doc-1', '{"a":2,"b":2,"c":1}');
    expect(await logged(context.store)).toEqual(['doc-1: a,b']);
    context.storage.setItem('doc-1', '{"a":2,"b":3,"c":1}');
    items.setItem('doc-1', '{"a":2,"b":3,"c":4}');
    expect(await logged(context.store)).toEqual(['doc-1: a,b', 'doc-1: b', 'doc-1: c']);
  });

  it('are pending before a page that comes', async () => {
    const items = new FakeStorage();
    const context = await led(items);
    await commit(context, { changes: [change('doc-1', { a: 1, b: 1 })] });
    items.setItem('doc-1', '{"a":2,"b":1}');
    const late = { ...change('doc-1', { b: 9 }, 2_000_000_000), patch: true as const };
    await commit(context, { changes: [late] });
    expect(JSON.parse(items.getItem('doc-1') as string)).toEqual({ a: 2, b: 9 });
    expect(await logged(context.store)).toEqual(['doc-1: a']);
  });

  it('an emptied localStorage is read again, and deletes nothing', async () => {
    const items = new FakeStorage();
    const context = await led(items);
    await commit(context, { changes: [change('doc-1', { a: 1 })], cursor: 'e:1' });
    items.texts.clear();
    expect(await logged(context.store)).toEqual([]);
    const { cursor, pending } = await context.store.load();
    expect([cursor, pending]).toEqual([null, 0]);
  });

  it('a state that was spoilt is said, and not begun anew', async () => {
    const items = new FakeStorage();
    const { store } = await led(items);
    items.setItem('tidemark:app', '{"half');
    await expect(store.load()).rejects.toMatchObject({ code: 'store_failed' });
    expect(() => opened(items)).toThrow(expect.objectContaining({ code: 'store_failed' }));
    expect(items.getItem('tidemark:app')).toBe('{"half');
  });
});

describe('what a hub sends', () => {
  it('never touches an item that is not named', async () => {
    const items = new FakeStorage();
    items.setItem('token', 'secret');
    const context = await led(items);
    const ids = ['"token"', '"tidemark:app"', '"tidemark:app:term"', '7', '["doc-1"]'];
    const stamp = change('doc-1', {}).stamp;
    const changes = ids.map((id) => ({ table: 'docs', id, stamp, row: { $text: 'evil' } }));
    const before = items.getItem('tidemark:app:term');
    await commit(context, { changes: [...changes, change('doc-1', { a: 1 })], cursor: 'e:1' });
    expect(items.getItem('token')).toBe('secret');
    expect(items.getItem('tidemark:app:term')).toBe(before);
    expect(items.getItem('doc-1')).toBe('{"a":1}');
    expect((await context.store.load()).cursor).toBe('e:1');
  });

  it('goes when another user signs in, items included that are no longer synced', async () => {
    const items = new FakeStorage();
    const first = await led(items);
    const changes = [change('doc-1', { a: 1 }), change('text-1', { value: 'x' })];
    await commit(first, { changes });
    first.store.close();
    items.setItem('mine', 'kept');
    const fewer = { texts: { prefixes: ['text-'] } };
    const second = { ...(await led(items, fewer)) };
    expect(items.getItem('doc-1')).toBe('{"a":1}');
    await second.store.clear({ pending: 'discard' });
    expect([...items.texts.keys()].filter((key) => !key.startsWith('tidemark:'))).toEqual(['mine']);
  });

  it('is read from the beginning for a table that has other items than before', async () => {
    const items = new FakeStorage();
    const first = await led(items);
    await commit(first, { changes: [change('doc-1', { a: 1 })], cursor: 'e:4' });
    first.store.close();
    items.setItem('more-1', '{"a":1}');
    const more = { docs: { prefixes: ['doc-', 'more-'], format: 'json' as const } };
    const { store } = await led(items, more);
    const { cursor, adopted } = await store.load();
    expect([cursor, adopted, await logged(store)]).toEqual([null, 1, ['more-1: create']]);
  });
});
