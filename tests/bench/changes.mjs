// The rows of a sync of 100 changes: beside 100,000 resident records, against beside 1,000.
import { runOn } from './hosts.mjs';

/** Name to target. */
export const rows = {
  'changes-flat-node': 1.2,
  'changes-flat-dexie': 1.2,
  'changes-flat-opfs': 1.2,
};

export const run = (names) => runOn(rows, ['changes-flat-node'], names);
