// Another context of the same origin: what another tab is to a database. Its opener drives it.
import { liveQuery } from 'dexie';
import { openDexie } from './driver.js';

const api = {
  openDexie,
  /** Resolves with what a live query gave once `done` accepts it. */
  live<T>(
    query: () => Promise<T>,
    done: (value: T) => boolean,
  ): { first: Promise<void>; last: Promise<T> } {
    let began = () => {};
    const first = new Promise<void>((resolve) => (began = resolve));
    const last = new Promise<T>((resolve) => {
      const subscription = liveQuery(query).subscribe((value) => {
        began();
        if (!done(value)) return;
        resolve(value);
        setTimeout(() => subscription.unsubscribe());
      });
    });
    return { first, last };
  },
};

export type Frame = typeof api;
declare global {
  var frame: Frame;
}
globalThis.frame = api;
