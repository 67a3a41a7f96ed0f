// `tidemark/background`: what a page does for the service worker that syncs when no page is open.
// It asks the browser to wake that one when there is a network again.
import type { Sync } from './types.js';

/** The tag under which the browser is asked, of Background Sync and of its periodic form. */
export const syncTag = 'tidemark';

export interface BackgroundOptions {
  /**
   * At least how long from one sync without a page to the next, in milliseconds, where the browser
   * and the user allow it. Without it: only what is pending is sent.
   */
  periodicMs?: number;
}

interface Registration {
  sync?: { register(tag: string): Promise<void> };
  periodicSync?: { register(tag: string, options: { minInterval: number }): Promise<void> };
}

/**
 * Asks for a sync in the background whenever writes are pending and this page cannot send them: it
 * is offline, waits after a failure, or is left. Does nothing where the browser has no such thing,
 * or the app no service worker. Returns the undo.
 */
export function requestBackgroundSync(sync: Sync, options: BackgroundOptions = {}): () => void {
  const container = globalThis.navigator?.serviceWorker;
  if (container === undefined) return () => {};
  const { periodicMs } = options;
  if (periodicMs !== undefined)
    ask(container, ({ periodicSync }) =>
      periodicSync?.register(syncTag, { minInterval: periodicMs }),
    );
  let asked = false;
  const look = (): void => {
    const { pending, phase } = sync.status.value;
    const stuck = phase === 'offline' || phase === 'waiting' || phase === 'stalled';
    const wanted = pending > 0 && (stuck || document.visibilityState === 'hidden');
    if (wanted && !asked) ask(container, (registration) => registration.sync?.register(syncTag));
    asked = wanted;
  };
  const undo = sync.status.subscribe(look);
  document.addEventListener('visibilitychange', look);
  return () => {
    undo();
    document.removeEventListener('visibilitychange', look);
  };
}

// The user may have forbidden it; what is pending is sent when the app is opened again.
function ask(
  container: ServiceWorkerContainer,
  work: (registration: Registration) => Promise<void> | undefined,
): void {
  container.ready.then((registration) => work(registration as Registration)).catch(() => {});
}
