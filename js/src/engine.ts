// The typed facade of the engine: numbers and words in and out of the core, and nothing
// else. No policy is here.
import { readRecords } from './batch-records.js';
import { CellWriter, countCells, FieldNumbers } from './cells.js';
import { type Hash, hashWith, joinWith } from './core.js';
import {
  codeOf,
  type EngineBatch,
  type EngineOutput,
  type NumberedOutbox,
  outputOf,
  type ReplySummary,
} from './engine-output.js';
import { type ErrorCode, TidemarkError } from './errors.js';
import { errorCodes } from './generated/error-codes.js';
import type { Host } from './host.js';
import type { Join } from './merge.js';
import { readStamp, writeStamp, zeroStamp } from './stamp-words.js';
import type { Stamper } from './stores/store.js';
import type { Phase, Status } from './types.js';
import { loadWasm, type RawEngine } from './wasm.js';
import type { StampText } from './wire.js';

/** What of a status the engine knows. */
export type EngineStatus = Pick<Status, 'phase' | 'pending' | 'lastSyncedAt' | 'error' | 'online'>;

const phases: readonly Phase[] = [
  'idle',
  'syncing',
  'waiting',
  'offline',
  'needs-auth',
  'paused',
  'closed',
  'outdated',
  'wrong-account',
  'stalled',
];

export type {
  EngineBatch,
  EngineOutput,
  NumberedOutbox,
  ReplySummary,
  SendOutput,
} from './engine-output.js';

export async function createEngine(host: Host): Promise<Engine> {
  const { Engine: Raw } = await loadWasm();
  return new Engine(new Raw(host.random32(), host.random32()), host);
}

export class Engine implements Stamper {
  readonly #raw: RawEngine;
  readonly #host: Host;
  readonly join: Join;
  readonly hash: Hash;

  constructor(raw: RawEngine, host: Host) {
    this.#raw = raw;
    this.#host = host;
    this.join = (local, remote) => joinWith(raw, local, remote);
    this.hash = (texts) => hashWith(raw, texts);
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

  get status(): EngineStatus {
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

  /** `reading`: the store is not at the end of a reading from the beginning. */
  start(pending: number, reading: boolean): void {
    this.#raw.start(pending, this.#host.now(), reading);
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

  handleClock(offsetMs: number, ground: StampText | null, restart: boolean): void {
    this.#putStampAndSpare(ground);
    this.#raw.handleClock(offsetMs, restart);
  }

  /** Plans the next batch from what was loaded; null: nobody waits for it any more. */
  handleOutbox(ticket: number, numbered: NumberedOutbox): EngineBatch | null {
    const { outbox, records } = numbered;
    const names = new FieldNumbers();
    const cells = this.#putOutbox(numbered, names);
    const code = this.#raw.handleOutbox(
      ticket,
      outbox.writes.length,
      records.length,
      cells,
      outbox.rereads.length,
      outbox.pending,
      this.#host.now(),
      this.#host.random32(),
    );
    if (codeOf(-code) === 'wrong_state') return null;
    if (code < 0) throw new TidemarkError('engine_failed', `the outbox was answered ${code}`);
    return {
      selected: Array.from(this.#raw.batchSelected(), (flag) => flag === 1),
      records: readRecords(this.#raw.batchCells(), names),
      split: Boolean(this.#raw.batchSplit()),
    };
  }

  handleReply(ticket: number, reply: ReplySummary): void {
    this.#putStampAndSpare(reply.accepted);
    this.#raw.handleReply(
      ticket,
      reply.settled,
      reply.kept,
      reply.clockRefused,
      reply.fineUntil,
      reply.cloned,
      reply.more,
      reply.reset,
      reply.sentAt,
      reply.receivedAt,
      reply.serverAt,
    );
  }

  handleFault(ticket: number, code: ErrorCode, retryAfterMs: number): void {
    const { number } = errorCodes[code];
    this.#raw.handleFault(ticket, number, retryAfterMs, this.#host.now(), this.#host.random32());
  }

  handleCommitted(ticket: number, pending: number, rereads: number): void {
    const random = this.#host.random32();
    this.#raw.handleCommitted(ticket, pending, rereads, this.#host.now(), random);
  }

  handleRestamped(ticket: number): void {
    this.#raw.handleRestamped(ticket, this.#host.now(), this.#host.random32());
  }

  handleStoreFault(ticket: number): void {
    this.#raw.handleStoreFault(ticket, this.#host.now(), this.#host.random32());
  }

  poll(): EngineOutput | null {
    return outputOf(this.#raw.poll(this.#host.now()));
  }

  /** Frees the engine's memory: it cannot be used any more. */
  delete(): void {
    this.#raw.delete();
  }

  /** Returns how many cells the writes have. */
  #putOutbox({ outbox, records, recordOf, transactionOf }: NumberedOutbox, names: FieldNumbers) {
    const { writes } = outbox;
    const counts = writes.map(({ columns }) => countCells([columns]));
    const cells = counts.reduce((sum, count) => sum + count, 0);
    const firstCell = writes.length * 3 + records.length;
    const writer = new CellWriter(this.#raw, firstCell, cells, names);
    const { words } = writer;
    for (const [i, { columns }] of writes.entries()) {
      const record = recordOf[i] as number;
      words.set([record, transactionOf[i] as number, counts[i] as number], i * 3);
      writer.add(record, columns);
    }
    writer.end();
    words.set(
      records.map(({ bytes }) => bytes),
      writes.length * 3,
    );
    return cells;
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
