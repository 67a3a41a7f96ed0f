// Watches the log for writes of whatever program, and tells who listens.
import type { NewWrites } from '../store.js';

/** How often the log is looked at while somebody listens, in milliseconds. */
const watchMs = 100;

export class Watch {
  /** The last entry that listeners know of. */
  last = 0;
  readonly #listeners = new Set<(writes: readonly NewWrites[]) => void>();
  #timer: ReturnType<typeof setInterval> | undefined;

  /** `read`: how many records' writes the log has past `last`, and its last entry. */
  constructor(readonly read: () => number[]) {}

  add(listener: (writes: readonly NewWrites[]) => void): () => void {
    if (this.#listeners.size === 0) this.#begin();
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) clearInterval(this.#timer);
    };
  }

  #begin(): void {
    // What is there already is counted by whoever loads.
    const [, entry = 0] = this.read();
    this.last = entry;
    this.#timer = setInterval(() => this.look(), watchMs);
    (this.#timer as { unref?: () => void }).unref?.();
  }

  /** Up to this entry, everything was counted. */
  seen(entry: number): void {
    this.last = Math.max(this.last, entry);
  }

  look(): void {
    if (this.#listeners.size === 0) return;
    let news: number[];
    try {
      news = this.read();
    } catch {
      return; // the app holds the database: the next look finds it
    }
    const [count = 0, entry = this.last] = news;
    if (count === 0) return;
    this.last = entry;
    for (const listener of this.#listeners) listener([{ count, entry }]);
  }

  close(): void {
    this.#listeners.clear();
    clearInterval(this.#timer);
  }
}
