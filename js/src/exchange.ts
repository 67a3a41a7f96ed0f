// One exchange with the hub, as data: what was sent, what came back, and what both mean for the
// engine and the store.
import { type Batch, emptyBatch } from './batch.js';
import type { ReplySummary } from './engine.js';
import { type ErrorCode, errorMessage, TidemarkError } from './errors.js';
import { msOf } from './stamp-words.js';
import type { Acknowledgement, Commit, SyncLogEntry } from './stores/store.js';
import type { Traffic } from './transports/transport.js';
import type {
  Change,
  ChangeHead,
  Cursor,
  FullReply,
  PullReply,
  PushReply,
  PushResult,
  RecordKey,
  StampText,
} from './wire.js';

/** What of a commit an exchange decides; the clock is the engine's. */
export type Brought = Omit<Commit, 'clock' | 'offsetMs'>;

export class Exchange {
  batch: Batch = emptyBatch;
  /** The records that are asked for with the push. */
  rereads: readonly RecordKey[] = [];
  sentAt = 0;
  /** Bytes of bodies, as the transport counts them. */
  readonly traffic: Traffic = { sent: 0, received: 0 };
  #push: PushReply | null = null;
  #pull: PullReply | null = null;
  #records: Change[] = [];
  #isReset = false;

  /** What is said with a null cursor, so that a restored hub is noticed. */
  readonly known: Cursor;

  /** `hub`: whom the data belongs to; null: nobody yet. `known`: as in the store's state. */
  constructor(
    readonly cursor: Cursor,
    readonly hub: string | null = null,
    known: Cursor = null,
  ) {
    this.known = cursor === null ? known : null;
  }

  /**
   * Takes a reply; throws `bad_reply` for one that would never end, and `account_mismatch` for
   * another hub's.
   */
  receive(push: PushReply | null, pull: PullReply, records?: FullReply['records']): void {
    if (this.hub !== null && pull.hub !== undefined && pull.hub !== this.hub)
      throw new TidemarkError('account_mismatch', `${pull.hub} answered for ${this.hub}`);
    if (pull.reset && this.cursor === null && !this.#isNews(pull))
      throw new TidemarkError('bad_reply', 'a reset of a pull from the beginning');
    if (pull.more && pull.cursor === this.cursor && !pull.reset)
      throw new TidemarkError('bad_reply', 'more to read, and the cursor stands still');
    for (const [i, { outcome }] of (push?.results ?? []).entries())
      if (outcome === 'needFull' && !this.batch.changes[i]?.patch)
        throw new TidemarkError('bad_reply', `results[${i}] asks for what was sent`);
    checkCollisions(this.batch.changes, push?.results ?? []);
    this.#push = push;
    this.#pull = pull;
    this.#records = records ?? [];
    // An endpoint that cannot show single records: it shows them when everything is read again.
    const unanswered = push !== null && this.rereads.length > 0 && records === undefined;
    this.#isReset = pull.reset === true || unanswered;
  }

  /** Whether a reset of what is known would not be answered to the next request, too. */
  #isNews({ known }: PullReply): boolean {
    return this.known !== null && known !== undefined && known !== this.known;
  }

  summary(sentAt: number, receivedAt: number, serverAt: number): ReplySummary {
    const results = this.#push?.results ?? [];
    const count = (test: (result: PushResult) => boolean) => results.filter(test).length;
    const clockRefused = count(({ outcome }) => outcome === 'clock');
    const cloned = count(({ outcome }) => outcome === 'clone');
    const deferred = count(({ outcome }) => outcome === 'deferred');
    const kept = count((result) => result.outcome === 'rejected' && result.retryable);
    return {
      settled: results.length - clockRefused - cloned - deferred - kept,
      kept,
      clockRefused,
      fineUntil: this.#fineUntil(serverAt),
      cloned,
      more: this.#pull?.more === true || this.#isReset,
      reset: this.#isReset,
      accepted: this.#accepted(),
      sentAt,
      receivedAt,
      serverAt,
    };
  }

  /** What to store. `giveUp` false: what is `refused` stays for later. */
  commit(refused: ErrorCode | null, giveUp = true): Brought {
    const acknowledged: Acknowledgement[] = this.batch.vanished.map((write) => ({
      write,
      result: 'sent',
    }));
    for (const [i, change] of this.batch.changes.entries()) {
      const result = refused === null ? this.#push?.results[i] : refusalOf(refused, giveUp);
      if (result !== undefined) acknowledged.push(...this.#acknowledge(i, change, result));
    }
    const commit: Brought = { acknowledged, changes: [] };
    if (this.#pull !== null) this.#read(this.#pull, commit);
    this.#keepHeads(commit);
    return commit;
  }

  /** What the exchange moved, as the app is told of it. */
  get moved(): { sent: number; received: number; cloned: number } {
    const { changes = [] } = this.#pull ?? {};
    const results = this.#push?.results ?? [];
    const cloned = results.filter(({ outcome }) => outcome === 'clone').length;
    return { sent: results.length, received: changes.length + this.#records.length, cloned };
  }

  entry(now: number, fault: TidemarkError | null, pending: number): SyncLogEntry {
    const { sent, received } = this.moved;
    const entry: SyncLogEntry = {
      at: this.sentAt,
      durationMs: now - this.sentAt,
      outcome: fault === null ? 'ok' : 'failed',
      sent,
      received,
      bytesSent: this.traffic.sent,
      bytesReceived: this.traffic.received,
      pending,
    };
    if (fault !== null) entry.code = fault.code;
    return entry;
  }

  /** Adds what was read to `commit`. */
  #read(pull: PullReply, commit: Brought): void {
    commit.cursor = this.#isReset ? null : pull.cursor;
    commit.after = this.cursor;
    if (pull.hub !== undefined) commit.hub = pull.hub;
    if (this.#records.length > 0) commit.records = this.#records;
    const { offer = null, adopt = false, known } = pull;
    if (this.#isReset) {
      // Without `safe`: it counts in another epoch than the journal does.
      commit.reset = { offer, adopt, cursor: this.cursor, ...(known !== undefined && { known }) };
      return;
    }
    commit.changes = pull.changes;
    if (pull.safe !== undefined) commit.safe = pull.safe;
    if (!pull.more) commit.complete = true;
  }

  /** Adds the heads of what the hub holds now, under the seq by which a backup has all of it. */
  #keepHeads(commit: Brought): void {
    if (this.#pull?.seq === undefined) return; // an endpoint that is never restored, as it says
    const pushed = this.#push?.seq ?? 0;
    const read = commit.after === undefined ? 0 : this.#pull.seq;
    commit.seq = Math.max(pushed, read);
    const held = this.batch.changes.filter((_, i) => isHeld(this.#push?.results[i]));
    // Every backup holds what is up to `safe`: the store would not keep it.
    if (!commit.reset && commit.seq <= (commit.safe ?? 0)) return;
    const seen = [...held, ...(commit.records ?? []), ...commit.changes];
    const journal = seen.filter(({ absent }) => !absent).map(headOf);
    if (journal.length > 0) commit.journal = journal;
  }

  #acknowledge(i: number, change: Change, result: PushResult): Acknowledgement[] {
    const writes = this.batch.writes[i] ?? [];
    switch (result.outcome) {
      case 'applied':
      case 'merged':
        return writes.map((write) => ({ write, result: 'sent', change }));
      case 'needFull':
        return writes.map((write) => ({ write, result: 'needFull' }));
      case 'rejected':
        if (result.retryable) return writes.map((write) => ({ write, result: 'later' }));
        return writes.map((write) => ({ write, result: 'dead', refusal: result, change }));
      case 'collision':
        return writes.map((write) => ({ ...result, write, result: 'collision' }));
      case 'deferred':
        return writes.map((write) => ({ write, result: 'deferred' }));
      case 'clock':
      case 'clone':
        return [];
    }
  }

  /**
   * Before the latest stamp of what was refused; where the endpoint does not say up to where it
   * takes stamps, before all of them, and what is not ahead of its clock.
   */
  #fineUntil(serverAt: number): number {
    let fine = Number.MAX_SAFE_INTEGER;
    for (const [i, result] of (this.#push?.results ?? []).entries()) {
      if (result.outcome !== 'clock') continue;
      const times = stampsOf(this.batch.changes[i] as Change).map(msOf);
      const until = result.until ?? Math.min(serverAt, Math.min(...times) - 1);
      fine = Math.min(fine, until, Math.max(...times) - 1);
    }
    return fine;
  }

  #accepted(): StampText | null {
    const held = this.batch.changes.filter((_, i) => isHeld(this.#push?.results[i]));
    let greatest: StampText = '';
    for (const shown of [held, this.#records, this.#pull?.changes ?? []])
      for (const change of shown) {
        if (change.absent) continue;
        if (change.stamp > greatest) greatest = change.stamp;
        for (const field in change.fields)
          if ((change.fields[field] as StampText) > greatest)
            greatest = change.fields[field] as StampText;
      }
    return greatest === '' ? null : greatest;
  }
}

/** Throws `bad_reply` where nothing that was sent can have collided: it would be sent for ever. */
function checkCollisions(changes: readonly Change[], results: readonly PushResult[]): void {
  const collides = results.some(({ outcome }) => outcome === 'collision');
  for (const [i, { outcome }] of results.entries()) {
    if (outcome === 'collision' && changes[i]?.born === undefined)
      throw new TidemarkError('bad_reply', `results[${i}] collides and says not how it was born`);
    if (outcome === 'deferred' && !collides)
      throw new TidemarkError('bad_reply', `results[${i}] waits for no other change`);
  }
}

function stampsOf({ stamp, fields = {} }: Change): StampText[] {
  return [stamp, ...Object.values(fields)];
}

function isHeld(result: PushResult | undefined): boolean {
  return result?.outcome === 'applied' || result?.outcome === 'merged';
}

function headOf({ row = {}, create: _, offer: __, absent: ___, ...head }: Change): ChangeHead {
  return head.patch ? { ...head, names: Object.keys(row) } : head;
}

function refusalOf(code: ErrorCode, giveUp: boolean): PushResult {
  return { outcome: 'rejected', code, message: errorMessage(code), retryable: !giveUp };
}
