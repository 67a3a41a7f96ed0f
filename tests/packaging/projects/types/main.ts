// Compiled, never run.
import { Dexie } from 'dexie';
import { type Phase, type Status, type Sync, TidemarkError } from 'tidemark';
import { tidemark } from 'tidemark/dexie';
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
