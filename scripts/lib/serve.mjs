// `npm start`: the Worker and the to-do example on one address, until Ctrl-C.
import { once } from 'node:events';
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
  const stopped = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  const port = await freePort(wanted);
  const server = await step('starting workerd', () =>
    startWorker({ port, stateDir: inRoot('.state'), assetsDir }),
  );
  console.log(`\n  The to-do example: ${server.url}\n`);
  console.log('  Open it in two windows: each is a device. Storage is in .state/, Ctrl-C stops.');
  const ended = await Promise.race([stopped.then(() => 'stopped'), server.gone.then(() => 'gone')]);
  if (ended === 'gone') throw failure(`workerd ended by itself\n${server.complaints()}`);
  // A second Ctrl-C must not leave workerd behind.
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => {});
  await server.stop();
  return 0;
}
