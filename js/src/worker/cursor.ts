// The cursor: `epoch:seq`, opaque to clients. Only this file knows its form.
import type { Cursor } from '../wire.js';
import type { Head } from './hub-store.js';

export function formatCursor({ epoch }: Head, seq: number): string {
  return `${epoch}:${seq}`;
}

/**
 * The seq of a cursor, 0 for none; null: it is not one of this hub's, or the hub has forgotten what
 * came after it.
 */
export function readCursor(cursor: Cursor, head: Head): number | null {
  if (cursor === null) return 0;
  const prefix = `${head.epoch}:`;
  const digits = cursor.slice(prefix.length);
  if (!cursor.startsWith(prefix) || !/^(0|[1-9]\d{0,15})$/.test(digits)) return null;
  const seq = Number(digits);
  return seq > head.seq || seq < head.fence ? null : seq;
}
