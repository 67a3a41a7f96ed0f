// A database that the browser has closed is opened again: Dexie tries so once, by the app's next
// use, and where that fails, as in the middle of an eviction, refuses every use from then on.
import type { Dexie } from 'dexie';

/** Before each try, in milliseconds; the last one again and again. */
const reopenMs = [0, 100, 300, 1_000, 3_000, 10_000];

/** Tries until it is open, closed by the app, or no longer wanted here. */
export function reopening(db: Dexie, isWanted: () => boolean): () => void {
  let isTrying = false;
  const later = (tries: number) =>
    setTimeout(() => void attempt(tries), reopenMs[Math.min(tries, reopenMs.length - 1)]);
  const attempt = async (tries: number): Promise<void> => {
    isTrying = isWanted() && !db.isOpen() && !db.hasBeenClosed();
    if (!isTrying) return;
    await db.open().catch(() => {});
    later(tries + 1);
  };
  return () => {
    if (!isTrying) later(0);
    isTrying = true;
  };
}
