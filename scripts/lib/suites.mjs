// The test suites of `npm test`: what each needs and runs, and how to read its counts.
import * as counts from './counts.mjs';
import { tscPasses, vitestRun } from './suite-commands.mjs';

const node = (...args) => [process.execPath, ...args];

const cmakeTests = (preset) => [
  ['cmake', '--preset', preset],
  ['cmake', '--build', '--preset', preset],
  ['ctest', '--preset', preset, '-j2', '--no-tests=error'],
];

/**
 * A suite's commands run one after another until one fails. Suites of different lanes run at the
 * same time; those of the lane `alone` last, one at a time, because they run browsers and look at
 * the clock. One waits for the suite that it is `after`. `built` are those that use build/wasm or
 * dist/; `folder` is where the tests are.
 * @typedef {{
 *   name: string, folder: string, lane: 'scripts' | 'cpp' | 'alone', need: string[],
 *   after?: string, built?: boolean, commands: string[][], count: import('./counts.mjs').Count,
 * }} Suite
 * @type {Suite[]}
 */
export const suites = [
  {
    name: 'tidy',
    folder: 'tests/tidy',
    lane: 'scripts',
    need: [],
    commands: [node('tests/tidy/tidy.mjs')],
    count: counts.lastLine,
  },
  {
    name: 'format',
    folder: 'scripts',
    lane: 'scripts',
    need: ['format', 'npm'],
    commands: [node('scripts/format.mjs', '--check')],
    count: counts.lastLine,
  },
  {
    name: 'types',
    folder: 'js',
    lane: 'scripts',
    need: ['npm'],
    // The package's entries are checked against what was built.
    built: true,
    commands: tscPasses,
    count: counts.perCommand,
  },
  {
    name: 'js',
    folder: 'tests/js',
    lane: 'scripts',
    need: ['wasm', 'npm', 'sqlite'],
    built: true,
    ...vitestRun('js'),
  },
  {
    name: 'node',
    folder: 'tests/node',
    lane: 'scripts',
    need: ['wasm', 'npm', 'node22'],
    built: true,
    commands: [node('tests/node/run.mjs')],
    count: counts.lastLine,
  },
  {
    name: 'worker',
    folder: 'tests/worker',
    lane: 'scripts',
    need: ['wasm', 'npm'],
    built: true,
    ...vitestRun('worker'),
  },
  // These three use what the suite `native` builds.
  {
    name: 'cli',
    folder: 'tests/native/cli',
    lane: 'scripts',
    after: 'native',
    need: ['native', 'wasm', 'npm', 'sqlite'],
    built: true,
    commands: [node('tests/native/cli/run.mjs')],
    count: counts.lastLine,
  },
  {
    name: 'crash',
    folder: 'tests/crash',
    lane: 'scripts',
    after: 'native',
    need: ['native', 'wasm', 'npm', 'sqlite'],
    built: true,
    commands: [node('tests/crash/run.mjs')],
    count: counts.lastLine,
  },
  {
    name: 'packaging',
    folder: 'tests/packaging',
    lane: 'scripts',
    after: 'native',
    need: ['native', 'wasm', 'npm', 'browser'],
    built: true,
    commands: [node('tests/packaging/run.mjs')],
    count: counts.lastLine,
  },
  {
    name: 'native',
    folder: 'tests/unit',
    lane: 'cpp',
    // The plain shell writes files that the native store reads.
    need: ['native', 'sqlite'],
    commands: cmakeTests('dev'),
    count: counts.ctest,
  },
  {
    name: 'native-store',
    folder: 'tests/js',
    lane: 'cpp',
    // Drives a program that the suite `native` has built.
    need: ['native', 'wasm', 'npm'],
    built: true,
    ...vitestRun('native-store', 'tests/js/vitest.native.config.ts'),
  },
  {
    name: 'http',
    folder: 'tests/native/http',
    lane: 'cpp',
    // A program that the suite `native` has built, at the real Worker.
    need: ['native', 'wasm', 'npm'],
    built: true,
    commands: [node('tests/native/http/worker.mjs')],
    count: counts.lastLine,
  },
  {
    name: 'c-api',
    folder: 'tests/native/c',
    lane: 'cpp',
    // Calls the library that the suite `native` has built.
    need: ['native', 'wasm', 'npm'],
    built: true,
    commands: [node('tests/native/c/run.mjs')],
    count: counts.lastLine,
  },
  {
    name: 'docs',
    folder: 'sdk/docs',
    lane: 'cpp',
    need: ['docs'],
    commands: [node('scripts/docs.mjs')],
    count: counts.lastLine,
  },
  {
    name: 'gcc',
    folder: 'sdk',
    lane: 'cpp',
    need: ['native'],
    commands: [
      ['cmake', '--preset', 'gcc'],
      ['cmake', '--build', '--preset', 'gcc', '--', '-k', '0'],
    ],
    count: counts.publicHeaders,
  },
  {
    name: 'fuzz',
    folder: 'tests/fuzz',
    lane: 'cpp',
    need: ['fuzz'],
    commands: [node('scripts/fuzz.mjs', '--replay')],
    count: counts.lastLine,
  },
  {
    name: 'sim',
    folder: 'tests/sim',
    lane: 'cpp',
    need: ['native', 'wasm'],
    commands: [node('scripts/sim.mjs', '--suite')],
    count: counts.lastLine,
  },
  {
    name: 'wasm',
    folder: 'tests/unit',
    lane: 'cpp',
    need: ['native', 'wasm'],
    commands: cmakeTests('wasm-tests'),
    count: counts.ctest,
  },
  {
    name: 'imports',
    folder: 'tests/tidy',
    lane: 'cpp',
    need: ['wasm'],
    commands: [node('tests/tidy/core-imports.mjs')],
    count: counts.lastLine,
  },
  {
    name: 'browser',
    folder: 'tests/browser',
    lane: 'alone',
    need: ['wasm', 'npm', 'browser'],
    built: true,
    commands: [node('tests/browser/run.mjs')],
    count: counts.lastLine,
  },
  {
    name: 'interop',
    folder: 'tests/interop',
    lane: 'alone',
    need: ['native', 'wasm', 'npm', 'sqlite', 'browser', 'node22'],
    built: true,
    commands: [node('tests/interop/run.mjs')],
    count: counts.lastLine,
  },
  {
    name: 'check',
    folder: 'scripts/lib/check',
    lane: 'alone',
    need: ['wasm', 'npm', 'browser'],
    built: true,
    commands: [node('scripts/start.mjs', '--check')],
    count: counts.perCommand,
  },
  {
    name: 'readme',
    folder: 'tests/readme',
    lane: 'alone',
    // C++ and the shell use what the suite `native` built.
    need: ['native', 'wasm', 'npm', 'sqlite', 'browser', 'node22'],
    built: true,
    commands: [node('tests/readme/run.mjs')],
    count: counts.lastLine,
  },
];
