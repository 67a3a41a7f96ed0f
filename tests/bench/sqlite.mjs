// The rows of inserts into SQLite: recorded by triggers, against not.
import { runInNode } from './node.mjs';

/** Name to target; null: for information. */
export const rows = { 'sqlite-insert': 1.5, 'sqlite-insert-select': null };

export const run = (names) => runInNode(rows, names);
