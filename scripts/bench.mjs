// Runs the benchmarks and prints a line for each. Ratios are of paired runs in one process, so that
// they hold on any machine.
// usage: npm run bench [-- NAME…], of a row or a suite; ends with an error if a row misses its
// target.
import * as bootstrap from '../tests/bench/bootstrap.mjs';
import * as changes from '../tests/bench/changes.mjs';
import * as core from '../tests/bench/core.mjs';
import * as dexie from '../tests/bench/dexie.mjs';
import * as sqlite from '../tests/bench/sqlite.mjs';

const suites = { core, dexie, sqlite, bootstrap, changes };
const wanted = process.argv.slice(2);
const known = Object.entries(suites).flatMap(([name, { rows }]) => [name, ...Object.keys(rows)]);
const unknown = wanted.filter((name) => !known.includes(name));
if (unknown.length > 0) {
  console.error(`no benchmark ${unknown.join(', ')}; there are: ${known.join(', ')}`);
  process.exit(2);
}

for (const [suite, { rows, run }] of Object.entries(suites)) {
  const all = wanted.length === 0 || wanted.includes(suite);
  const names = Object.keys(rows).filter((name) => all || wanted.includes(name));
  if (names.length === 0) continue;
  for (const result of await run(names)) report(result);
}

/** Every figure is a ratio; `figures` has more about it. */
function report({ name, skipped, ratio, target, ok, figures }) {
  if (skipped) return console.log(`bench name=${name} skipped="${skipped}"`);
  if (!ok) process.exitCode = 1;
  const measured = { ratio: ratio.toFixed(2), target: target ?? 'none', ok, ...figures };
  const words = Object.entries(measured).map((word) => word.join('='));
  console.log(`bench name=${name} ${words.join(' ')}`);
}
