// The rows of the first sync: 100,000 records into an empty database, against the plainest way to
// get them there.
import { runInNode } from './node.mjs';

/** Name to target. */
export const rows = { 'bootstrap-node': 1.2 };

export const run = (names) => runInNode(rows, names);
