// One exchange with the hub, as data: what was sent, what came back, and what both mean for the
// engine and the store.
import { type Batch, emptyBatch } from './batch.js';
import type { ReplySummary } from './engine.js';
import { type ErrorCode, errorMessage, TidemarkError } from './errors.js';
import type { Acknowledgement, Commit } from './stores/store.js';
import type { Change, Cursor, PullReply, PushReply, PushResult, StampText } from './wire.js';

export class Exchange {
  batch: Batch = emptyBatch;
  #push: PushReply | null = null;
  #pull: PullReply | null = null;

  constructor(readonly cursor: Cursor) {}

  /** Takes a reply; throws `bad_reply` for one that would never end. */
  receive(push: PushReply | null, pull: PullReply): void {
    if (pull.reset && this.cursor === null)
      throw new TidemarkError('bad_reply', 'a reset of a pull from the beginning');
    if (pull.more && pull.cursor === this.cursor)
      throw new TidemarkError('bad_reply', 'more to read, and the cursor stands still');
    for (const [i, { outcome }] of (push?.results ?? []).entries())
      if (outcome === 'needFull' && !this.batch.changes[i]?.patch)
        throw new TidemarkError('bad_reply', `results[${i}] asks for what was sent`);
    this.#push = push;
    this.#pull = pull;
  }

  summary(sentAt: number, receivedAt: number, serverAt: number): ReplySummary {
    const results = this.#push?.results ?? [];
    const count = (test: (result: PushResult) => boolean) => results.filter(test).length;
    const clockRefused = count(({ outcome }) => outcome === 'clock');
    const kept = count((result) => result.outcome === 'rejected' && result.retryable);
    return {
      settled: results.length - clockRefused - kept,
      kept,
      clockRefused,
      more: this.#pull?.more === true || this.#pull?.reset === true,
      accepted: this.#accepted(),
      sentAt,
      receivedAt,
      serverAt,
    };
  }

  /**
   * What to store. `page` false: the acknowledgements only. `giveUp` false: what is `refused` stays
   * for later.
   */
  commit(
    page: boolean,
    refused: ErrorCode | null,
    giveUp = true,
  ): Pick<Commit, 'acknowledged' | 'changes' | 'cursor' | 'after'> {
    const acknowledged: Acknowledgement[] = this.batch.vanished.map((write) => ({
      write,
      result: 'sent',
    }));
    for (const [i, change] of this.batch.changes.entries()) {
      const result = refused === null ? this.#push?.results[i] : refusalOf(refused, giveUp);
      if (result !== undefined) acknowledged.push(...this.#acknowledge(i, change, result));
    }
    const commit = { acknowledged, changes: [] as Change[] };
    if (!page || this.#pull === null) return commit;
    return {
      ...commit,
      changes: this.#pull.changes,
      cursor: this.#pull.cursor,
      after: this.cursor,
    };
  }

  #acknowledge(i: number, change: Change, result: PushResult): Acknowledgement[] {
    const writes = this.batch.writes[i] ?? [];
    switch (result.outcome) {
      case 'applied':
      case 'merged':
        return writes.map((write) => ({ write, result: 'sent' }));
      case 'needFull':
        return writes.map((write) => ({ write, result: 'needFull' }));
      case 'rejected':
        if (result.retryable) return writes.map((write) => ({ write, result: 'later' }));
        return writes.map((write) => ({ write, result: 'dead', refusal: result, change }));
      case 'clock':
        return [];
    }
  }

  #accepted(): StampText | null {
    let greatest: StampText | null = null;
    const see = (change: Change) => {
      for (const stamp of [change.stamp, ...Object.values(change.fields ?? {})])
        if (greatest === null || stamp > greatest) greatest = stamp;
    };
    for (const [i, result] of (this.#push?.results ?? []).entries())
      if (result.outcome === 'applied' || result.outcome === 'merged')
        see(this.batch.changes[i] as Change);
    for (const change of this.#pull?.changes ?? []) see(change);
    return greatest;
  }
}

function refusalOf(code: ErrorCode, giveUp: boolean): PushResult {
  return { outcome: 'rejected', code, message: errorMessage(code), retryable: !giveUp };
}
