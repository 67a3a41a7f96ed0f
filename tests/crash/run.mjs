// A native writer is killed at random points, against the real Worker with faults; and files that
// cannot be written, or are damaged.
// usage: node tests/crash/run.mjs [--kills N] [--seed S] [FILTER]
//   ($TIDEMARK_BUILD: a build, else build/dev)
import { parseArgs } from 'node:util';
import { main } from '../../scripts/lib/run.mjs';
import { assertBuilt, runTests, withFolder } from '../native/cli/support.mjs';
import { fileTests } from './files.mjs';
import { killTest } from './kills.mjs';

const { values, positionals } = parseArgs({
  options: { kills: { type: 'string', default: '30' }, seed: { type: 'string' } },
  allowPositionals: true,
});
const kills = Number(values.kills);
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));

await main(() =>
  withFolder((folder) => {
    assertBuilt();
    const tests = {
      ...fileTests(folder),
      [`${kills} kills of a native writer, seed ${seed}`]: () => killTest(folder, { kills, seed }),
    };
    return runTests(tests, positionals[0]);
  }),
);
