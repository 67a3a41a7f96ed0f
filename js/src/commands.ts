// Commands: what an app asks of the connection itself. Whichever context leads does it.
import type { Command } from './leadership.js';
import { Ledger } from './ledger.js';
import type { VerifyReport } from './types.js';

export abstract class Commands extends Ledger {
  /** Has it done here, or by the context that leads. */
  protected abstract ask(command: Command, argument?: unknown): Promise<unknown>;

  async flush(): Promise<void> {
    await this.ask('flush');
  }

  verify(): Promise<VerifyReport> {
    return this.ask('verify') as Promise<VerifyReport>;
  }

  async adopt(choice: 'merge' | 'keep-remote'): Promise<void> {
    await this.ask('adopt', choice);
  }

  async switchAccount({ pending }: { pending: 'refuse' | 'discard' }): Promise<void> {
    await this.ask('switch', pending);
  }

  pause(): void {
    this.#tell('pause');
  }

  resume(): void {
    this.#tell('resume');
  }

  protected changed(): void {
    this.#tell('refresh');
  }

  // Nobody waits for these: that sync is closed is said by the status.
  #tell(command: Command): void {
    this.ask(command).catch(() => {});
  }
}
