// Runs every suite of the browser tests: the folders beside this file that have a run.mjs. usage:
// node tests/browser/run.mjs [SUITE …]
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
/** Far over what a suite takes on two free cores: a busy machine is no failure. */
const suiteMsMax = 900_000;

/**
 * Runs one suite; its output passes through. Returns its counts, which are in its last line that
 * has any.
 */
async function runSuite(name) {
  const child = spawn(process.execPath, [`${here}${name}/run.mjs`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const timer = setTimeout(() => child.kill(), suiteMsMax);
  let output = '';
  child.stdout.on('data', (data) => {
    output += data;
    process.stdout.write(data);
  });
  const code = await new Promise((resolve) => child.on('close', resolve));
  clearTimeout(timer);
  const [passed, failed] = [...output.matchAll(/(\d+) passed, (\d+) failed/g)]
    .at(-1)
    ?.slice(1)
    .map(Number) ?? [0, 0];
  // A suite that ends badly without saying so has failed.
  return { passed, failed: code === 0 ? failed : Math.max(1, failed) };
}

const found = (await readdir(here)).filter((name) => existsSync(`${here}${name}/run.mjs`)).sort();
const wanted = process.argv.slice(2);
let [passed, failed] = [0, 0];
for (const name of found.filter((each) => wanted.length === 0 || wanted.includes(each))) {
  console.log(`# ${name}`);
  const counts = await runSuite(name);
  passed += counts.passed;
  failed += counts.failed;
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
