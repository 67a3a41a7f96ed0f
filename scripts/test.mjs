// All tests, or the suites that are named. The last line is `N passed, N failed`.
// usage: npm test [-- SUITE…]   Logs are in build/logs.
import { existsSync } from 'node:fs';
import { build } from './build.mjs';
import { inRoot } from './lib/paths.mjs';
import { failure, main } from './lib/run.mjs';
import { runSuite } from './lib/run-suite.mjs';
import { suites } from './lib/suites.mjs';
import { setup } from './setup.mjs';

function choose(names) {
  const unknown = names.filter((name) => !suites.some((suite) => suite.name === name));
  const known = suites.map(({ name }) => name).join(' ');
  if (unknown.length > 0) throw failure(`No suite ${unknown.join(' ')}. There are: ${known}`);
  return suites.filter(
    ({ name, folder }) =>
      existsSync(inRoot(folder)) && (names.length === 0 || names.includes(name)),
  );
}

async function runInOrder(some, running) {
  const counts = [];
  for (const suite of some) {
    await running.get(suite.after)?.over;
    counts.push(await runSuite(suite));
    running.get(suite.name).end();
  }
  return counts;
}

/** Of each suite that is to run, a promise that it is over. */
function beginnings(chosen) {
  const of = () => {
    let end;
    return { over: new Promise((resolve) => (end = resolve)), end: () => end() };
  };
  return new Map(chosen.map(({ name }) => [name, of()]));
}

/** Two lanes at a time, then the suites that want the machine to themselves. */
async function runAll(chosen) {
  const running = beginnings(chosen);
  const lane = (name) =>
    runInOrder(
      chosen.filter((suite) => suite.lane === name),
      running,
    );
  const atOnce = await Promise.all([lane('scripts'), lane('cpp')]);
  return [...atOnce.flat(), ...(await lane('alone'))];
}

/** Sets up and builds what the suites need; false, with the reason printed, where that fails. */
async function prepare(chosen) {
  try {
    await setup({ need: [...new Set(chosen.flatMap(({ need }) => need))] });
    if (chosen.some(({ built }) => built)) await build();
    return true;
  } catch (error) {
    console.log(error.expected ? error.message : error);
    return false;
  }
}

await main(async () => {
  const chosen = choose(process.argv.slice(2));
  const counts = (await prepare(chosen)) ? await runAll(chosen) : [{ passed: 0, failed: 1 }];
  const sum = (field) => counts.reduce((total, count) => total + count[field], 0);
  console.log(`${sum('passed')} passed, ${sum('failed')} failed`);
  return sum('failed') === 0 && sum('passed') > 0 ? 0 : 1;
});
