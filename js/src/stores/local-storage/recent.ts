// Recent: what this context last made of the items; and, if it leads, what it took of other tabs'
// writes. Those tabs did not see each other, nor what was done here: what they set may come late,
// and is then not the item's latest state, but one that is part of it.

/** How long a write may be under way to other tabs, in milliseconds. */
export const lateMs = 10_000;

interface Write {
  text: string | null;
  at: number;
}

export class Recent {
  readonly #texts = new Map<string, string | null>();
  readonly #written = new Map<string, Write>();
  #taken: (Write & { key: string })[] = [];

  /** The items are so now. */
  leave(texts: ReadonlyMap<string, string | null>): void {
    for (const [key, text] of texts) this.#texts.set(key, text);
  }

  /** As this context left the item last; undefined: it has not seen it. */
  lastOf(key: string): string | null | undefined {
    return this.#texts.get(key);
  }

  /** The app wrote this here. */
  write(texts: ReadonlyMap<string, string | null>): void {
    const at = Date.now();
    for (const [key, text] of texts) this.#written.set(key, { text, at });
  }

  /** What the app wrote here, if others may not have seen it; undefined: nothing. */
  writtenTo(key: string): string | null | undefined {
    const written = this.#written.get(key);
    return written && written.at >= Date.now() - lateMs ? written.text : undefined;
  }

  take(writes: readonly { key: string; text: string | null }[]): void {
    const at = Date.now();
    const kept = this.#taken.filter((each) => each.at >= at - lateMs);
    this.#taken = [...kept, ...writes.map(({ key, text }) => ({ key, text, at }))];
  }

  /** Whether the text may be the late end of a write that was taken. */
  isLate(key: string, text: string | null): boolean {
    return this.#taken.some((each) => each.key === key && each.text === text);
  }

  clear(): void {
    this.#texts.clear();
    this.#taken = [];
  }
}
