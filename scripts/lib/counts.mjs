// How many tests passed and failed, read from what a suite printed or wrote.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { inRoot } from './paths.mjs';

/** @typedef {(run: {output: string, ran: number, ok: boolean, report?: string}) =>
 *    {passed: number, failed: number}} Count */

/** Programs that end with the line `N passed, N failed`. */
export function lastLine({ output }) {
  const found = [...output.matchAll(/^(\d+) passed, (\d+) failed$/gm)].at(-1);
  return { passed: Number(found?.[1] ?? 0), failed: Number(found?.[2] ?? 0) };
}

/** Where a command is a test: the last one run has failed if the suite has. */
export function perCommand({ ran, ok }) {
  return ok ? { passed: ran, failed: 0 } : { passed: ran - 1, failed: 1 };
}

/** CTest's own summary; it counts test cases of Catch2. */
export function ctest({ output }) {
  const found = /(\d+) tests? failed out of (\d+)/.exec(output);
  const [failed, all] = [Number(found?.[1] ?? 0), Number(found?.[2] ?? 0)];
  return { passed: all - failed, failed };
}

/** A build that compiles every public header alone; Ninja names the ones that do not compile. */
export function publicHeaders({ output }) {
  const files = readdirSync(inRoot('sdk/include'), { recursive: true });
  const all = files.filter((name) => name.endsWith('.h')).length;
  const failed = [...output.matchAll(/^FAILED: /gm)].length;
  return { passed: Math.max(0, all - failed), failed };
}

/** Vitest's JSON report. */
export function vitest({ report }) {
  if (!existsSync(inRoot(report))) return { passed: 0, failed: 0 };
  const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(inRoot(report), 'utf8'));
  return { passed: numPassedTests, failed: numFailedTests };
}
