// A database that the browser has closed is opened again: Dexie tries so once, by the app's next
// use, and where that fails, as in the middle of an eviction, refuses every use from then on.
import type { Dexie } from 'dexie';

/** Between two tries, in milliseconds; the last one again and again. */
const reopenMs = [0, 100, 1_000, 10_000];

/** Tries until it is open, or closed by the app. */
export function reopening(db: Dexie): () => void {
  let isTrying = false;
  const attempt = async (tries: number): Promise<void> => {
    isTrying = !db.isOpen() && !db.hasBeenClosed();
    if (!isTrying) return;
    await db.open().catch(() => {});
    setTimeout(() => void attempt(tries + 1), reopenMs[Math.min(tries, reopenMs.length - 1)]);
  };
  return () => {
    if (!isTrying) void attempt(0);
  };
}
