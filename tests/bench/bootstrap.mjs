// The rows of the first sync: 100,000 records into an empty database, against the plainest way to
// get them there.
import { runOn } from './hosts.mjs';

/** Name to target. */
export const rows = { 'bootstrap-node': 1.2, 'bootstrap-dexie': 1.2, 'bootstrap-opfs': 1.3 };

export const run = (names) => runOn(rows, ['bootstrap-node'], names);
