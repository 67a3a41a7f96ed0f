// Waiting: when a flush has come to its end, and which.
import type { EngineStatus } from './engine.js';
import { TidemarkError } from './errors.js';
import type { Command } from './leadership.js';

interface Waiter {
  begun: number;
  resolve(): void;
  reject(error: Error): void;
}

/** How many exchanges were begun, and the last of them that ended; and why it failed. */
interface Exchanges {
  readonly begun: number;
  readonly ended: number;
  readonly lastError: Error | null;
}

export class Waiters {
  readonly #waiters = new Set<Waiter>();

  /** `begun`: how many exchanges were when the waiting began. */
  add(begun: number): Promise<void> {
    return new Promise((resolve, reject) => this.#waiters.add({ begun, resolve, reject }));
  }

  /** Ends the waiting of those whose exchange is over, one way or the other. */
  settle(status: EngineStatus, { begun, ended, lastError }: Exchanges): void {
    for (const waiter of this.#waiters) {
      // Of one that is stalled the phase does not say whether an exchange is under way.
      const last = status.phase === 'stalled' ? ended : begun;
      const end = endOf(status, last > waiter.begun, lastError);
      if (end === null) continue;
      this.#waiters.delete(waiter);
      if (end === 'done') waiter.resolve();
      else waiter.reject(end);
    }
  }
}

/** Whether what ended with `error` because sync stopped may be given once more. */
export function isRepeatable(command: Command, error: unknown): boolean {
  const isStopped = error instanceof TidemarkError && error.code === 'closed';
  return isStopped && (command === 'flush' || command === 'verify');
}

/** `over`: an exchange was begun since. Null: not yet. */
function endOf(
  { phase, pending, error }: EngineStatus,
  over: boolean,
  detail: Error | null,
): 'done' | Error | null {
  switch (phase) {
    case 'idle':
      return over && pending === 0 ? 'done' : null;
    case 'waiting':
    case 'stalled':
      return over ? failure() : null;
    case 'needs-auth':
    case 'outdated':
    case 'wrong-account':
      return failure();
    case 'offline':
    case 'paused':
    case 'closed':
      return new TidemarkError(phase);
    default:
      return null;
  }
  function failure() {
    return detail ?? new TidemarkError(error?.code ?? 'unauthorized');
  }
}
