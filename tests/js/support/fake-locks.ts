// Web Locks as far as leadership needs them: one holder per name, the others in a queue, and a
// way to die holding one.
type Held = (lock: null) => Promise<unknown>;

export class FakeLocks {
  readonly #queues = new Map<string, (() => void)[]>();
  readonly #ends = new Map<string, () => void>();

  async request(name: string, { signal }: { signal?: AbortSignal }, held: Held): Promise<unknown> {
    await this.#turn(name, signal);
    const killed = new Promise<void>((resolve) => this.#ends.set(name, resolve));
    try {
      return await Promise.race([held(null), killed]);
    } finally {
      const queue = this.#queues.get(name) as (() => void)[];
      queue.shift();
      queue[0]?.();
    }
  }

  /** The holder is gone without a word, as a tab that crashed. */
  kill(name: string): void {
    this.#ends.get(name)?.();
  }

  #turn(name: string, signal?: AbortSignal): Promise<void> {
    const queue = this.#queues.get(name) ?? [];
    this.#queues.set(name, queue);
    return new Promise((resolve, reject) => {
      queue.push(resolve);
      if (queue.length === 1) resolve();
      signal?.addEventListener('abort', () => {
        const at = queue.indexOf(resolve);
        if (at > 0) queue.splice(at, 1);
        reject(new DOMException('aborted', 'AbortError'));
      });
    });
  }
}
