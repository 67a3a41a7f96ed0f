// Commands that several suites share.
import { existsSync } from 'node:fs';
import * as counts from './counts.mjs';
import { inRoot } from './paths.mjs';

const script = (path, ...args) => [process.execPath, `node_modules/${path}`, ...args];

/** A TypeScript pass per project; what is not there yet is not checked. */
export const tscPasses = [
  'js/tsconfig.json',
  'js/tsconfig.worker.json',
  'js/tsconfig.tests.json',
  'tests/worker/tsconfig.json',
]
  .filter((project) => existsSync(inRoot(project)))
  .map((project) => script('typescript/bin/tsc', '--noEmit', '-p', project));

/** Vitest with its usual output for people and a JSON report for the counts. */
export function vitestRun(name, file = `tests/${name}/vitest.config.ts`) {
  const report = `build/reports/${name}.json`;
  const config = ['--root', '.', '--config', file];
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  return {
    commands: [script('vitest/vitest.mjs', 'run', ...config, ...reporters)],
    report,
    count: counts.vitest,
  };
}
