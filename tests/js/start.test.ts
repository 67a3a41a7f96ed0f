// What of an app's options is refused before anything starts.
import { expect, test } from 'vitest';
import { systemHost } from '../../js/src/host.js';
import { startSync } from '../../js/src/start.js';
import { MemoryStore } from '../../js/src/stores/memory.js';
import type { SyncOptions } from '../../js/src/types.js';
import { realEngine } from './support/core.js';
import { rejectionOf } from './support/errors.js';

const start = async (options: Partial<SyncOptions>) => {
  const engine = await realEngine(systemHost);
  const store = new MemoryStore({ tables: { todos: 'field' }, stamper: engine });
  return startSync(store, engine, crypto.randomUUID(), {
    url: 'http://localhost:1/sync',
    tables: ['todos'],
    ...options,
  });
};

test.each<Partial<SyncOptions>>([
  { schema: -1 },
  { schema: 1.5 },
  { device: 'x'.repeat(257) },
  { takeoverMs: 999 },
  { takeoverMs: Number.NaN },
  { takeoverMs: -30_000 },
])('an option that cannot be is refused: %j', async (options) => {
  expect((await rejectionOf(start(options))).code).toBe('bad_input');
});

test('options at their limits are taken', async () => {
  const sync = await start({ schema: 0, device: 'x'.repeat(256), takeoverMs: 1_000 });
  await sync.close();
  expect(sync.status.value.phase).toBe('closed');
});

test('a host that has no storage to keep says nothing of it', async () => {
  const sync = await start({});
  await new Promise((resolve) => setTimeout(resolve, 10));
  expect(sync.status.value.persisted).toBe(null);
  await sync.close();
});
