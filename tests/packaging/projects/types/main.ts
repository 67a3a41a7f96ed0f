// Compiled, never run.
import { Dexie } from 'dexie';
import { type DBSchema, openDB } from 'idb';
import { type Phase, type Status, type Sync, TidemarkError } from 'tidemark';
import { tidemark } from 'tidemark/dexie';
import { addTidemark, connect as connectIdb } from 'tidemark/idb';
import { connect, type LocalSync } from 'tidemark/local-storage';

export async function open(): Promise<Sync> {
  const db = new Dexie('app', { addons: [tidemark] });
  db.version(1).stores({ todos: 'id' });
  const sync = await db.tidemark.connect({ url: '/sync', token: () => 'token', tables: ['todos'] });
  sync.status.subscribe(({ phase, pending }: Status) => show(phase, pending));
  // @ts-expect-error: an address is needed
  await db.tidemark.connect({ tables: ['todos'] }).catch(() => {});
  return sync;
}

interface Schema extends DBSchema {
  todos: { key: string; value: { id: string; title: string } };
}

export async function openIdb(): Promise<string> {
  const db = await openDB<Schema>('app', 2, {
    upgrade(upgraded) {
      upgraded.createObjectStore('todos', { keyPath: 'id' });
      addTidemark(upgraded);
    },
  });
  const sync = await connectIdb(db, { url: '/sync', tables: ['todos'] });
  // @ts-expect-error: a to-do has a title
  await sync.db.put('todos', { id: sync.newId() }).catch(() => {});
  return sync.db.put('todos', { id: sync.newId(), title: 'Milk' });
}

export async function openItems(): Promise<LocalSync> {
  const tables = { tenure: { keys: ['answers'], prefixes: ['session-'], format: 'json' as const } };
  const sync = await connect({ url: '/sync', tables });
  sync.storage.setItem('answers', '{}');
  // @ts-expect-error: there is no such format
  await connect({ url: '/sync', tables: { a: { keys: ['b'], format: 'xml' } } }).catch(() => {});
  return sync;
}

export function show(phase: Phase, pending: number): string {
  return `${phase} ${pending.toFixed()}`;
}

export const codeOf = (error: unknown) => (error instanceof TidemarkError ? error.code : null);
