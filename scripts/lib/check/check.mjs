// `npm start -- --check`: two devices of the to-do example over the real Worker, and whether
// anything was lost.
import { readHub } from '../hub-reader.mjs';
import { narrator } from '../progress.mjs';
import { Comparison, rowsOfText, summary } from './compare.mjs';
import { Model } from './model.mjs';
import { onStage, token } from './stage.mjs';
import { runTodos } from './todo-run.mjs';

const table = 'todos';

/** Runs the check and prints its last line; answers whether all is well. */
export function check() {
  return onStage('todos', async ({ url, devices }) => {
    const say = narrator();
    await Promise.all(devices.map((device) => device.call('open', device.name, token)));
    say('two devices in Chromium, connected');
    const model = new Model();
    await runTodos(devices, model, say);

    const comparison = new Comparison([...devices.map(({ name }) => `device ${name}`), 'hub']);
    const expected = model.rows();
    for (const device of devices)
      comparison.table(
        `device ${device.name}`,
        table,
        expected,
        rowsOfText(await device.call('rows')),
      );
    comparison.table('hub', table, expected, await rowsOfHub(url));
    say('compared both databases and the hub, row by row');

    const traffic = await Promise.all(devices.map((device) => device.call('traffic')));
    const dead = await deadLetters(devices);
    report(comparison, dead);
    console.log(summary({ records: expected.size, traffic, comparison }));
    return comparison.ok && dead.length === 0;
  });
}

async function rowsOfHub(url) {
  const rows = new Map();
  await readHub(url, token, (_table, key, row) => rows.set(key, row));
  return rows;
}

/** Changes that the hub refused, of all devices. */
export async function deadLetters(devices) {
  return (await Promise.all(devices.map((device) => device.call('deadLetters')))).flat();
}

/** Says on stderr what is wrong first. */
export function report(comparison, dead) {
  if (!comparison.ok) console.error(comparison.firstDifference());
  if (dead.length > 0) console.error(`refused by the hub: ${JSON.stringify(dead[0])}`);
}
