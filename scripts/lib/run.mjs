// Runs other programs and says what is being done, one line per step.
import { spawn, spawnSync } from 'node:child_process';
import { root } from './paths.mjs';

/** An error whose message is all that the user needs. */
export const failure = (message) => Object.assign(new Error(message), { expected: true });

/** Runs a command to its end; resolves to its exit code and all it printed, and never rejects. */
export function attempt(command, args, { cwd = root, env = {} } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const chunks = [];
    child.stdout.on('data', (chunk) => chunks.push(chunk));
    child.stderr.on('data', (chunk) => chunks.push(chunk));
    child.on('error', (error) => resolve({ code: 127, output: `${error.message}\n` }));
    child.on('close', (code, signal) => {
      resolve({ code: code ?? signal, output: Buffer.concat(chunks).toString() });
    });
  });
}

/** Runs a command, keeps its output to itself, and throws with that output when it fails. */
export async function run(command, args, options) {
  const { code, output } = await attempt(command, args, options);
  if (code === 0) return output;
  throw failure(`${[command, ...args].join(' ')}\nfailed (${code}):\n${output.trimEnd()}`);
}

/** Asks a quick command; `stdout` is null where the command is missing. */
export function query(command, args) {
  const { status, stdout } = spawnSync(command, args, { cwd: root, encoding: 'utf8' });
  return { ok: status === 0, stdout };
}

export const onPath = (command) => query('sh', ['-c', `command -v ${command}`]).ok;

/** Seconds since a `performance.now()`, for people. */
export const secondsSince = (start) => ((performance.now() - start) / 1000).toFixed(1);

/** Does one step of the work and prints one line about it. */
export async function step(what, work) {
  const start = performance.now();
  if (process.stdout.isTTY) process.stdout.write(`  ${what} …`);
  const result = await work();
  console.log(`${process.stdout.isTTY ? '\r' : ''}  ${what} (${secondsSince(start)} s)`);
  return result;
}

/** Runs a script's main function; an expected failure prints its message and no stack. */
export async function main(work) {
  try {
    process.exitCode = (await work()) ?? 0;
  } catch (error) {
    console.error(error.expected ? `\n${error.message}` : error);
    process.exitCode = 1;
  }
}
