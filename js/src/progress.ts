// Progress: how much of a long reading is here, for an app that shows a bar.
import type { Transport } from './transports/transport.js';
import type { Status } from './types.js';

export class Progress {
  #received = 0;
  #total: number | null = null;

  constructor(
    readonly transport: Transport,
    readonly tell: (progress: Status['progress']) => void,
  ) {}

  /**
   * A page was stored. `isFirst`: it began at the beginning, so that all there is at the hub is to
   * come. `more`: it was not the last.
   */
  page(received: number, isFirst: boolean, more: boolean, tables: readonly string[]): void {
    if (isFirst) this.#received = 0;
    if (isFirst && more) void this.#count(tables);
    this.#received += received;
    if (more || this.#received > received) this.#tell(more);
    if (!more) this.#total = null;
    if (!more) this.#received = 0;
  }

  #tell(more: boolean): void {
    const received = this.#received;
    // The hub goes on while it is read.
    const total = this.#total === null ? null : Math.max(this.#total, received);
    this.tell(more ? { received, total } : null);
  }

  // Not worth a fault: an endpoint that does not count leaves the total open.
  async #count(tables: readonly string[]): Promise<void> {
    const options = { refreshToken: false, signal: new AbortController().signal };
    const meta = await this.transport.meta?.({}, options).catch(() => null);
    if (!meta || this.#received === 0) return;
    const counts = tables.map((name) =>
      Object.hasOwn(meta.counts, name) ? meta.counts[name] : null,
    );
    this.#total = counts.reduce((sum, count) => sum + (count?.records ?? 0), 0);
    this.#tell(true);
  }
}
