// localStorage as tabs of several processes have it: each reads a copy of its own, and hears of the
// others' writes late, though in order; what it has set itself and was not heard of yet stays.
import type { Items } from '../../../js/src/local-storage.js';

interface Write {
  by: LateTab;
  key: string;
  text: string | null;
}

/** What all tabs come to see. */
export class LateStorage {
  readonly texts = new Map<string, string>();
  readonly tabs: LateTab[] = [];

  open(): LateTab {
    const tab = new LateTab(this.texts);
    this.tabs.push(tab);
    return tab;
  }

  /** Brings one tab's oldest write to the place where all of them meet. */
  send(tab: LateTab): void {
    const write = tab.sent.shift();
    if (write === undefined) return;
    setIn(this.texts, write);
    for (const each of this.tabs) each.coming.push(write);
  }

  settle(): void {
    for (const tab of this.tabs) while (tab.sent.length > 0) this.send(tab);
    for (const tab of this.tabs) while (tab.coming.length > 0) tab.hear();
  }
}

export class LateTab implements Items {
  readonly sent: Write[] = [];
  readonly coming: Write[] = [];
  readonly #texts: Map<string, string>;
  readonly #own = new Map<string, number>();

  constructor(texts: ReadonlyMap<string, string>) {
    this.#texts = new Map(texts);
  }

  /** Hears of the oldest write that it has not heard of. */
  hear(): void {
    const write = this.coming.shift();
    if (write === undefined) return;
    const own = this.#own.get(write.key) ?? 0;
    if (write.by === this) this.#own.set(write.key, own - 1);
    else if (own === 0) setIn(this.#texts, write);
  }

  get length(): number {
    return this.#texts.size;
  }

  key(index: number): string | null {
    return [...this.#texts.keys()][index] ?? null;
  }

  getItem(key: string): string | null {
    return this.#texts.get(key) ?? null;
  }

  setItem(key: string, text: string): void {
    this.#set(key, text);
  }

  removeItem(key: string): void {
    if (this.#texts.has(key)) this.#set(key, null);
  }

  #set(key: string, text: string | null): void {
    const write = { by: this, key, text };
    setIn(this.#texts, write);
    this.#own.set(key, (this.#own.get(key) ?? 0) + 1);
    this.sent.push(write);
  }
}

function setIn(texts: Map<string, string>, { key, text }: Write): void {
  if (text === null) texts.delete(key);
  else texts.set(key, text);
}
