// The backlog: which entries write a record, in a log that is longer than an outbox. The log has no
// index of its records, as each would cost every write of the app: what is read once is remembered
// while there is a backlog, or each outbox would read the whole log.
import { encodeKey } from '../../values.js';
import { placeOf as recordText } from '../pending.js';
import type { PendingWrite } from '../store.js';
import type { Access } from './access.js';
import { type LogEntry, placeOf, writeOf } from './entry.js';
import { logStore } from './schema.js';

/** Entries read at a time. */
const entriesAtATime = 1_000;

/**
 * What the entries from one number to another write. What is remembered is read again before it
 * counts: entries leave, and change in place, by which they only come to write less. New ones have
 * greater numbers, but for offers: each is the first of its record, and so behind none.
 */
interface Remembered {
  from: number;
  to: number;
  /** The numbers of the entries of each record. */
  entries: Map<string, number[]>;
}

export class Backlog {
  #remembered: Remembered | null = null;

  forget(): void {
    this.#remembered = null;
  }

  /**
   * What the log has behind `writes`, which are its first, of the same records; null: one of these
   * has no stamp yet.
   */
  async behind(access: Access, writes: readonly PendingWrite[]): Promise<PendingWrite[] | null> {
    const end = writes.at(-1);
    if (end === undefined) return [];
    const records = new Set(writes.map(recordText));
    const { entries } = await this.#readFrom(access, end.entry);
    const numbers = new Set([...records].flatMap((record) => entries.get(record) ?? []));
    const left: PendingWrite[] = [];
    for (const entry of await entriesOf(access, [...numbers], end.entry))
      for (const [i, key] of entry.keys.entries()) {
        // The limit may have cut an entry.
        if (entry.id === end.entry && placeOf(entry, i) <= end.index) continue;
        if (!records.has(recordText({ table: entry.table, id: encodeKey(key) }))) continue;
        if (entry.stamp === null) return null;
        left.push(writeOf(entry, i));
      }
    return left;
  }

  /** Reads what is not remembered from `from` on. Another outbox may be read at the same time. */
  async #readFrom(access: Access, from: number): Promise<Remembered> {
    if (this.#remembered === null || from < this.#remembered.from)
      this.#remembered = { from, to: from - 1, entries: new Map() };
    const remembered = this.#remembered;
    for (;;) {
      const entries = await access.after<LogEntry>(logStore, remembered.to, entriesAtATime);
      for (const entry of entries) remember(remembered, entry);
      if (entries.length < entriesAtATime) return remembered;
    }
  }
}

function remember(remembered: Remembered, { id, table, keys }: LogEntry): void {
  for (const key of keys) {
    const record = recordText({ table, id: encodeKey(key) });
    const known = remembered.entries.get(record);
    if (known === undefined) remembered.entries.set(record, [id]);
    else known.push(id);
  }
  remembered.to = Math.max(remembered.to, id);
}

/** Those of the entries that are still there, from `from` on, in the order of the log. */
async function entriesOf(access: Access, numbers: readonly number[], from: number) {
  const behind = numbers.filter((id) => id >= from).sort((a, b) => a - b);
  const entries = await access.getMany<LogEntry>(logStore, behind);
  return entries.filter((entry) => entry !== undefined);
}
