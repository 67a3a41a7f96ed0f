// Web Locks as far as leadership needs them: one holder per name, the others in a queue, a way to
// take the lock from its holder, and a way to die holding one.
type Held = (lock: null) => Promise<unknown>;
interface Turn {
  begin(): void;
  /** Ends a turn that has begun. */
  end(how?: Error): void;
}

const aborted = () => new DOMException('aborted', 'AbortError');

export class FakeLocks {
  readonly #queues = new Map<string, Turn[]>();

  async request(
    name: string,
    { signal, steal }: { signal?: AbortSignal; steal?: boolean },
    held: Held,
  ): Promise<unknown> {
    const queue = this.#queues.get(name) ?? [];
    this.#queues.set(name, queue);
    const turn: Turn = { begin: () => {}, end: () => {} };
    const ended = new Promise((resolve, reject) => {
      turn.end = (how) => (how === undefined ? resolve(undefined) : reject(how));
    });
    ended.catch(() => {});
    await new Promise<void>((resolve, reject) => {
      turn.begin = resolve;
      signal?.addEventListener('abort', () => {
        const at = queue.indexOf(turn);
        if (at > 0) queue.splice(at, 1);
        reject(aborted());
      });
      if (steal) queue.splice(0, 1, turn)[0]?.end(aborted());
      else queue.push(turn);
      if (queue[0] === turn) resolve();
    });
    try {
      return await Promise.race([held(null), ended]);
    } finally {
      const at = queue.indexOf(turn);
      if (at >= 0) queue.splice(at, 1);
      if (at === 0) queue[0]?.begin();
    }
  }

  /** The holder is gone without a word, as a tab that crashed. */
  kill(name: string): void {
    this.#queues.get(name)?.[0]?.end();
  }
}
