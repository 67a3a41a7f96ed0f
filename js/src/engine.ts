// The typed facade of the engine: numbers and words in and out of the embind object, and nothing
// else. No policy is here.
import { type BatchRecord, readRecords } from './batch-records.js';
import { cellWords, FieldNumbers, pushCells } from './columns.js';
import { joinWith } from './core.js';
import { type ErrorCode, TidemarkError } from './errors.js';
import { errorCodes } from './generated/error-codes.js';
import type { Host } from './host.js';
import type { Join } from './merge.js';
import { readStamp, writeStamp, zeroStamp } from './stamp-words.js';
import type { Outbox, Stamper } from './stores/store.js';
import type { Phase, Status } from './types.js';
import { loadWasm, type RawEngine } from './wasm.js';
import type { StampText } from './wire.js';

export type EngineOutput =
  | { kind: 'loadOutbox'; ticket: number; writesMax: number }
  | { kind: 'send'; ticket: number; call: 'pull' | 'full'; refreshToken: boolean; limit: number }
  | { kind: 'commit'; ticket: number; page: boolean; refused: ErrorCode | null; giveUp: boolean }
  | { kind: 'restamp'; ticket: number; refused: boolean }
  | { kind: 'live'; open: boolean }
  | { kind: 'status' }
  | { kind: 'wake'; at: number };

export interface EngineBatch {
  /** By write of the outbox: whether the batch covers it. */
  selected: boolean[];
  records: BatchRecord[];
  /** A local transaction was too large for one push. */
  split: boolean;
}

/**
 * The writes of an outbox, with its records and transactions numbered in the order of their first
 * write.
 */
export interface NumberedOutbox {
  outbox: Outbox;
  records: { table: string; id: string; bytes: number }[];
  /** By write: its record and its transaction. */
  recordOf: number[];
  transactionOf: number[];
}

export interface ReplySummary {
  settled: number;
  kept: number;
  clockRefused: number;
  more: boolean;
  /** The greatest stamp that the reply shows the hub to hold. */
  accepted: StampText | null;
  sentAt: number;
  receivedAt: number;
  serverAt: number;
}

const phases: readonly Phase[] = [
  'idle',
  'syncing',
  'waiting',
  'offline',
  'needs-auth',
  'paused',
  'closed',
];
const codes = new Map<number, string>(
  Object.entries(errorCodes).map(([name, { number }]) => [number, name]),
);
const codeOf = (number: number) =>
  number === 0 ? null : ((codes.get(number) ?? 'internal') as ErrorCode);

export async function createEngine(host: Host): Promise<Engine> {
  const { Engine: Raw } = await loadWasm();
  return new Engine(new Raw(host.random32(), host.random32()), host);
}

export class Engine implements Stamper {
  readonly #raw: RawEngine;
  readonly #host: Host;
  readonly join: Join;

  constructor(raw: RawEngine, host: Host) {
    this.#raw = raw;
    this.#host = host;
    this.join = (local, remote) => joinWith(raw, local, remote);
  }

  restore(accepted: StampText | null, newest: StampText | null, offsetMs: number): void {
    this.#putStamps(accepted, newest);
    this.#raw.restore(offsetMs);
  }

  reserve(count: number): StampText {
    return this.#takeStamp(this.#raw.reserve(count, this.#host.now()));
  }

  restamp(first: StampText, count: number): StampText {
    this.#putStamps(first, null);
    return this.#takeStamp(this.#raw.restamp(count, this.#host.now()));
  }

  get accepted(): StampText | null {
    this.#raw.accepted();
    const text = readStamp(this.#raw.scratch(4), 0);
    return text === zeroStamp ? null : text;
  }

  get offsetMs(): number {
    return this.#raw.offsetMs();
  }

  /** 16 hexadecimal digits. */
  get node(): string {
    this.#raw.node();
    return readStamp(this.#raw.scratch(4), 0).slice(18);
  }

  get status(): Status {
    const [phase, pending, lastSyncedAt, error, online] = this.#raw.status() as unknown as [
      number,
      number,
      number,
      number,
      number,
    ];
    const code = codeOf(error);
    return {
      phase: phases[phase] as Phase,
      pending,
      lastSyncedAt: lastSyncedAt === 0 ? null : lastSyncedAt,
      error: code === null ? null : new TidemarkError(code).toJSON(),
      online: online === 1,
    };
  }

  start(pending: number): void {
    this.#raw.start(pending, this.#host.now());
  }

  close(): void {
    this.#raw.close();
  }

  pause(): void {
    this.#raw.pause();
  }

  resume(): void {
    this.#raw.resume(this.#host.now());
  }

  syncNow(): void {
    this.#raw.syncNow(this.#host.now());
  }

  handleOnline(online: boolean): void {
    this.#raw.handleOnline(online, this.#host.now());
  }

  handleLive(connected: boolean): void {
    this.#raw.handleLive(connected, this.#host.now());
  }

  handleWrite(count: number): void {
    this.#raw.handleWrite(count, this.#host.now());
  }

  handlePoke(): void {
    this.#raw.handlePoke(this.#host.now());
  }

  handleClock(offsetMs: number, accepted: StampText | null, restart: boolean): void {
    this.#putStampAndSpare(accepted);
    this.#raw.handleClock(offsetMs, restart);
  }

  /** Plans the next batch from what was loaded; null: nobody waits for it any more. */
  handleOutbox(ticket: number, numbered: NumberedOutbox): EngineBatch | null {
    const { outbox, records } = numbered;
    const names = new FieldNumbers();
    const heads: number[] = [];
    const cells: number[] = [];
    for (const [i, write] of outbox.writes.entries()) {
      const before = cells.length;
      const record = numbered.recordOf[i] as number;
      pushCells(cells, record, write.columns, names);
      const count = (cells.length - before) / cellWords;
      heads.push(record, numbered.transactionOf[i] as number, count);
    }
    const words = [...heads, ...records.map(({ bytes }) => bytes), ...cells];
    this.#raw.scratch(words.length).set(words);
    const code = this.#raw.handleOutbox(
      ticket,
      outbox.writes.length,
      records.length,
      cells.length / cellWords,
      outbox.pending,
      this.#host.now(),
      this.#host.random32(),
    );
    if (codeOf(-code) === 'wrong_state') return null;
    if (code < 0) throw new TidemarkError('engine_failed', `the outbox was answered ${code}`);
    return {
      selected: Array.from(this.#raw.batchSelected(), (flag) => flag === 1),
      records: readRecords(this.#raw.batchCells(), names),
      split: this.#raw.batchSplit(),
    };
  }

  handleReply(ticket: number, reply: ReplySummary): void {
    this.#putStampAndSpare(reply.accepted);
    this.#raw.handleReply(
      ticket,
      reply.settled,
      reply.kept,
      reply.clockRefused,
      reply.more,
      reply.sentAt,
      reply.receivedAt,
      reply.serverAt,
    );
  }

  handleFault(ticket: number, code: ErrorCode, retryAfterMs: number): void {
    const { number } = errorCodes[code];
    this.#raw.handleFault(ticket, number, retryAfterMs, this.#host.now(), this.#host.random32());
  }

  handleCommitted(ticket: number, pending: number): void {
    this.#raw.handleCommitted(ticket, pending, this.#host.now(), this.#host.random32());
  }

  handleRestamped(ticket: number): void {
    this.#raw.handleRestamped(ticket, this.#host.now(), this.#host.random32());
  }

  handleStoreFault(ticket: number): void {
    this.#raw.handleStoreFault(ticket, this.#host.now(), this.#host.random32());
  }

  poll(): EngineOutput | null {
    const [kind, a = 0, b = 0, c = 0, d = 0] = this.#raw.poll(this.#host.now());
    switch (kind) {
      case 1:
        return { kind: 'loadOutbox', ticket: a, writesMax: b };
      case 2:
        return {
          kind: 'send',
          ticket: a,
          call: b === 1 ? 'pull' : 'full',
          refreshToken: c === 1,
          limit: d,
        };
      case 3:
        return { kind: 'commit', ticket: a, page: b === 1, refused: codeOf(c), giveUp: d === 1 };
      case 4:
        return { kind: 'restamp', ticket: a, refused: b === 1 };
      case 5:
        return { kind: 'live', open: a === 1 };
      case 6:
        return { kind: 'status' };
      case 7:
        return { kind: 'wake', at: a };
      default:
        return null;
    }
  }

  /** Frees the engine's memory: it cannot be used any more. */
  delete(): void {
    this.#raw.delete();
  }

  #putStamps(first: StampText | null, second: StampText | null): void {
    const words = this.#raw.scratch(8);
    writeStamp(words, 0, first ?? zeroStamp);
    writeStamp(words, 4, second ?? zeroStamp);
  }

  #putStampAndSpare(stamp: StampText | null): void {
    const words = this.#raw.scratch(6);
    writeStamp(words, 0, stamp ?? zeroStamp);
    words[4] = this.#host.random32();
    words[5] = this.#host.random32();
  }

  #takeStamp(code: number): StampText {
    if (code < 0) throw new TidemarkError(codeOf(-code) ?? 'engine_failed');
    return readStamp(this.#raw.scratch(4), 0);
  }
}
