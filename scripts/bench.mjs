// Runs the benchmarks and prints a line for each. Ratios are of paired runs in one process, so that
// they hold on any machine.
// usage: npm run bench [-- NAME…], of a row or a suite; ends with an error if a row misses its
// target.
import * as core from '../tests/bench/core.mjs';
import * as dexie from '../tests/bench/dexie.mjs';

const suites = { core, dexie };
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

/** A result has its own `figures` and says whether it is `ok`, or is a ratio of paired runs. */
function report({ name, skipped, target, ...result }) {
  if (skipped) return console.log(`bench name=${name} skipped="${skipped}"`);
  const { figures, ok } = result.figures ? result : ofPairs(target, result);
  if (!ok) process.exitCode = 1;
  const { ratio, records_per_s: rate, ...more } = figures;
  const measured = { records_per_s: rate, ratio, target: target ?? 'none', ok, ...more };
  const words = Object.entries(measured).filter(([, value]) => value !== undefined);
  console.log(`bench name=${name} ${words.map((word) => word.join('=')).join(' ')}`);
}

function ofPairs(target, { ratio, ms, floorMs, pairs }) {
  const figures = {
    ratio: ratio.toFixed(2),
    ms: ms.toFixed(1),
    floor_ms: floorMs.toFixed(1),
    pairs,
  };
  return { figures, ok: target === null || ratio <= target };
}
