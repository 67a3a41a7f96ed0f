// Another user signs in: what is here is theirs who wrote it, and nobody else's.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { isQuiet, openQuiet, settle, until } from './support/device.js';
import { rejectionOf } from './support/errors.js';
import { ModelHub } from './support/model-hub.js';

let hub: ModelHub;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
  hub = new ModelHub();
  hub.hub = 'h1';
});
afterEach(() => {
  vi.useRealTimers();
});

test('is refused while something was not sent, and sync goes on', async () => {
  const a = await openQuiet(hub);
  a.client.setOnline(false);
  a.put('k', { n: 1 });
  const refused = settle(a.client.switchAccount({ pending: 'refuse' }));
  expect((await rejectionOf(refused)).code).toBe('account_pending');
  expect(a.get('k')).toEqual({ n: 1 });
  a.client.setOnline(true);
  await until(() => isQuiet(a));
  expect(Object.keys(hub.view())).toEqual(['todos "k"']);
});

test('with nothing pending removes the rows here, and reads what the other has', async () => {
  const a = await openQuiet(hub);
  a.put('k', { n: 1 });
  await until(() => isQuiet(a));
  const first = hub.view();
  const rows = [...hub.records];
  hub.hub = 'h2';
  hub.records.clear();
  await settle(a.client.switchAccount({ pending: 'refuse' }));
  await until(() => isQuiet(a));
  expect([a.get('k'), hub.view()]).toEqual([undefined, {}]);
  expect((await a.store.load()).hub).toBe('h2');
  a.put('l', { n: 2 });
  await until(() => isQuiet(a));
  expect(Object.keys(hub.view())).toEqual(['todos "l"']);
  // No delete of the first user's was recorded.
  expect([rows.length, first]).toEqual([1, { 'todos "k"': { n: 1 } }]);
});

test('discards what was not sent where the app says so', async () => {
  const a = await openQuiet(hub);
  hub.hub = 'h2';
  a.put('k', { n: 1 });
  await until(() => a.phase === 'wrong-account');
  await settle(a.client.switchAccount({ pending: 'discard' }));
  await until(() => isQuiet(a));
  expect([a.get('k'), hub.view(), a.status.error]).toEqual([undefined, {}, null]);
});
