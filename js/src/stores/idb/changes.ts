// Tells the app of tables whose rows changed, in every tab: IndexedDB itself tells nobody.

type Listener = (tables: string[]) => void;

export class Changes {
  readonly #listeners = new Set<Listener>();
  #channel: BroadcastChannel | null = null;

  constructor(readonly name: string) {}

  /** Hears other contexts, and is heard there, until it is closed. */
  listen(): void {
    if (typeof BroadcastChannel === 'undefined') return;
    this.#channel = new BroadcastChannel(`tidemark:${this.name}:rows`);
    this.#channel.onmessage = ({ data }: MessageEvent<string[]>) => this.#heard(data);
    (this.#channel as { unref?: () => void }).unref?.();
  }

  /** Returns the undo. */
  on(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  tell(tables: Iterable<string>): void {
    const changed = [...tables];
    if (changed.length === 0) return;
    this.#channel?.postMessage(changed);
    this.#heard(changed);
  }

  #heard(tables: string[]): void {
    for (const listener of this.#listeners) listener(tables);
  }

  close(): void {
    this.#channel?.close();
    this.#channel = null;
    this.#listeners.clear();
  }
}
