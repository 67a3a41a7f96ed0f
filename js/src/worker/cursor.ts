// The cursor: `epoch:seq`, opaque to clients. Only this file knows its form.
import type { Cursor } from '../wire.js';
import type { Head } from './hub-store.js';

export function formatCursor({ epoch }: Pick<Head, 'epoch'>, seq: number): string {
  return `${epoch}:${seq}`;
}

/** The parts of a cursor; null: no hub ever gave it out. */
export function parseCursor(cursor: string): { epoch: string; seq: number } | null {
  const [, epoch, digits] = /^([0-9a-f]{32}):(0|[1-9]\d{0,15})$/.exec(cursor) ?? [];
  const seq = Number(digits);
  return epoch === undefined || !Number.isSafeInteger(seq) ? null : { epoch, seq };
}

/**
 * The seq of a cursor, 0 for none; null: it is not one of this hub's, or the hub has forgotten what
 * came after it.
 */
export function readCursor(cursor: Cursor, head: Head): number | null {
  if (cursor === null) return 0;
  const parts = parseCursor(cursor);
  if (parts === null || parts.epoch !== head.epoch) return null;
  return parts.seq > head.seq || parts.seq < head.fence ? null : parts.seq;
}
