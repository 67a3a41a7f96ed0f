// The rows of a sync of 100 changes: beside 100,000 resident records, against beside 1,000.
import { runInNode } from './node.mjs';

/** Name to target. */
export const rows = { 'changes-flat-node': 1.2 };

export const run = (names) => runInNode(rows, names);
