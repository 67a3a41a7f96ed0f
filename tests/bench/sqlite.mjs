// The rows of inserts into SQLite: recorded by triggers, against not.
import { runOn } from './hosts.mjs';

/** Name to target; null: for information. */
export const rows = {
  'sqlite-insert': 1.5,
  'sqlite-insert-select': null,
  'sqlite-insert-opfs': null,
  'sqlite-insert-select-opfs': null,
};

export const run = (names) => runOn(rows, ['sqlite-insert', 'sqlite-insert-select'], names);
