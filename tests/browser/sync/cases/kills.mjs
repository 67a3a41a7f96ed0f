// Tabs that are killed fifty times, at random moments of writing and syncing. Nothing is lost that
// the app was told was written, no step is there by half, and all devices end alike.
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { canonicalText } from '../../../../scripts/lib/canonical.mjs';
import { assertEverywhere, settle } from '../check.mjs';
import { rowsAfter } from '../churn.mjs';

const kills = 50;
const momentMsMax = 150;
const stepsMax = 2_000;
/** Steps whose reports may still be on their way when a tab is killed. */
const unreportedMax = 200;

/** How many steps of each writer were reported, by what `stored` was told: `writer:step`. */
function stepsIn(stored) {
  const steps = new Map();
  for (const report of stored) {
    const [writer, step] = report.split(':');
    steps.set(writer, Math.max(steps.get(writer) ?? 0, Number(step) + 1));
  }
  return steps;
}

const textOf = (rows) => canonicalText([...rows].sort(([a], [b]) => (a < b ? -1 : 1)));

/**
 * What is there of a writer is what some number of its steps leaves, and no less than the steps
 * that were reported: a tab that is killed may have done some more.
 */
function assertSteps(rows, writer, count, place) {
  const own = [...rows].filter(([key]) => key.includes(`\t"${writer}-`));
  const found = textOf(own.map(([key, row]) => [key, JSON.parse(row)]));
  for (let steps = count; steps <= count + unreportedMax; steps++)
    if (textOf(rowsAfter(writer, steps)) === found) return;
  assert.fail(
    `${writer} on ${place}, ${count} steps reported\n  expected ${textOf(rowsAfter(writer, count))}\n  found ${found}`,
  );
}

async function killFiftyTimes(stage) {
  const { random } = stage;
  const a = await stage.device('A');
  const b = await stage.device('B');
  a.proxy.rule('delay', { times: 1e9, ms: () => random() * 15 });
  let writers = 0;
  const write = (tab) => tab.call('churn', `w${writers++}`, stepsMax, 60).catch(() => {});
  await a.openTab();
  for (const tab of a.tabs) void write(tab);
  void b.call('churn', 'other', stepsMax, 90).catch(() => {});
  for (let kill = 0; kill < kills; kill++) {
    await sleep(random() * momentMsMax);
    // The one that leads, mostly: it is the oldest.
    const victim = a.tabs[random() < 0.7 ? 0 : 1];
    await (random() < 0.8 ? victim.crash() : victim.end());
    void write(await a.openTab());
  }
  await a.tabs[0].crash();
  await a.tabs[0].crash();
  await b.tab.crash();
  a.proxy.clear();
  await Promise.all([a.openTab(), b.openTab()]);
  await settle(a, b);
  const rows = await a.rows();
  const steps = [...stepsIn(a.stored), ...stepsIn(b.stored)];
  for (const [writer, count] of steps) assertSteps(rows, writer, count, 'A');
  const total = steps.reduce((sum, [, count]) => sum + count, 0);
  assert.ok(total > 2 * kills, `only ${total} steps`);
  await assertEverywhere(stage, rows);
  stage.note(`${total} steps of ${writers} tabs`);
}

export const cases = {
  async 'a device alone loses nothing to itself, however fast it writes'(stage) {
    const a = await stage.device('A');
    await a.call('churn', 'w', 60, 5);
    await settle(a);
    assert.equal((await a.call('status')).losses, 0);
    assert.deepEqual(await a.call('losses'), []);
    assertSteps(await a.rows(), 'w', 60, 'A');
  },

  'tabs are killed fifty times: nothing is lost': Object.assign(killFiftyTimes, { msMax: 180_000 }),
};
