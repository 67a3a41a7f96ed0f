// Runs the tests of SQLite in Chromium: the contract in one page, and cases of several tabs.
// usage: node tests/browser/sqlite/run.mjs [PART OF A NAME …]
// SEED=n repeats a run's chance; LANES=n at a time.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { bundlePage, hasChromium, launchChromium, pageOf, runPage, serve } from '../harness.mjs';
import { cases as kills } from './cases/kills.mjs';
import { cases as storage } from './cases/storage.mjs';
import { cases as tabs } from './cases/tabs.mjs';
import { equalInTheEnd, runSync, cases as sync } from './sync.mjs';
import { Device, randomOf, underPolicy } from './world.mjs';

if (!hasChromium()) {
  console.log('skipped: no Chromium (set CHROMIUM to its path)');
  process.exit(0);
}
const caseMsMax = Number(process.env.CASE_MS ?? 240_000);
const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));
const lanes = Math.max(1, Number(process.env.LANES) || 2);
const wanted = process.argv.slice(2);
const isWanted = (name) => wanted.length === 0 || wanted.some((part) => name.includes(part));
const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const root = (name) => readFile(here(`../../../${name}`));
const bundle = (name) => bundlePage(here(name), { sourcemap: false });
let [passed, failed] = [0, 0];

const workerFiles = {
  '/tidemark.wasm': await root('build/wasm/tidemark.wasm'),
  '/sqlite3.wasm': await root('node_modules/@sqlite.org/sqlite-wasm/dist/sqlite3.wasm'),
  '/worker.js': await bundle('worker.ts'),
};

async function runCase(name, run) {
  const notes = [];
  const begun = performance.now();
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`took over ${caseMsMax} ms`)), caseMsMax);
  });
  try {
    await Promise.race([run((text) => notes.push(text)), late]);
    passed++;
    const seconds = ((performance.now() - begun) / 1000).toFixed(1);
    console.log(`ok      ${name}  (${[...notes, `${seconds} s`].join(', ')})`);
  } catch (error) {
    failed++;
    console.log(`FAILED  ${name}  (SEED=${seed})\n${error.stack ?? error}`);
  } finally {
    clearTimeout(timer);
  }
}

/** The cases of a group that are wanted, by name. */
const wantedOf = (group, cases) =>
  Object.entries(cases)
    .map(([name, run]) => [`${group}: ${name}`, run])
    .filter(([name]) => isWanted(name));

/** Runs a case with a device of its own. */
const onDevice = (url, run) => async (note) => {
  // On a disk, as an app's is: a context beside the profile is kept in memory.
  const { context, close } = await launchChromium();
  const device = await Device.create(context, url);
  try {
    await run({ device, random: randomOf(seed), note });
    if (device.faults.length > 0)
      throw new Error(`uncaught in a page:\n${device.faults.join('\n')}`);
  } finally {
    await close().catch(() => {});
  }
};

function tabJobs(url) {
  const groups = Object.entries({ tabs, storage, kills });
  const cases = groups.flatMap(([group, each]) => wantedOf(group, each));
  return cases.map(
    ([name, run]) =>
      () =>
        runCase(name, onDevice(url, run)),
  );
}

const syncJobs = () =>
  wantedOf('sync', sync).map(([name, run]) => () => {
    const checked = async (stage, a, b) => {
      await run(stage, a, b);
      await equalInTheEnd(stage, b);
    };
    return runCase(name, () => runSync(seed, checked));
  });

const contractJobs = () =>
  ['opfs', 'indexeddb', 'other tab']
    .filter((group) => isWanted(`contract on ${group}`))
    .map((group) => () => runContract(group));

async function runContract(group) {
  const report = await runPage(here('page.ts'), {
    path: `/?groups=${group}`,
    files: workerFiles,
    log: (text) => {
      if (process.env.VERBOSE) console.log(text);
    },
    timeoutMs: 600_000,
  });
  for (const { name, message } of report.failures) console.log(`FAILED  ${name}\n  ${message}`);
  console.log(`contract on ${group}: ${report.passed} passed`);
  passed += report.passed;
  failed += report.failures.length;
}

async function runLane(queue) {
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) await next();
}

const files = { '/': pageOf('/tab.js'), '/tab.js': await bundle('tab.ts'), ...workerFiles };
const server = await serve(underPolicy(files));
// The long ones first.
const queue = [...contractJobs(), ...tabJobs(server.url), ...syncJobs()];
await Promise.all(Array.from({ length: lanes }, () => runLane(queue)));
await server.close();
console.log(`SQLite in Chromium: ${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
