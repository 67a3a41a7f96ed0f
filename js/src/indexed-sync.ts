// What the entries over IndexedDB share: the engine of a database, and what is handed in for tests.
import { createEngine, type Engine } from './engine.js';
import { asTidemarkError, type TidemarkError } from './errors.js';
import { systemHost } from './host.js';
import { startSync } from './start.js';
import type { Tracker } from './stores/indexeddb/tracker.js';
import type { Clock, Store } from './stores/store.js';
import type { Sync, SyncOptions } from './types.js';

/** What an entry needs of the engine and the client; `E` is the engine. */
export interface IndexedSync<E extends Clock> {
  /** Loads the engine; once a database, and again after a failure. */
  loadEngine(): Promise<E>;
  startSync(store: Store, engine: E, name: string, options: SyncOptions): Promise<Connected>;
}

export interface Connected extends Sync {
  /** `outdated`: why it cannot go on here. */
  close(outdated?: TidemarkError): Promise<void>;
}

export const systemSync: IndexedSync<Engine> = {
  loadEngine: () => createEngine(systemHost),
  startSync,
};

/**
 * By what the contexts of a database find the one of them that leads: the same, whichever library
 * opened it.
 */
export const leadName = ({ name }: Tracker): string => `dexie:${name}`;

/** Loaded at most once at a time; a failure is tried again. */
export function engineOf<E extends Clock>(
  tracker: Tracker,
  sync: IndexedSync<E>,
): () => Promise<E> {
  let loading: Promise<E> | null = null;
  return () => {
    loading ??= sync.loadEngine().then(
      (engine) => {
        tracker.useClock(engine);
        return engine;
      },
      (cause) => {
        loading = null;
        throw asTidemarkError(cause, 'engine_failed');
      },
    );
    return loading;
  };
}
