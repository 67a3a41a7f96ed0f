// The example on this machine: sets up, builds, and runs the Worker under workerd with the to-do
// app in front of it.
// usage: npm start [-- --port N]               serves until Ctrl-C; storage in .state/
// npm start -- --check two devices at work in Chromium, and whether anything is lost
//        npm start -- --import FILE [--key FIELD[,FIELD]]
// the same two devices over your own JSON, NDJSON or CSV
import { parseArgs } from 'node:util';
import { failure, main, step } from './lib/run.mjs';
import { setup } from './setup.mjs';

const defaultPort = 8787;

const options = {
  port: { type: 'string' },
  check: { type: 'boolean' },
  import: { type: 'string' },
  key: { type: 'string' },
};

function readOptions() {
  let values;
  try {
    ({ values } = parseArgs({ options }));
  } catch (error) {
    throw failure(error.message);
  }
  const port = Number(values.port ?? defaultPort);
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw failure(`not a port: ${values.port}`);
  if (values.key !== undefined && values.import === undefined)
    throw failure('--key needs --import');
  return { ...values, port };
}

// The rest is imported when it is needed: before the set-up, a fresh checkout has no packages to
// import.
async function start() {
  const wanted = readOptions();
  const headless = wanted.check || wanted.import !== undefined;
  await setup({ need: headless ? ['wasm', 'npm', 'browser'] : ['wasm', 'npm'] });
  const tables = wanted.import === undefined ? null : await readFile(wanted);
  const { build } = await import('./build.mjs');
  await build();
  if (tables !== null) {
    const { importAndCompare } = await import('./lib/check/import-run.mjs');
    return (await importAndCompare(tables)) ? 0 : 1;
  }
  if (wanted.check) {
    const { check } = await import('./lib/check/check.mjs');
    return (await check()) ? 0 : 1;
  }
  const { serve } = await import('./lib/serve.mjs');
  return serve(wanted.port);
}

async function readFile({ import: file, key }) {
  const { readImportFile } = await import('./lib/import/read-file.mjs');
  return step(`reading ${file}`, () => readImportFile(file, key ?? null));
}

await main(start);
// Whatever a library still holds open, the work is done.
process.exit();
