// A localStorage store in Node with the real core, and shorthands for what its tests ask.
import { readFile } from 'node:fs/promises';
import { loadPure } from '../../../js/src/core.js';
import type { Items, LocalStorageStore, LocalTables } from '../../../js/src/local-storage.js';
import type { Commit, PendingWrite } from '../../../js/src/stores/store.js';
import { stampAt, TestClock } from '../../../js/src/testing/index.js';
import { useWasm } from '../../../js/src/wasm.js';
import type { Change } from '../../../js/src/wire.js';
import { openItems } from '../../browser/local-storage/driver.js';

useWasm(readFile(new URL('../../../build/wasm/tidemark.wasm', import.meta.url)));
export const { join, hash } = await loadPure();

export const name = 'app';
export const docs: LocalTables = {
  docs: { keys: ['profile'], prefixes: ['doc-', 'session-'], format: 'json' },
  texts: { prefixes: ['text-'] },
};

let nodes = 0;

/** What a context has that opens `items`; its clock begins at `startMs`. */
export function opened(items: Items, tables = docs, startMs?: number): LocalStorageStore {
  const node = (0xa0 + nodes++).toString(16).padStart(16, '0');
  return openItems(items, hash, { tables, name, clock: new TestClock(node, startMs) });
}

/** The same, led. */
export async function led(items: Items, tables = docs, startMs?: number) {
  const store = opened(items, tables, startMs);
  const term = await store.lead();
  return { store, storage: store.storage, term };
}

export function commit(
  { store, term }: { store: LocalStorageStore; term: number },
  part: Partial<Commit>,
) {
  const full = { acknowledged: [], changes: [], clock: null, offsetMs: null, ...part };
  return store.commit(full, join, term);
}

/** A record as a hub tells of it. */
export function change(key: string, row: Record<string, unknown> | null, ms = 10): Change {
  const table = key.startsWith('text-') ? 'texts' : 'docs';
  const head = { table, id: JSON.stringify(key), stamp: stampAt(ms) };
  return row === null ? { ...head, deleted: true } : { ...head, row };
}

/** The writes in the log: `key: create`, `key: delete`, `key: whole`, or `key: fields`. */
export async function logged(store: LocalStorageStore): Promise<string[]> {
  return (await store.readOutbox(1_000)).writes.map(said);
}

function said({ id, columns: { deleted, base, fields }, create }: PendingWrite): string {
  const whole = create ? 'create' : 'whole';
  const what = deleted ? 'delete' : base === null ? [...fields.keys()].sort().join() : whole;
  return `${JSON.parse(id)}: ${what}`;
}

/** Acknowledges all that is in the log. */
export async function acknowledgeAll(led: { store: LocalStorageStore; term: number }) {
  const { writes } = await led.store.readOutbox(1_000);
  const result = 'sent' as const;
  await commit(led, { acknowledged: writes.map((write) => ({ write, result })) });
}
