// Runs the localStorage store's tests in Chromium: the store's contract, and apps against the real
// Worker. usage: node tests/browser/local-storage/run.mjs [PART OF A NAME …]
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { hasChromium, runPage } from '../harness.mjs';
import { cases } from './cases.mjs';
import { Stage, World } from './world.mjs';

const caseMsMax = 90_000;
const wanted = process.argv.slice(2);
const isWanted = (name) => wanted.length === 0 || wanted.some((part) => name.includes(part));
let passed = 0;
let failed = 0;

function count(name, error = null) {
  if (error === null) passed++;
  else failed++;
  if (error !== null) console.log(`FAILED  ${name}\n        ${error}`);
}

async function runContract() {
  const here = (name) => fileURLToPath(new URL(name, import.meta.url));
  const wasm = await readFile(here('../../../build/wasm/tidemark.wasm'));
  const files = { '/tidemark.wasm': wasm };
  const report = await runPage(here('page.ts'), { files, log: () => {} });
  passed += report.passed;
  for (const { name, message } of report.failures) count(name, message);
}

async function runCase(world, name, run) {
  const stage = new Stage(world);
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`took over ${caseMsMax} ms`)), caseMsMax);
  });
  try {
    await Promise.race([run(stage), late]);
    if (stage.faults.length > 0) throw new Error(`uncaught in a page:\n${stage.faults.join('\n')}`);
    count(name);
    console.log(`ok      ${name}`);
  } catch (error) {
    count(name, error.stack ?? error);
  } finally {
    clearTimeout(timer);
    await stage.close().catch(() => {});
  }
}

if (!hasChromium()) {
  console.log('skipped: no Chromium (set CHROMIUM to its path)');
  process.exit(0);
}
if (isWanted('contract')) await runContract();
const queue = Object.entries(cases).filter(([name]) => isWanted(name));
if (queue.length > 0) {
  const world = await World.start();
  try {
    for (const [name, run] of queue) await runCase(world, name, run);
  } finally {
    await world.stop();
  }
}
console.log(`localStorage in Chromium: ${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
