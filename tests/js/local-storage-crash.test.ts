// The localStorage store, killed after every n-th write to localStorage, and in a full one: what is
// done is done whole or not at all, and nothing is lost.
import { describe, expect, it } from 'vitest';
import { FakeStorage } from './support/local-storage.js';
import {
  acknowledgeAll,
  change,
  commit,
  docs,
  led,
  logged,
  opened,
} from './support/local-store.js';

type Led = Awaited<ReturnType<typeof led>>;

const later = 2_000_000;
const isApps = ([key]: [string, string]) => !key.startsWith('tidemark:');
const appsOf = (items: FakeStorage) => Object.fromEntries([...items.texts].filter(isApps).sort());

/** Two clean records and one with a pending write, of another field than the page's. */
async function lived(items: FakeStorage): Promise<Led> {
  const context = await led(items);
  const changes = ['doc-1', 'doc-2', 'doc-3'].map((key) => change(key, { a: 1, b: 1 }));
  await commit(context, { changes, cursor: 'e:1', seq: 1 });
  context.storage.setItem('doc-3', '{"a":1,"b":2}');
  await context.store.load();
  return context;
}

const before = {
  'doc-1': '{"a":1,"b":1}',
  'doc-2': '{"a":1,"b":1}',
  'doc-3': '{"a":1,"b":2}',
};
const page = [
  change('doc-1', { a: 2, b: 1 }, 20),
  change('doc-2', null, 20),
  { ...change('doc-3', { a: 2 }, 20), patch: true as const },
  change('text-1', { value: 'new' }, 20),
];
const after = { 'doc-1': '{"a":2,"b":1}', 'doc-3': '{"a":2,"b":2}', 'text-1': 'new' };

/** Does `work` in a tab that is killed after each number of writes; `check` is another session. */
async function killedAnywhere(
  work: (context: Led) => Promise<void> | void,
  check: (items: FakeStorage, done: boolean) => Promise<void>,
): Promise<number> {
  for (let writes = 0; ; writes++) {
    const items = new FakeStorage();
    const context = await lived(items);
    items.killAfter = items.written + writes;
    const done = await Promise.resolve(context)
      .then(work)
      .then(
        () => true,
        () => false,
      );
    context.store.close();
    items.killAfter = Number.POSITIVE_INFINITY;
    await check(items, done);
    if (done) return writes;
  }
}

const applyPage = async (context: Led) => {
  await commit(context, { changes: page, cursor: 'e:2', seq: 2 });
};

describe('a tab that is killed after any write', () => {
  it('applies a page whole, with its cursor, or not at all', async () => {
    const seen = new Set<string | null>();
    const writes = await killedAnywhere(applyPage, async (items, done) => {
      const { store } = await led(items, docs, later);
      const { cursor } = await store.load();
      seen.add(cursor);
      expect(appsOf(items)).toEqual(cursor === 'e:2' ? after : before);
      if (done) expect(cursor).toBe('e:2');
      // Nothing of it is taken for a write of the app.
      expect(await logged(store)).toEqual(['doc-3: b']);
    });
    expect([...seen]).toEqual(['e:1', 'e:2']);
    expect(writes).toBeGreaterThan(5);
  });

  it('keeps what other code wrote before the next session', async () => {
    await killedAnywhere(applyPage, async (items) => {
      items.setItem(
        'doc-1',
        JSON.stringify({ ...JSON.parse(items.texts.get('doc-1') as string), b: 7 }),
      );
      items.setItem('text-1', 'mine');
      const { store } = await led(items, docs, later);
      const { cursor } = await store.load();
      const first = cursor === 'e:2' ? { a: 2, b: 7 } : { a: 1, b: 7 };
      expect(JSON.parse(items.texts.get('doc-1') as string)).toEqual(first);
      expect(items.texts.get('text-1')).toBe('mine');
      const log = await logged(store);
      expect(log).toContain('doc-1: b');
      expect(log.some((each) => each.startsWith('text-1'))).toBe(true);
      expect(log.length).toBe(3);
    });
  });

  it('keeps what other code removed, and what it wrote over a delete', async () => {
    await killedAnywhere(applyPage, async (items) => {
      items.removeItem('doc-1');
      items.setItem('doc-2', '{"c":1}');
      const { store } = await led(items, docs, later);
      expect(items.texts.has('doc-1')).toBe(false);
      expect(JSON.parse(items.texts.get('doc-2') as string)).toEqual({ c: 1 });
      const log = await logged(store);
      expect(log).toContain('doc-1: delete');
      expect(log.filter((each) => each.startsWith('doc-2')).length).toBe(1);
    });
  });

  it('has each of its writes, and a transaction whole', async () => {
    let written: string[] = [];
    const work = async ({ storage, store }: Led) => {
      written = [];
      storage.setItem('doc-1', '{"a":5,"b":1}');
      written.push('doc-1');
      await store.load();
      storage.transaction(() => {
        storage.setItem('doc-2', '{"a":5,"b":1}');
        storage.setItem('text-1', 'x');
        storage.removeItem('doc-3');
      });
      written.push('all');
      await store.load();
    };
    const seen = new Set<string>();
    await killedAnywhere(work, async (items) => {
      const { store } = await led(items, docs, later);
      const log = await logged(store);
      const has = (key: string, text: string | undefined) => items.texts.get(key) === text;
      const first = has('doc-1', '{"a":5,"b":1}');
      expect(log.includes('doc-1: a')).toBe(first);
      const parts = [has('doc-2', '{"a":5,"b":1}'), has('text-1', 'x'), has('doc-3', undefined)];
      expect(new Set(parts).size).toBe(1);
      expect(log.filter((each) => each === 'doc-2: a' || each === 'text-1: create').length).toBe(
        parts[0] ? 2 : 0,
      );
      if (written.includes('doc-1')) expect(first).toBe(true);
      if (written.includes('all')) expect(parts[0]).toBe(true);
      seen.add(`${first} ${parts[0]}`);
    });
    expect([...seen]).toEqual(['false false', 'true false', 'true true']);
  });

  it('acknowledges what was acknowledged, and no more', async () => {
    const work = async (context: Led) => {
      const { writes } = await context.store.readOutbox(10);
      await context.store.sending(writes);
      context.storage.setItem('doc-3', '{"a":1,"b":3}');
      const acknowledged = writes.map((write) => ({ write, result: 'sent' as const }));
      await commit(context, { acknowledged, cursor: 'e:2' });
    };
    const seen = new Set<string>();
    await killedAnywhere(work, async (items) => {
      const { store } = await led(items, docs, later);
      const { cursor } = await store.load();
      const log = await logged(store);
      const edits = items.texts.get('doc-3') === '{"a":1,"b":3}' ? 2 : 1;
      expect(log).toEqual(Array(cursor === 'e:2' ? edits - 1 : edits).fill('doc-3: b'));
      seen.add(`${cursor} ${log.length}`);
    });
    expect([...seen]).toEqual(['e:1 1', 'e:1 2', 'e:2 1']);
  });

  it('clears all of a user, or nothing', async () => {
    const work = ({ store }: Led) => store.clear({ pending: 'discard' });
    const seen = new Set<number>();
    await killedAnywhere(work, async (items) => {
      const { store } = await led(items, docs, later);
      const { pending, cursor } = await store.load();
      expect(appsOf(items)).toEqual(cursor === null ? {} : before);
      expect(pending).toBe(cursor === null ? 0 : 1);
      seen.add(pending);
    });
    expect([...seen]).toEqual([1, 0]);
  });
});

describe('a localStorage that is full', () => {
  it('refuses a write, and is as it was', async () => {
    let refused = 0;
    for (let room = 0; ; room += 7) {
      const items = new FakeStorage();
      const { storage, store } = await lived(items);
      const was = new Map(items.texts);
      items.charsMax = items.chars + room;
      const texts = { 'doc-1': '{"a":"longer than before","b":1}', 'doc-9': '{"new":true}' };
      try {
        storage.transaction(() => {
          for (const [key, text] of Object.entries(texts)) storage.setItem(key, text);
        });
      } catch (error) {
        expect(error).toMatchObject({ code: 'storage_full', retryable: true });
        expect(items.texts).toEqual(was);
        refused++;
        continue;
      }
      items.charsMax = Number.POSITIVE_INFINITY;
      expect(appsOf(items)).toEqual({ ...before, ...texts });
      expect(await logged(store)).toEqual(['doc-3: b', 'doc-1: a', 'doc-9: create']);
      break;
    }
    expect(refused).toBeGreaterThan(10);
  });

  it('refuses a page whole, until there is room', async () => {
    const big = change('text-1', { value: 'x'.repeat(3_000) }, 20);
    let refused = 0;
    for (let room = 0; ; room += 97) {
      const items = new FakeStorage();
      const context = await lived(items);
      items.charsMax = items.chars + room;
      const take = () => commit(context, { changes: [...page.slice(0, 3), big], cursor: 'e:2' });
      const error = await take().then(
        () => null,
        (cause) => cause,
      );
      if (error === null) break;
      refused++;
      expect(error).toMatchObject({ code: 'storage_full' });
      expect(appsOf(items)).toEqual(before);
      expect((await opened(items).load()).cursor).toBe('e:1');
      items.charsMax = Number.POSITIVE_INFINITY;
      await take();
      expect(items.texts.get('text-1')?.length).toBe(3_000);
      expect(await logged(context.store)).toEqual(['doc-3: b']);
    }
    expect(refused).toBeGreaterThan(10);
  });

  it('says so where what other code wrote cannot be recorded, and records it later', async () => {
    const items = new FakeStorage();
    const context = await lived(items);
    await acknowledgeAll(context);
    items.setItem('doc-1', '{"a":1,"b":8}');
    items.charsMax = items.chars;
    await expect(context.store.readOutbox(10)).rejects.toMatchObject({ code: 'storage_full' });
    items.charsMax = Number.POSITIVE_INFINITY;
    expect(await logged(context.store)).toEqual(['doc-1: b']);
  });

  it('that another tab filled in the middle of a page: the next commit goes on from there', async () => {
    const items = new FakeStorage();
    const context = await lived(items);
    const set = items.setItem.bind(items);
    let left = 1;
    items.setItem = (key, text) => {
      if (!key.startsWith('tidemark:') && left-- <= 0)
        throw new DOMException('no room', 'QuotaExceededError');
      set(key, text);
    };
    await expect(commit(context, { changes: page, cursor: 'e:2' })).rejects.toMatchObject({
      code: 'storage_full',
    });
    items.setItem = set;
    await commit(context, { changes: [change('doc-5', { a: 1 })], cursor: 'e:3', after: 'e:2' });
    expect(appsOf(items)).toEqual({ ...after, 'doc-5': '{"a":1}' });
    expect(await logged(context.store)).toEqual(['doc-3: b']);
  });
});
