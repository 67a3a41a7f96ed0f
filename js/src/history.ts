// History: what the exchanges of this connection moved, in sum and one by one.
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

export class History {
  readonly metrics = new ObservableValue<Metrics>(nothing);

  constructor(readonly store: Store) {}

  add(entry: SyncLogEntry): void {
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
    if (entry.outcome === 'ok' && entry.sent + entry.received === 0) return;
    // A history that cannot be kept must not hold up what it is of.
    this.store.appendSyncLog(entry).catch(() => {});
  }
}
