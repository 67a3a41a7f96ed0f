// Rows of the app in tagged form, as reports keep them.
import { encodeRow } from '../../values.js';
import type { WireRow } from '../../wire.js';

/** Undefined also for a row that cannot be sent, and so not be written again. */
export function encodedRow(row: object | undefined, table: string): WireRow | undefined {
  try {
    return row && encodeRow(row, table);
  } catch {
    return undefined;
  }
}
