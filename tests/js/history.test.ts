// History: the entries of the sync log, written when a reading ends and not page by page.
import { expect, test } from 'vitest';
import { History } from '../../js/src/history.js';
import { MemoryStore } from '../../js/src/stores/memory.js';
import type { SyncLogEntry } from '../../js/src/stores/store.js';
import { TestClock } from '../../js/src/testing/clock.js';

const counts = { bytesSent: 0, bytesReceived: 9, pending: 0 };
const page = (at: number): SyncLogEntry => ({
  ...{ at, durationMs: 1, outcome: 'ok', sent: 0, received: 5 },
  ...counts,
});
const failed: SyncLogEntry = { ...page(99), outcome: 'failed', code: 'network', received: 0 };
const empty: SyncLogEntry = { ...page(99), received: 0 };

function historyOf() {
  const store = new MemoryStore({ tables: { todos: 'field' }, stamper: new TestClock() });
  const written: number[][] = [];
  const append = store.appendSyncLog.bind(store);
  store.appendSyncLog = (entries) => {
    written.push(entries.map(({ at }) => at));
    return append(entries);
  };
  return { store, written, history: new History(store) };
}

test('the pages of a reading are written together when it ends', async () => {
  const { store, written, history } = historyOf();
  for (const at of [1, 2, 3]) history.add(page(at), true);
  expect(written).toEqual([]);
  history.add(page(4), false);
  expect(written).toEqual([[1, 2, 3, 4]]);
  expect(await store.syncLog()).toEqual([1, 2, 3, 4].map(page));
});

test('a reading that goes on is written some pages at a time', () => {
  const { written, history } = historyOf();
  for (let at = 1; at <= 45; at++) history.add(page(at), true);
  expect(written.map(({ length }) => length)).toEqual([20, 20]);
});

test('a fault ends the waiting, and so does an exchange that moved nothing', () => {
  const { written, history } = historyOf();
  history.add(page(1), true);
  history.add(failed, false);
  history.add(page(2), true);
  history.add(empty, false);
  history.add(empty, false);
  expect(written).toEqual([[1, 99], [2]]);
});

test('who asks is told what was kept back as well, and it is written once', async () => {
  const { written, history } = historyOf();
  history.add(page(1), true);
  expect((await history.entries()).map(({ at }) => at)).toEqual([1]);
  await history.save();
  expect(written).toEqual([[1]]);
});

test('a store that fails holds nothing up', async () => {
  const { store, history } = historyOf();
  store.appendSyncLog = () => Promise.reject(new Error('full'));
  history.add(page(1), false);
  await history.save();
  expect(history.metrics.value.exchanges).toBe(1);
});
