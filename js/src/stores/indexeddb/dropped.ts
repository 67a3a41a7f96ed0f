// What was not sent yet of a table that an upgrade drops: letters, as its rows go with it.
import { zeroStamp } from '../../stamp-words.js';
import { encodeKey } from '../../values.js';
import type { LogEntry } from './entry.js';
import { encodedRow } from './rows.js';
import type { DeadRow } from './schema.js';

/** Adds the letters of `entry`, whose keys have these `rows`: one each record. */
export function addLetters(
  letters: Map<string, DeadRow>,
  { table, keys, stamp }: LogEntry,
  rows: readonly (object | undefined)[],
): void {
  for (const [i, key] of keys.entries()) {
    const row = encodedRow(rows[i], table);
    const change = { table, id: encodeKey(key), stamp: stamp ?? zeroStamp, ...(row && { row }) };
    const code = 'table_unsupported';
    const message = `${table} was dropped before this was sent`;
    if (row) letters.set(`${table} ${change.id}`, { change, code, message, at: Date.now(), row });
  }
}
