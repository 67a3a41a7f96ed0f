// What the engine asks of its host and is told in return, as plain data; and the numbers that it
// says it in (bindings/engine_binding.cpp).
import type { BatchRecord } from './batch-records.js';
import type { ErrorCode } from './errors.js';
import { errorCodes } from './generated/error-codes.js';
import type { Outbox } from './stores/store.js';
import type { StampText } from './wire.js';

export type EngineOutput =
  | { kind: 'loadOutbox'; ticket: number; writesMax: number }
  | SendOutput
  | { kind: 'commit'; ticket: number; refused: ErrorCode | null; giveUp: boolean }
  | { kind: 'restamp'; ticket: number; refused: boolean }
  | { kind: 'live'; open: boolean }
  | { kind: 'status' }
  | { kind: 'wake'; at: number }
  | { kind: 'verify' }
  | { kind: 'startOver'; ticket: number };

export interface SendOutput {
  kind: 'send';
  ticket: number;
  call: 'pull' | 'full';
  refreshToken: boolean;
  limit: number;
  /** Nothing is to be left out of the page, own writes included. */
  whole: boolean;
  /** Of this push; undefined: it is none. */
  turn: string | undefined;
  /** Of the last push that was answered. */
  answered: string | undefined;
  /** Of the pushes of which one is the last that the hub took. */
  after: string[];
}

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
  /** With these: what is stamped up to here the hub takes; Unix time in milliseconds. */
  fineUntil: number;
  /** Changes that were answered `clone`: another engine pushes under this node. */
  cloned: number;
  more: boolean;
  /** Everything is read again from the beginning. */
  reset: boolean;
  /** The greatest stamp that the reply shows the hub to hold. */
  accepted: StampText | null;
  sentAt: number;
  receivedAt: number;
  serverAt: number;
}

const codes = new Map<number, string>(
  Object.entries(errorCodes).map(([name, { number }]) => [number, name]),
);
export const codeOf = (number: number) =>
  number === 0 ? null : ((codes.get(number) ?? 'internal') as ErrorCode);

/** The numbers of one output: its kind, then its members. */
export function outputOf(numbers: Iterable<number>): EngineOutput | null {
  const [kind, a = 0, b = 0, c = 0, d = 0, ...more] = numbers;
  switch (kind) {
    case 1:
      return { kind: 'loadOutbox', ticket: a, writesMax: b };
    case 2: {
      const call = b === 1 ? 'pull' : 'full';
      return { ...sendOf(more), ticket: a, call, refreshToken: c === 1, limit: d };
    }
    case 3:
      return { kind: 'commit', ticket: a, refused: codeOf(b), giveUp: c === 1 };
    case 4:
      return { kind: 'restamp', ticket: a, refused: b === 1 };
    case 5:
      return { kind: 'live', open: a === 1 };
    case 6:
      return { kind: 'status' };
    case 7:
      return { kind: 'wake', at: a };
    case 8:
      return { kind: 'verify' };
    case 9:
      return { kind: 'startOver', ticket: a };
    default:
      return null;
  }
}

function sendOf([whole, turn, ...before]: number[]) {
  const turns = before.map(turnText);
  const after = turns.filter((each) => each !== undefined);
  return {
    kind: 'send' as const,
    whole: whole === 1,
    turn: turnText(turn),
    answered: turns[0],
    after,
  };
}

function turnText(turn = 0): string | undefined {
  return turn === 0 ? undefined : turn.toString(16).padStart(16, '0');
}
