// What a page asks of the browser for the time when no page is open.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { requestBackgroundSync } from '../../js/src/background.js';
import { ObservableValue } from '../../js/src/observable.js';
import { noStatus } from '../../js/src/status.js';
import type { Status, Sync } from '../../js/src/types.js';

let asked: unknown[];
let page: EventTarget & { visibilityState: string };
let status: ObservableValue<Status>;
const sync = () => ({ status }) as unknown as Sync;
const say = (members: Partial<Status>) => status.set({ ...status.value, ...members });
const soon = () => new Promise((resolve) => setTimeout(resolve));

beforeEach(() => {
  asked = [];
  page = Object.assign(new EventTarget(), { visibilityState: 'visible' });
  status = new ObservableValue<Status>({ ...noStatus, phase: 'idle' });
  const registration = {
    sync: { register: async (tag: string) => void asked.push(tag) },
    periodicSync: { register: async (tag: string, how: object) => void asked.push([tag, how]) },
  };
  vi.stubGlobal('document', page);
  vi.stubGlobal('navigator', { serviceWorker: { ready: Promise.resolve(registration) } });
});
afterEach(() => vi.unstubAllGlobals());

test('it is asked once when writes are pending that cannot be sent', async () => {
  requestBackgroundSync(sync());
  say({ phase: 'offline' });
  say({ phase: 'syncing', pending: 1 });
  await soon();
  expect(asked).toEqual([]);
  say({ phase: 'offline', pending: 2 });
  say({ phase: 'offline', pending: 3 });
  await soon();
  expect(asked).toEqual(['tidemark']);
  say({ phase: 'idle', pending: 0 });
  say({ phase: 'waiting', pending: 1 });
  await soon();
  expect(asked).toEqual(['tidemark', 'tidemark']);
});

test('it is asked when the page is left with writes pending', async () => {
  requestBackgroundSync(sync());
  say({ phase: 'syncing', pending: 1 });
  page.visibilityState = 'hidden';
  page.dispatchEvent(new Event('visibilitychange'));
  await soon();
  expect(asked).toEqual(['tidemark']);
});

test('it is asked for periodic sync only where the app wants it', async () => {
  requestBackgroundSync(sync(), { periodicMs: 3_600_000 });
  await soon();
  expect(asked).toEqual([['tidemark', { minInterval: 3_600_000 }]]);
});

test('nothing is asked after the undo', async () => {
  requestBackgroundSync(sync())();
  say({ phase: 'offline', pending: 1 });
  await soon();
  expect(asked).toEqual([]);
});

test('a browser that has no such thing, or forbids it, changes nothing', async () => {
  const refusing = { sync: { register: () => Promise.reject(new Error('NotAllowedError')) } };
  for (const ready of [Promise.resolve({}), Promise.resolve(refusing)]) {
    vi.stubGlobal('navigator', { serviceWorker: { ready } });
    requestBackgroundSync(sync(), { periodicMs: 1 });
    say({ phase: 'offline', pending: 1 });
    await soon();
    say({ phase: 'idle', pending: 0 });
  }
  vi.stubGlobal('navigator', undefined);
  requestBackgroundSync(sync())();
  expect(asked).toEqual([]);
});
