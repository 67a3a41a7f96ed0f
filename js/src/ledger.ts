// Ledger: what an app asks of its own database about sync, and does to it: losses, dead letters,
// pending writes. It works in every context; who leads is told that something changed.
import { History } from './history.js';
import { noLetter } from './stores/local-write.js';
import type {
  DeadLetter,
  PendingRecord,
  RecordState,
  Store,
  SyncLogEntry,
} from './stores/store.js';
import type { Transport } from './transports/transport.js';
import type { PendingExport } from './types.js';
import { encodeKey, encodeRow } from './values.js';
import type { Loss, LossesReply } from './wire.js';

export abstract class Ledger {
  protected readonly exchanges: History;

  constructor(
    protected readonly store: Store,
    protected readonly transport: Transport,
    protected readonly schema: number,
  ) {
    this.exchanges = new History(store);
  }

  /** Dead letters or losses are other than they were, or a record is to be read again. */
  protected abstract changed(): void;

  async losses(): Promise<Loss[]> {
    const here = await this.store.losses();
    const there = await this.#hubLosses().catch(() => []);
    const known = [...here, ...(await this.store.droppedLosses())];
    return [...here, ...withoutKnown(there, known)].sort((a, b) => b.at - a.at);
  }

  async undo(loss: Loss): Promise<void> {
    const { table, id, row } = loss;
    await this.store.write({ table, id, row, patch: true });
    await this.store.dropLoss(loss);
    this.changed();
  }

  deadLetters(): Promise<DeadLetter[]> {
    return this.store.deadLetters();
  }

  async retry(id: number): Promise<void> {
    await this.store.retryDeadLetter(id);
    this.changed();
  }

  async discard(id: number): Promise<void> {
    await this.store.discardDeadLetter(id);
    this.changed();
  }

  async edit(id: number, row: Record<string, unknown>): Promise<void> {
    const letters = await this.store.deadLetters();
    const letter = letters.find((each) => each.id === id);
    if (letter === undefined) throw noLetter(id);
    const { table, id: record } = letter.change;
    const edited = { table, id: record, row: encodeRow(row, table) };
    // All that was refused is sent again, with the new values: both writes leave in one push.
    const retried = this.store.retryDeadLetter(id);
    // A delete may have to wait, and then nothing is written.
    if (letter.change.deleted) await retried;
    await Promise.all([retried, this.store.write(edited)]);
    this.changed();
  }

  pending(): Promise<PendingRecord[]> {
    return this.store.pendingRecords();
  }

  async exportPending(): Promise<PendingExport> {
    const { device } = await this.store.load();
    const [changes, deadLetters] = await Promise.all([this.pending(), this.deadLetters()]);
    return { version: 1, exportedAt: Date.now(), device, changes, deadLetters };
  }

  recordState(table: string, key: unknown): Promise<RecordState> {
    return this.store.recordState(table, encodeKey(key));
  }

  history(): Promise<SyncLogEntry[]> {
    return this.exchanges.entries();
  }

  async #hubLosses(): Promise<Loss[]> {
    const { hub } = await this.store.load();
    const found: Loss[] = [];
    const signal = new AbortController().signal;
    for (let after = 0; ; ) {
      const asker = { schema: this.schema, ...(hub !== null && { hub }) };
      const page: LossesReply | undefined = await this.transport.losses?.(
        { after, ...asker },
        { refreshToken: false, signal },
      );
      if (page === undefined) return found;
      for (const { n, ...loss } of page.losses) {
        after = n;
        found.push(loss);
      }
      if (!page.more || page.losses.length === 0) return found;
    }
  }
}

/** What of `losses` is not in `known`, field by field. */
function withoutKnown(losses: readonly Loss[], known: readonly Loss[]): Loss[] {
  const nameOf = (loss: Loss) => JSON.stringify([loss.table, loss.id, loss.stamp]);
  const fields = new Map<string, Set<string>>();
  for (const loss of known)
    for (const name of Object.keys(loss.row)) {
      const of = fields.get(nameOf(loss)) ?? new Set();
      fields.set(nameOf(loss), of.add(name));
    }
  return losses.filter((loss) => {
    const of = fields.get(nameOf(loss));
    return of === undefined || !Object.keys(loss.row).every((name) => of.has(name));
  });
}
