// One story of two devices, told in virtual time: every write wins or loses by its time alone,
// so that whatever fails on the way, the end is the same.
import { expect } from 'vitest';
import { Device, type DeviceOptions, isQuiet, pass, until } from './device.js';
import { ModelHub } from './model-hub.js';

export interface Story {
  hub: ModelHub;
  a: Device;
  b: Device;
}

export const ending = {
  'todos 1': { title: 'back', done: 1 },
  'todos 2': { title: 'of A', tag: 'x' },
  'todos "from b"': { n: 3 },
  'todos "new"': { n: 5 },
  'todos ["list",1]': { n: 6, removed: { '$tm:undefined': 0 } },
};

/** Opens two devices, lets `spoil` do its worst, and plays the story. */
export async function play(options: DeviceOptions, spoil: (story: Story) => void): Promise<Story> {
  const hub = new ModelHub();
  const a = await Device.open(hub, options);
  const b = await Device.open(hub, options);
  const story = { hub, a, b };
  spoil(story);
  await beginning(story);
  await meanwhile(story);
  await conclusion(story);
  return story;
}

async function beginning(story: Story): Promise<void> {
  const { a, b } = story;
  a.store.transaction(() => {
    a.put(1, { title: 'one', done: 0 });
    a.put(2, { title: 'two', tag: 'x' });
  });
  b.put('from b', { n: 3 });
  b.put('gone', { n: 4 });
  await untilSame(story);
}

// Both write while requests of either are under way.
async function meanwhile(story: Story): Promise<void> {
  const { a, b } = story;
  a.update(1, { title: 'uno' });
  await pass(15);
  b.update(1, { done: 1 });
  await pass(15);
  a.delete('gone');
  b.update(2, { title: 'of B' });
  await pass(15);
  a.update(2, { title: 'of A' });
  b.put('new', { n: 5 });
  await pass(15);
  a.put(['list', 1], { n: 6, removed: undefined });
  await untilSame(story);
}

async function conclusion(story: Story): Promise<void> {
  const { a, b } = story;
  b.delete(1);
  await pass(30);
  if (a.get(1) === undefined) a.put(1, { title: 'back', done: 1 });
  else a.update(1, { title: 'back' });
  await untilSame(story);
}

async function untilSame({ hub, a, b }: Story): Promise<void> {
  const cursor = async (device: Device) => (await device.store.load()).cursor;
  for (let i = 0; i < 100; i++) {
    await until(() => isQuiet(a) && isQuiet(b), 50);
    const at = [await cursor(a), await cursor(b)];
    if (at.every((each) => each === `e:${hub.seq}`) && isQuiet(a) && isQuiet(b)) return;
    await pass(1_000);
  }
  throw new Error('the devices do not come together');
}

const keys = [1, 2, 'from b', 'gone', 'new', ['list', 1]];

/** Everywhere the same, nothing lost, nothing pending, nothing given up. */
export async function expectEnding({ hub, a, b }: Story): Promise<void> {
  expect(hub.view()).toEqual(ending);
  for (const device of [a, b]) {
    const rows = keys.map((key) => [`todos ${JSON.stringify(key)}`, device.get(key)] as const);
    const seen = Object.fromEntries(rows.filter(([, row]) => row !== undefined));
    expect(seen).toEqual({ ...ending, 'todos ["list",1]': { n: 6, removed: undefined } });
    expect((await device.store.readOutbox(10)).writes).toEqual([]);
    expect(await device.client.deadLetters()).toEqual([]);
    expect(device.status).toMatchObject({ phase: 'idle', pending: 0, error: null });
    await device.client.close();
  }
}
