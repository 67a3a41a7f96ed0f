// What a case checks: exactly which rows are where.
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { canonicalText } from '../../../scripts/lib/canonical.mjs';

/**
 * Brings all devices to the end: everything sent, everything read. A flush that fails is tried
 * again.
 */
export async function settle(...devices) {
  const end = Date.now() + 30_000;
  // Once to send, and once more to read what those after it sent.
  for (const device of [...devices, ...devices]) {
    for (;;) {
      const fault = await device.call('flush');
      if (fault === null) break;
      if (Date.now() > end)
        throw new Error(
          `device ${device.name} cannot flush: ${fault}, ${JSON.stringify(await device.call('status'))}`,
        );
      await sleep(20);
    }
  }
}

/**
 * The rows that `expected` names ({ table: { key: row } }, or entries where keys are not text), as
 * the places give them.
 */
export function rowsOf(expected) {
  const rows = new Map();
  for (const [table, records] of Object.entries(expected)) {
    const entries = Array.isArray(records) ? records : Object.entries(records);
    for (const [key, row] of entries)
      rows.set(`${table}\t${canonicalText(key)}`, canonicalText(row));
  }
  return rows;
}

/** Fails with the first differences, and how many there are. */
export function assertRows(place, actual, expected) {
  const wrong = [];
  for (const [key, row] of expected)
    if (actual.get(key) !== row)
      wrong.push(
        `  ${key}\n    expected ${row}\n    found    ${actual.get(key) ?? 'no such record'}`,
      );
  for (const [key, row] of actual)
    if (!expected.has(key))
      wrong.push(`  ${key}\n    expected no such record\n    found    ${row}`);
  if (wrong.length === 0) return;
  const more = wrong.length > 4 ? `\n  and ${wrong.length - 4} more` : '';
  throw new Error(
    `${wrong.length} of ${expected.size} rows of ${place} are wrong:\n${wrong.slice(0, 4).join('\n')}${more}`,
  );
}

/**
 * After `settle`: every device and the hub have exactly these rows, and every device says that it
 * is done.
 */
export async function assertEverywhere(stage, expected) {
  const rows = expected instanceof Map ? expected : rowsOf(expected);
  for (const device of stage.devices) {
    assertRows(`device ${device.name}`, await device.rows(), rows);
    await assertDone(device);
  }
  assertRows('the hub', await stage.hubRows(), rows);
}

export async function assertDone(device) {
  const { phase, pending, error } = await device.call('status');
  assert.deepEqual(
    { phase, pending, error },
    { phase: 'idle', pending: 0, error: null },
    `status of ${device.name}`,
  );
  assert.equal(await device.call('logged'), 0, `the log of ${device.name} is empty`);
}

/** `settle` and `assertEverywhere`. */
export async function assertSynced(stage, expected) {
  await settle(...stage.devices);
  await assertEverywhere(stage, expected);
}
