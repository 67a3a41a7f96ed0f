// Events: listeners by the name of what happened.
import { reportError } from './observable.js';
import type { SyncEvents } from './types.js';

type Name = keyof SyncEvents;

export class Events {
  readonly #listeners = new Map<Name, Set<(detail: never) => void>>();

  on<K extends Name>(event: K, listener: (detail: SyncEvents[K]) => void): () => void {
    const of = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, of.add(listener));
    return () => of.delete(listener);
  }

  tell<K extends Name>(event: K, detail: SyncEvents[K]): void {
    // As with a status: a listener that throws is the app's bug.
    for (const listener of [...(this.#listeners.get(event) ?? [])])
      try {
        listener(detail as never);
      } catch (error) {
        reportError(error);
      }
  }
}
