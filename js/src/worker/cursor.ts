// The cursor, opaque to clients: `epoch:seq` where everything up to seq was read, and within a
// reading of several pages `epoch:seq:from:fence`. Only this file knows its form.
import type { Cursor } from '../wire.js';
import type { Head } from './hub-store.js';

/** How far a reader has come. */
export interface Place {
  /** Pages go on after it. */
  seq: number;
  /**
   * Where the reading began: all up to here was read. Of what is past it, pages may have missed a
   * record that moved on meanwhile.
   */
  from: number;
}

interface Parts extends Place {
  epoch: string;
  /** The hub's fence at the last page of a reading that goes on; null: it was at its end. */
  fence: number | null;
}

export function formatCursor({ epoch }: Pick<Head, 'epoch'>, seq: number): string {
  return `${epoch}:${seq}`;
}

/** The cursor of a reading that is not at its end. */
export function formatPlace({ epoch, fence }: Head, { seq, from }: Place): string {
  return `${epoch}:${seq}:${from}:${fence}`;
}

const number = '(0|[1-9]\\d{0,15})';
const form = new RegExp(`^([0-9a-f]{32}):${number}(?::${number}:${number})?$`);

/** The parts of a cursor; null: no hub ever gave it out. */
export function parseCursor(cursor: string): Parts | null {
  const [, epoch, ...digits] = form.exec(cursor) ?? [];
  if (epoch === undefined) return null;
  const numbers = digits.filter((each) => each !== undefined).map(Number);
  if (!numbers.every(Number.isSafeInteger)) return null;
  const [seq = 0, from = seq, fence = null] = numbers;
  return fence !== null && from >= seq ? null : { epoch, seq, from, fence };
}

const beginning: Place = { seq: 0, from: 0 };

/** Null: the cursor is not one of this hub's, or the hub has forgotten what came after it. */
export function readCursor(cursor: Cursor, head: Head): Place | null {
  if (cursor === null) return beginning;
  const parts = parseCursor(cursor);
  if (parts === null || parts.epoch !== head.epoch || parts.seq > head.seq) return null;
  // Behind the fence is also who reads from the beginning: as long as nothing more is forgotten,
  // the reading goes on.
  return parts.seq >= head.fence || parts.fence === head.fence ? parts : null;
}

/**
 * Whether the hub was restored since it gave `cursor` out, whatever was forgotten since: what its
 * holder knows has to be offered.
 */
export function isOfOtherTime(cursor: string, head: Head): boolean {
  const parts = parseCursor(cursor);
  return parts === null || parts.epoch !== head.epoch || parts.seq > head.seq;
}
