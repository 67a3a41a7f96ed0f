// Retakes: when a context leads anew after another program took the lead of the database. At first
// soon: that may have been a single command. Where both go on, they make room for each other.
import { type ErrorBody, TidemarkError } from './errors.js';
import type { Host } from './host.js';

/** How soon, doubled each time; and by how much that differs from what the other one waits. */
const retakeMsBase = 500;
const retakeMsMax = 60_000;
/** After so long without it, the next time is the first again. */
const retakeCalmMs = 120_000;

export class Retakes {
  #count = 0;
  /** When the last one was, or will be. */
  #at = Number.NEGATIVE_INFINITY;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    readonly lead: () => Promise<void>,
    readonly host: Host,
  ) {}

  /** Leads anew, later; returns what the status says until then. */
  later(): { phase: 'waiting'; error: ErrorBody } {
    const now = this.host.now();
    if (now - this.#at > retakeCalmMs) this.#count = 0;
    const doubled = Math.min(retakeMsMax, retakeMsBase * 2 ** this.#count);
    const jitter = this.#count === 0 ? 0 : this.host.random32() % retakeMsBase;
    this.#count += 1;
    this.#at = now + doubled + jitter;
    this.stop();
    this.#timer = setTimeout(() => this.now(), doubled + jitter);
    const error = new TidemarkError('unavailable', 'another program syncs this database');
    return { phase: 'waiting', error: error.toJSON() };
  }

  /** Leads anew at once, if it was to do so later. */
  now(): void {
    if (this.#timer === undefined) return;
    this.stop();
    void this.lead();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
