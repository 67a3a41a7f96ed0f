// Runs the benchmarks and prints a line for each. Ratios are of paired runs in one process, so that
// they hold on any machine.
// usage: npm run bench [-- NAME…]; ends with an error if a row misses its target.
import * as dexie from '../tests/bench/dexie.mjs';

const suites = [dexie];
const wanted = process.argv.slice(2);
const known = suites.flatMap(({ rows }) => Object.keys(rows));
const unknown = wanted.filter((name) => !known.includes(name));
if (unknown.length > 0) {
  console.error(`no benchmark ${unknown.join(', ')}; there are: ${known.join(', ')}`);
  process.exit(2);
}

for (const { rows, run } of suites) {
  const names = Object.keys(rows).filter((name) => wanted.length === 0 || wanted.includes(name));
  if (names.length === 0) continue;
  for (const result of await run(names)) report(result);
}

function report({ name, skipped, target, ratio, ms, floorMs, pairs }) {
  if (skipped) return console.log(`bench name=${name} skipped="${skipped}"`);
  const ok = target === null || ratio <= target;
  if (!ok) process.exitCode = 1;
  const figures = `ms=${ms.toFixed(1)} floor_ms=${floorMs.toFixed(1)} pairs=${pairs}`;
  const aim = target === null ? 'none' : target;
  console.log(`bench name=${name} ratio=${ratio.toFixed(2)} target=${aim} ok=${ok} ${figures}`);
}
