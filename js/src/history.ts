// History: what the exchanges of this connection moved, in sum and one by one. The entries of a
// reading of many pages are written some at a time: a transaction each would slow it down.
import { ObservableValue } from './observable.js';
import type { Store, SyncLogEntry } from './stores/store.js';
import type { Metrics } from './types.js';

const nothing: Metrics = {
  exchanges: 0,
  failures: 0,
  successRate: 1,
  averageMs: 0,
  sent: 0,
  received: 0,
  bytesSent: 0,
  bytesReceived: 0,
};

/** Entries that are kept back while pages are to follow. */
const keptMax = 20;

export class History {
  readonly metrics = new ObservableValue<Metrics>(nothing);
  #kept: SyncLogEntry[] = [];

  constructor(readonly store: Store) {}

  /** `more`: another exchange follows at once. */
  add(entry: SyncLogEntry, more: boolean): void {
    const before = this.metrics.value;
    const exchanges = before.exchanges + 1;
    const failures = before.failures + Number(entry.outcome === 'failed');
    this.metrics.set({
      exchanges,
      failures,
      successRate: (exchanges - failures) / exchanges,
      averageMs: (before.averageMs * before.exchanges + entry.durationMs) / exchanges,
      sent: before.sent + entry.sent,
      received: before.received + entry.received,
      bytesSent: before.bytesSent + entry.bytesSent,
      bytesReceived: before.bytesReceived + entry.bytesReceived,
    });
    if (entry.outcome === 'failed' || entry.sent + entry.received > 0) this.#kept.push(entry);
    if (!more || this.#kept.length >= keptMax) void this.save();
  }

  /** Writes what was kept back. */
  async save(): Promise<void> {
    const entries = this.#kept.splice(0);
    // A history that cannot be kept must not hold up what it is of.
    if (entries.length > 0) await this.store.appendSyncLog(entries).catch(() => {});
  }

  async entries(): Promise<SyncLogEntry[]> {
    await this.save();
    return this.store.syncLog();
  }
}
