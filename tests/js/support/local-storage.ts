// A stand-in for localStorage that can be full, and can stop after any number of writes, as a tab
// that is killed.
import type { Items } from '../../../js/src/local-storage.js';

/** What a tab does that is killed: nothing of it runs on. */
export class Killed extends Error {}

export class FakeStorage implements Items {
  readonly texts = new Map<string, string>();
  #keys: string[] = [];
  /** Writes so far. */
  written = 0;
  /** After how many writes the tab is killed. */
  killAfter = Number.POSITIVE_INFINITY;

  /** `charsMax`: of all keys and texts. */
  constructor(public charsMax = Number.POSITIVE_INFINITY) {}

  get length(): number {
    return this.texts.size;
  }

  get chars(): number {
    return [...this.texts].reduce((sum, [key, text]) => sum + key.length + text.length, 0);
  }

  key(index: number): string | null {
    // Asked for one after the other, as a rule.
    if (index === 0) this.#keys = [...this.texts.keys()];
    return this.#keys[index] ?? null;
  }

  getItem(key: string): string | null {
    return this.texts.get(key) ?? null;
  }

  setItem(key: string, text: string): void {
    this.#count();
    const before = this.texts.get(key);
    const grown = text.length - (before === undefined ? -key.length : before.length);
    if (grown > 0 && this.chars + grown > this.charsMax)
      throw new DOMException('no room', 'QuotaExceededError');
    this.texts.set(key, text);
  }

  removeItem(key: string): void {
    this.#count();
    this.texts.delete(key);
  }

  #count(): void {
    if (this.written >= this.killAfter) throw new Killed('the tab is gone');
    this.written++;
  }
}
