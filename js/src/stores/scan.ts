// What verify asks of a store: pages of rows, to be compared with the hub's.
import type { IdText, WireRow } from '../wire.js';

export interface ScannedRow {
  id: IdText;
  /** In tagged form. */
  row: WireRow;
}

export interface ScanPage {
  rows: ScannedRow[];
  /** Where the next page goes on; undefined: there is none. */
  next: unknown;
}
