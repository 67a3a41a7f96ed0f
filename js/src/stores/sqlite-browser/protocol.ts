// What tabs and the worker that has the file say to each other. A tab names itself and numbers its
// calls; the worker takes them in that order, and answers each once.
import { asTidemarkError, type ErrorBody, TidemarkError } from '../../errors.js';
import type { StampText } from '../../wire.js';
import type { SqlValue } from '../sqlite/database.js';
import type { MergeMode } from '../store.js';
import { SqlError } from './sql-error.js';

export type Storage = 'opfs' | 'indexeddb';

/** By position, or by name with its prefix: `{ ':id': 1 }`. */
export type SqlParameters =
  | readonly (SqlValue | boolean | undefined)[]
  | Readonly<Record<string, SqlValue | boolean | undefined>>;

export interface SqlStatement {
  sql: string;
  parameters?: SqlParameters;
}

/** What a statement gave, its rows as arrays. */
export interface SqlResult {
  columns: string[];
  rows: SqlValue[][];
}

/** A tab's clock, as far as a store needs it for one call. */
export interface ClockNow {
  stamp: StampText;
  accepted: StampText | null;
  offsetMs: number;
}

/** With which a tab's store is opened, by every worker anew. */
export interface StoreSetup {
  tables: [string, MergeMode][];
  device?: string | undefined;
  clock: ClockNow;
}

/** New first stamps by old ones, in the order of the log. */
export type StampScript = [StampText, StampText][];

export type Operation =
  | { do: 'batch'; statements: readonly SqlStatement[] }
  | { do: 'begin'; migrates: boolean }
  | { do: 'export' | 'close' }
  | { do: 'end'; keep: boolean }
  | { do: 'cover'; setup: StoreSetup }
  | { do: 'store'; method: string; parameters: unknown[]; clock?: ClockNow }
  | { do: 'restamp'; script: StampScript; clock: ClockNow };

export interface Call {
  type: 'call';
  /** The worker that it is for: one that lost the file takes nothing. */
  owner: string;
  client: string;
  call: number;
  /** All calls up to this one were answered. */
  answered: number;
  /** The transaction that it is of: the number of the call that began it. */
  within: number | null;
  operation: Operation;
}

/** A tab is here. */
export interface Hello {
  type: 'hello';
  client: string;
  /** The last log entry that it was told of; -1: it does not listen. */
  heard: number;
  /** Its last call: those up to it may have been done by another worker. */
  sent: number;
  setup: StoreSetup | null;
}

/** To one tab. */
export type Answer =
  | { type: 'welcome'; owner: string; storage: Storage; missed: { count: number; entry: number } }
  | { type: 'done'; call: number; result: unknown }
  | { type: 'failed'; call: number; error: Fault };

/** To and of all tabs. `ping`: is the owner alive? */
export type News =
  | Hello
  | { type: 'owner' | 'over'; owner: string }
  | { type: 'unopened'; owner: string; error: Fault }
  | { type: 'wrote'; owner: string; count: number; entry: number }
  | { type: 'changed'; tables: string[] }
  | { type: 'ping' | 'pong' };

/** From the tab to the worker that it has begun. */
export interface Begin {
  type: 'begin';
  name: string;
  owner: string;
  storage: Storage | undefined;
  setup: string;
  transactionMs: number;
  migrationMs: number;
}

/** From the worker to its tab. `lost`: it cannot go on, and another is to be begun. */
export type WorkerNews = Answer | { type: 'opened' | 'lost' };

export interface Fault {
  tidemark?: ErrorBody;
  sql?: { message: string; resultCode: number };
}

export function faultOf(error: unknown): Fault {
  if (error instanceof SqlError)
    return { sql: { message: error.message, resultCode: error.resultCode } };
  return { tidemark: asTidemarkError(error, 'store_failed').toJSON() };
}

export function errorOf({ tidemark, sql }: Fault): Error {
  if (sql !== undefined) return new SqlError(sql.message, sql.resultCode);
  return tidemark ? TidemarkError.of(tidemark) : new TidemarkError('store_failed');
}

/** The names of a database: of its lock, its channel, its folder or IndexedDB. */
export const nameOf = (name: string) => `tidemark-sqlite:${name}`;
/** The lock that a tab holds as long as it is there, and the channel on which it is answered. */
export const clientName = (name: string, client: string) => `${nameOf(name)}:tab:${client}`;
