// The rows of a sync of 100 changes, and of SQLite's part in one: beside 100,000 resident records,
// against beside 1,000.
import { runOn } from './hosts.mjs';

/** Name to target; null: for information. */
export const rows = {
  'changes-flat-node': 1.2,
  'changes-flat-dexie': 1.2,
  'changes-flat-opfs': 1.2,
  'updates-flat-opfs': null,
};

export const run = (names) => runOn(rows, ['changes-flat-node'], names);
