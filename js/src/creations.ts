// Creations: which of the writes that were sent may still say that they create their record. A
// write says so once, because the answer may be lost; a hub that answers with a refusal changed
// nothing.
import type { ErrorCode } from './errors.js';
import type { PendingWrite } from './stores/store.js';

/** Answers to a whole request after which nothing of it was taken. */
const refusals: readonly ErrorCode[] = [
  'reset_required',
  'schema_outdated',
  'account_mismatch',
  'unauthorized',
];

const nameOf = ({ entry, index }: PendingWrite) => `${entry}:${index}`;

export class Creations {
  readonly #untaken = new Set<string>();

  /** Lets those say it again that no hub took. */
  restore(writes: readonly PendingWrite[]): void {
    for (const write of writes)
      if (write.sent && this.#untaken.has(nameOf(write))) write.create = true;
  }

  /** They are under way: nothing is known of them. */
  sending(writes: readonly PendingWrite[]): void {
    for (const write of writes) this.#untaken.delete(nameOf(write));
  }

  failed(writes: readonly PendingWrite[], code: ErrorCode): void {
    if (!refusals.includes(code)) return;
    for (const write of writes) if (write.create) this.#untaken.add(nameOf(write));
  }
}
