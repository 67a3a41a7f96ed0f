// Runs the end-to-end tests of sync: real Chromium, the real Worker in workerd, and a network that
// fails.
// usage: node tests/browser/sync/run.mjs [PART OF A NAME …] SEED=n repeats a run's chance; LANES=n
// cases at a time

import { cases as background } from './cases/background.mjs';
import { cases as clocks } from './cases/clocks.mjs';
import { cases as crashes } from './cases/crashes.mjs';
import { cases as exchange } from './cases/exchange.mjs';
import { cases as faults } from './cases/faults.mjs';
import { cases as hold } from './cases/hold.mjs';
import { cases as idb } from './cases/idb.mjs';
import { cases as kills } from './cases/kills.mjs';
import { cases as storage } from './cases/storage.mjs';
import { cases as survive } from './cases/survive.mjs';
import { cases as tables } from './cases/tables.mjs';
import { cases as tabs } from './cases/tabs.mjs';
import { cases as transactions } from './cases/transactions.mjs';
import { launchable, Stage, World } from './world.mjs';

const caseMsMax = Number(process.env.CASE_MS ?? 60_000);
const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));
const lanes = Math.max(1, Number(process.env.LANES) || 3);
const wanted = process.argv.slice(2);
const groups = {
  exchange,
  faults,
  crashes,
  kills,
  tabs,
  transactions,
  clocks,
  tables,
  hold,
  storage,
  background,
  idb,
  survive,
};
/** They freeze and hide tabs, sync in the background, and look at what storage is. */
const inWhole = ['hold', 'storage', 'background'];
const queue = Object.entries(groups).flatMap(([group, cases]) =>
  Object.entries(cases)
    .map(([name, run]) => ({ name: `${group}: ${name}`, run, needsWhole: inWhole.includes(group) }))
    .filter(({ name }) => wanted.length === 0 || wanted.some((part) => name.includes(part))),
);

const say = (text) => console.log(text);
let passed = 0;
let failed = 0;

async function runCase(world, { name, run, needsWhole }) {
  const stage = new Stage(world, seed, needsWhole);
  const begun = performance.now();
  let timer;
  const late = new Promise((_, reject) => {
    const { msMax = caseMsMax } = run;
    timer = setTimeout(() => reject(new Error(`took over ${msMax} ms`)), msMax);
  });
  try {
    await Promise.race([run(stage), late]);
    const faults = stage.devices.flatMap((device) => device.faults);
    if (faults.length > 0) throw new Error(`uncaught in a page:\n${faults.join('\n')}`);
    passed++;
    const seconds = ((performance.now() - begun) / 1000).toFixed(1);
    say(`ok      ${name}  (${[...stage.notes, `${seconds} s`].join(', ')})`);
  } catch (error) {
    failed++;
    say(
      `FAILED  ${name}  (SEED=${seed})\n${indent(error.stack ?? String(error))}\n${indent(await report(stage))}`,
    );
  } finally {
    clearTimeout(timer);
    await stage.close().catch((error) => say(`closing ${name}: ${error}`));
  }
}

const indent = (text) => text.replace(/^/gm, '        ');

/** What there is to know of a case that failed. */
async function report({ devices }) {
  const lines = [];
  for (const { name, tabs, proxy, faults } of devices) {
    for (const [i, tab] of tabs.entries()) {
      const status = await Promise.race([
        tab.call('status'),
        new Promise((done) => setTimeout(done, 1_000)),
      ]).catch(String);
      lines.push(`${name}, tab ${i}: ${JSON.stringify(status)}`);
    }
    lines.push(...faults);
    const calls = proxy.calls
      .slice(-12)
      .map(
        ({ name: call, status, changes, fault }) =>
          `${call}${changes ? ` of ${changes}` : ''}${fault ? ` ${fault}` : ''} → ${status ?? 'nothing'}`,
      );
    lines.push(`${name}, last calls of ${proxy.calls.length}: ${calls.join(' · ')}`);
  }
  return lines.join('\n');
}

async function runLane(world) {
  for (let next = queue.shift(); next !== undefined; next = queue.shift())
    await runCase(world, next);
}

if (!launchable()) {
  say('skipped: no Chromium (set CHROMIUM to its path)');
  process.exit(0);
}
const world = await World.start();
try {
  await Promise.all(Array.from({ length: lanes }, () => runLane(world)));
} finally {
  await world.stop();
}
say(`sync in Chromium: ${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
