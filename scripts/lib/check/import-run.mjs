// `npm start -- --import FILE`: the user's own rows go in on one device and must come out on the
// other as they were.
import { canonicalText, toText } from '../canonical.mjs';
import { readHub } from '../hub-reader.mjs';
import { narrator } from '../progress.mjs';
import { deadLetters, report } from './check.mjs';
import { Comparison, rowsOfText, summary } from './compare.mjs';
import { dexieSchemas, withDexieNames } from './dexie-tables.mjs';
import { onStage, token } from './stage.mjs';

const rowsPerCall = 2_000;
const reportMs = 10_000;
/** Characters of one call into a page, about: rows may be large. */
const textPerCall = 4_000_000;

/**
 * Imports `tables` of read-import.mjs, compares, prints the last line; answers whether all is well.
 */
export function importAndCompare(given) {
  const tables = withDexieNames(given, ({ name }, other) =>
    console.error(
      `note: no synced table can be named ${JSON.stringify(name)}: here it is ${JSON.stringify(other)}`,
    ),
  );
  return onStage('tables', async ({ url, devices }) => {
    const say = narrator();
    const [one, two] = devices;
    const options = (name) => toText({ name, token, tables: dexieSchemas(tables) });
    await Promise.all(devices.map((device) => device.call('open', options(device.name))));
    say('two devices in Chromium, connected');

    const expected = [];
    for (const [index, table] of tables.entries()) expected.push(await addRows(one, index, table));
    const records = tables.reduce((sum, { rows }) => sum + rows.length, 0);
    say(`${records} rows added on device one`);
    await watched(one, say, () => one.call('flush'));
    say('device one has sent them');
    await two.call('flush');
    await Promise.all(devices.map((device) => device.untilIdle(60_000)));
    say('device two has them');

    const comparison = new Comparison([...devices.map(({ name }) => `device ${name}`), 'hub']);
    for (const device of devices)
      for (const [index, { name }] of tables.entries())
        await compareDevice(comparison, device, index, name, expected[index]);
    await compareHub(comparison, url, tables, expected);
    say('compared both databases and the hub with the file, row by row');

    const traffic = await Promise.all(devices.map((device) => device.call('traffic')));
    const dead = await deadLetters(devices);
    report(comparison, dead);
    console.log(summary({ records, traffic, comparison }));
    return comparison.ok && dead.length === 0;
  });
}

/** Says how many writes wait while `work` goes on. */
async function watched(device, say, work) {
  const timer = setInterval(async () => {
    const { pending } = await device.call('status');
    if (pending > 0) say(`${pending} to send`);
  }, reportMs);
  try {
    await work();
  } finally {
    clearInterval(timer);
  }
}

/** Adds a table's rows, some at a time; answers the rows by the canonical text of their keys. */
async function addRows(device, index, { rows, keys }) {
  const expected = new Map();
  for (let start = 0; start < rows.length; ) {
    const { text, end } = chunkOf(rows, keys, start);
    const made = await device.call('add', index, text);
    for (let i = start; i < end; i++)
      expected.set(made?.[i - start] ?? canonicalText(keys[i]), rows[i]);
    start = end;
  }
  return expected;
}

function chunkOf(rows, keys, start) {
  const parts = [];
  let length = 0;
  let end = start;
  while (end < rows.length && end - start < rowsPerCall && length < textPerCall) {
    const part = toText([keys?.[end] ?? null, rows[end]]);
    parts.push(part);
    length += part.length;
    end++;
  }
  return { text: `[${parts.join()}]`, end };
}

async function compareDevice(comparison, device, index, name, expected) {
  const place = `device ${device.name}`;
  const missing = new Set(expected.keys());
  for (;;) {
    const rows = rowsOfText(await device.call('nextRows', index, rowsPerCall));
    if (rows.size === 0) break;
    for (const [key, text] of rows) {
      missing.delete(key);
      comparison.record(place, name, key, expected.get(key), text);
    }
  }
  for (const key of missing) comparison.record(place, name, key, expected.get(key));
}

async function compareHub(comparison, url, tables, expected) {
  const indexOf = new Map(tables.map(({ name }, index) => [name, index]));
  const missing = expected.map((rows) => new Set(rows.keys()));
  await readHub(url, token, (name, key, text) => {
    const index = indexOf.get(name);
    missing[index]?.delete(key);
    comparison.record('hub', name, key, expected[index]?.get(key), text);
  });
  for (const [index, keys] of missing.entries())
    for (const key of keys)
      comparison.record('hub', tables[index].name, key, expected[index].get(key));
}
