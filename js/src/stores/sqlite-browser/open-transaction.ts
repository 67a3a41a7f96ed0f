// A transaction that a tab has open. The queue waits for its end: by the tab, by time, or by the
// tab's own end.
import { TidemarkError } from '../../errors.js';
import type { CallName, Connection } from './connection.js';
import type { Operation, SqlResult } from './protocol.js';

export class OpenTransaction {
  /** Resolves when the queue may go on. */
  readonly ended: Promise<void>;
  #resolve: () => void = () => {};
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Why it was rolled back; null: it was not. */
  #over: string | null = null;
  #endMigration: () => void = () => {};

  /** `id`: the call that began it. */
  constructor(
    readonly client: string,
    readonly id: number,
    readonly connection: Connection,
    readonly limitMs: number,
  ) {
    this.ended = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  is(client: string, id: number): boolean {
    return this.#over === null && this.client === client && this.id === id;
  }

  begin(migrates: boolean): void {
    this.connection.open();
    try {
      if (migrates) this.#endMigration = this.connection.migrate();
    } catch (error) {
      this.connection.rollback();
      throw error;
    }
    this.#timer = setTimeout(() => this.end(`it took over ${this.limitMs} ms`), this.limitMs);
  }

  run(operation: Operation): SqlResult[] {
    if (operation.do !== 'batch')
      throw new TidemarkError('bad_input', 'only statements are run in a transaction');
    return this.connection.within(operation.statements);
  }

  finish(keep: boolean, name: CallName): null {
    // What wrote nothing leaves the file as it is.
    if (!keep || (this.connection.inTransaction && !this.connection.hasWritten)) {
      this.connection.rollback();
      return null;
    }
    try {
      if (!this.connection.inTransaction)
        throw new TidemarkError('store_failed', 'the transaction was rolled back');
      this.#endMigration();
      this.connection.commit(name);
      return null;
    } catch (error) {
      this.connection.rollback();
      throw error;
    }
  }

  /** Rolls it back. */
  end(why: string): void {
    if (this.#over !== null) return;
    this.#over = why;
    this.connection.rollback();
    this.close();
  }

  close(): void {
    this.#over ??= 'it has ended';
    clearTimeout(this.#timer);
    this.#resolve();
  }
}
