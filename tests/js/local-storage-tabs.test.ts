// The localStorage store in several tabs, which see each other's writes late.
import { describe, expect, it } from 'vitest';
import { stampAt } from '../../js/src/testing/index.js';
import { openItems } from '../browser/local-storage/driver.js';
import { randomOf } from '../browser/sync/world.mjs';
import { realEngine } from './support/core.js';
import { LateStorage } from './support/late-storage.js';
import { FakeStorage } from './support/local-storage.js';
import { change, commit, docs, hash, led, logged, name, opened } from './support/local-store.js';

describe('a tab that does not lead', () => {
  it('records its writes, which the one that leads takes up', async () => {
    const items = new FakeStorage();
    const first = await led(items);
    const second = opened(items, docs, 2_000_000);
    await commit(first, { changes: [change('doc-1', { a: 1, b: 1 })] });
    second.storage.setItem('doc-1', '{"a":2,"b":1}');
    second.storage.setItem('text-1', 'x');
    expect((await second.load()).pending).toBe(2);
    const heard: number[] = [];
    first.store.onWrite((writes) => heard.push(...writes.map(({ count }) => count)));
    expect(await logged(first.store)).toEqual(['doc-1: a', 'text-1: create']);
    expect(heard).toEqual([1, 1]);
    expect([...items.texts.keys()].filter((key) => key.includes(':write:'))).toEqual([]);
    expect((await second.load()).pending).toBe(2);
  });

  it('stamps after all that the others wrote', async () => {
    const items = new FakeStorage();
    const first = await led(items, docs, 9_000_000);
    first.storage.setItem('text-1', 'a');
    const clock = await realEngine({ now: () => 1_000, random32: () => 7 });
    const second = openItems(items, hash, { tables: docs, name, clock });
    second.storage.setItem('text-1', 'b');
    const stamps = (await first.store.readOutbox(10)).writes.map((write) => write.columns.register);
    expect(stamps.length).toBe(2);
    expect((await second.load()).newest).toBe(stamps[1]);
  });

  it('may not commit, and takes the lead from the one that did', async () => {
    const items = new FakeStorage();
    const first = await led(items);
    const second = await led(items);
    await expect(commit(first, { cursor: 'e:1' })).rejects.toMatchObject({ code: 'closed' });
    await commit(second, { cursor: 'e:2' });
    expect((await first.store.load()).cursor).toBe('e:2');
  });

  it('deals with letters and losses through the one that leads', async () => {
    const items = new FakeStorage();
    const first = await led(items);
    const second = opened(items, docs, 2_000_000);
    first.storage.setItem('doc-1', '{"a":1}');
    first.storage.setItem('doc-2', '{"a":1}');
    const { writes } = await first.store.readOutbox(10);
    await commit(first, {
      acknowledged: writes.map((write, i) => ({
        write,
        result: 'dead' as const,
        change: change(`doc-${i + 1}`, { a: 1 }),
      })),
    });
    const letters = (await second.deadLetters()).map(({ id }) => id);
    expect(letters).toEqual([1, 2]);
    await second.retryDeadLetter(1);
    await second.discardDeadLetter(2);
    await expect(second.retryDeadLetter(2)).rejects.toMatchObject({ code: 'bad_input' });
    expect(await first.store.deadLetters()).toEqual([]);
    const { rereads } = await first.store.readOutbox(10);
    expect([await logged(first.store), rereads.map(({ id }) => id)]).toEqual([
      ['doc-1: whole'],
      ['"doc-2"'],
    ]);
  });
});

const rounds = 300;

describe('tabs that see each other late', () => {
  it('lose none of their fields, nor of the hub', async () => {
    for (let seed = 1; seed <= rounds; seed++) await writeAtOnce(randomOf(seed), seed);
  });
});

/** Tabs that each write a field of one item, while the one that leads applies pages to another. */
async function writeAtOnce(random: () => number, seed: number): Promise<void> {
  const world = new LateStorage();
  const first = world.open();
  const leader = await led(first);
  await commit(leader, { changes: [change('doc-1', { hub: 0 })] });
  world.settle();
  const tabs = ['b', 'c', 'd'].map((field, i) => {
    const items = world.open();
    return { field, items, storage: opened(items, docs, 2_000_000 * (i + 1)).storage, n: 0 };
  });
  let pages = 0;
  for (let step = 0; step < 60; step++) {
    const chance = random();
    const tab = tabs[Math.floor(random() * tabs.length)] as (typeof tabs)[number];
    const any = world.tabs[Math.floor(random() * world.tabs.length)] as typeof first;
    if (chance < 0.2) {
      const row = JSON.parse(tab.storage.getItem('doc-1') as string);
      tab.storage.setItem('doc-1', JSON.stringify({ ...row, [tab.field]: ++tab.n }));
    } else if (chance < 0.5) world.send(any);
    else if (chance < 0.8) any.hear();
    else if (chance < 0.9) await leader.store.load();
    else await commit(leader, { changes: [page(++pages)] });
  }
  world.settle();
  const { writes } = await leader.store.readOutbox(1_000);
  world.settle();
  const row = JSON.parse(first.getItem('doc-1') as string);
  for (const { field, n } of tabs)
    if (n > 0) expect([seed, field, row[field]]).toEqual([seed, field, n]);
  expect(row.hub).toBe(pages);
  const written = new Set(writes.flatMap(({ columns }) => [...columns.fields.keys()]));
  expect(written).toEqual(new Set(tabs.flatMap(({ field, n }) => (n > 0 ? [field] : []))));
}

function page(hub: number) {
  const stamp = stampAt(20 + hub);
  return { ...change('doc-1', { hub }), stamp, patch: true as const };
}
