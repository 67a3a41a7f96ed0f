// `npm start`: the Worker and the to-do example on one address, until Ctrl-C.
import { once } from 'node:events';
import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { buildExample } from './build-example.mjs';
import { bundleWorker } from './bundle-worker.mjs';
import { freePort } from './free-port.mjs';
import { inRoot } from './paths.mjs';
import { failure, step } from './run.mjs';
import { startWorker } from './worker-server.mjs';

/** Serves on `wanted` or the next free port; resolves to the exit code when it was stopped. */
export async function serve(wanted) {
  const assetsDir = await step('bundling the to-do example', () => buildExample());
  await step('bundling the Worker', bundleWorker);
  const stateDir = inRoot('.state');
  await refuseShared(stateDir);
  const stopped = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  const port = await freePort(wanted);
  const server = await step('starting workerd', () => startWorker({ port, stateDir, assetsDir }));
  await writeFile(ownerFile(stateDir), JSON.stringify({ pid: process.pid, url: server.url }));
  console.log(`\n  The to-do example: ${server.url}\n`);
  console.log('  Open it in two windows: each is a device. Storage is in .state/, Ctrl-C stops.');
  const ended = await Promise.race([stopped.then(() => 'stopped'), server.gone.then(() => 'gone')]);
  if (ended === 'gone') throw failure(`workerd ended by itself\n${server.complaints()}`);
  // A second Ctrl-C must not leave workerd behind.
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => {});
  await server.stop();
  await rm(ownerFile(stateDir), { force: true });
  return 0;
}

const ownerFile = (stateDir) => path.join(stateDir, 'owner.json');

// Two workerds over one storage would write to the same files.
async function refuseShared(stateDir) {
  const { pid, url } = await readFile(ownerFile(stateDir), 'utf8')
    .then(JSON.parse)
    .catch(() => ({}));
  if (pid !== undefined && isAlive(pid))
    throw failure(`npm start runs already, at ${url} (process ${pid}): its storage is not shared`);
}

function isAlive(pid) {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
}
