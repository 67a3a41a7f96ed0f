// Runs one suite: its commands, its log, its counts.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inRoot, logs } from './paths.mjs';
import { attempt, secondsSince } from './run.mjs';

/** Runs the commands until one fails; answers what they printed and how far they got. */
async function runCommands(commands) {
  let output = '';
  let ran = 0;
  for (const [program, ...args] of commands) {
    const result = await attempt(program, args);
    ran++;
    output += `$ ${[program, ...args].join(' ')}\n${result.output}`;
    if (result.code !== 0) return { output: `${output}(exit ${result.code})\n`, ran, ok: false };
  }
  return { output, ran, ok: true };
}

/**
 * A suite that fails without a failed test has failed all the same, and so has one without tests.
 */
function countOf(suite, run) {
  const { passed, failed } = suite.count({ ...run, report: suite.report });
  const bad = !run.ok || passed + failed === 0;
  return { passed, failed: bad ? Math.max(1, failed) : failed };
}

/** For people: a program that dies may quote itself, on one line of many kilobytes. */
const readable = (output) => output.trimEnd().replace(/^(.{1000}).+$/gm, '$1 …');

/** Prints the suite's line, and all its output when it failed. */
export async function runSuite(suite) {
  const start = performance.now();
  if (suite.report) rmSync(inRoot(suite.report), { force: true });
  const run = await runCommands(suite.commands);
  const { passed, failed } = countOf(suite, run);
  mkdirSync(logs, { recursive: true });
  writeFileSync(join(logs, `${suite.name}.log`), run.output);
  const frame = `--- ${suite.name} ---`;
  if (failed > 0) console.log(`\n${frame}\n${readable(run.output)}\n${frame}`);
  const name = suite.name.padEnd(10);
  const time = `${secondsSince(start)} s`.padStart(9);
  console.log(`${name} ${String(passed).padStart(5)} passed, ${failed} failed ${time}`);
  return { passed, failed };
}
