// `tidemark/service-worker`: sync while no page of the app is open. It connects as a tab does,
// under the same lock and term: where a page leads, that one is asked to sync, and this one waits.
import type { Dexie } from 'dexie';
import { syncTag } from './background.js';
import type {} from './dexie.js';
import type { SyncOptions } from './types.js';

export interface BackgroundSyncOptions extends SyncOptions {
  /** The app's database, with the addon and its versions declared; opened and closed here. */
  db: () => Dexie;
}

/** What the browser wakes a service worker with. */
interface WakeEvent {
  tag: string;
  waitUntil(work: Promise<unknown>): void;
}

/**
 * Syncs when the browser says that it is time (Background Sync, Periodic Background Sync; see
 * `requestBackgroundSync`). To be called as the worker's script starts. Returns what syncs once,
 * for events of the app's own, such as `push`: it rejects with why not.
 */
export function syncInBackground(options: BackgroundSyncOptions): () => Promise<void> {
  // One at a time; who comes meanwhile may have news, and goes after it.
  let last: Promise<unknown> = Promise.resolve();
  const once = (): Promise<void> => {
    const done = last.then(() => syncOnce(options));
    last = done.catch(() => {});
    return done;
  };
  const wake = (event: Event): void => {
    const { tag, waitUntil } = event as Event & WakeEvent;
    // Rejected, the browser tries it again later.
    if (tag === syncTag) waitUntil.call(event, once());
  };
  globalThis.addEventListener('sync', wake);
  globalThis.addEventListener('periodicsync', wake);
  return once;
}

async function syncOnce({ db: open, ...options }: BackgroundSyncOptions): Promise<void> {
  const db = open();
  try {
    const { transport } = options;
    // Nobody is there to be told at once of what others write.
    const paths = { ...transport?.paths, live: null };
    const sync = await db.tidemark.connect({ ...options, transport: { ...transport, paths } });
    try {
      await sync.flush();
    } finally {
      await sync.close();
    }
  } finally {
    db.close();
  }
}
