// The example Worker under workerd on this machine, as a process that can be stopped, or killed in
// the middle of a request and started again on the same state.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { bundleWorker } from './bundle-worker.mjs';

const child = fileURLToPath(new URL('./worker-child.mjs', import.meta.url));

/**
 * Starts the Worker on 127.0.0.1 with its storage in `stateDir`. `port` 0: any. `assetsDir`: files
 * to serve beside it, from the same origin. `tokens`: bearer token to user, instead of the
 * example's own. `bindings`: more variables of its environment. Answers `url`, `kill()` (SIGKILL to
 * workerd and all) and `stop()`; both resolve when the processes are gone.
 */
export async function startWorker({ port = 0, stateDir, tokens, assetsDir = null, bindings = {} }) {
  const manifest = await bundleWorker();
  const variables =
    tokens === undefined ? bindings : { ...bindings, TOKENS: JSON.stringify(tokens) };
  const options = { manifest, port, stateDir, assetsDir, bindings: variables };
  const process = fork(child, [JSON.stringify(options)], {
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  const gone = once(process, 'exit');
  let complaints = '';
  process.stderr.on('data', (data) => {
    complaints = (complaints + data).slice(-10_000);
  });
  const [answer] = await Promise.race([
    once(process, 'message'),
    gone.then(([code]) => [{ error: `exit ${code}` }]),
  ]);
  if (answer.error !== undefined) {
    await killGroup(process, gone);
    throw new Error(`the Worker did not start: ${answer.error}\n${complaints}`.trim());
  }
  return {
    url: answer.url,
    kill: () => killGroup(process, gone),
    async stop() {
      if (process.connected) process.send('stop');
      await gone;
    },
    /** Resolves when the processes are gone, whoever ended them. */
    gone,
    complaints: () => complaints,
  };
}

async function killGroup({ pid, exitCode, signalCode }, gone) {
  if (exitCode !== null || signalCode !== null) return;
  try {
    globalThis.process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
  await gone;
}
