// Rules on the tree: what is generated is fresh, what is a test runs, what is built is not tracked.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { posix } from 'node:path';
import { inRoot } from '../../../scripts/lib/paths.mjs';
import { bytesOf, linesOf, paths, textOf, trackedYetIgnored } from '../files.mjs';

const blobBytesMax = 512 * 1024;

export const blobs = () =>
  paths
    .filter((path) => bytesOf(path) > blobBytesMax)
    .map((path) => `${path}: ${bytesOf(path)} bytes`);

export const builtAndTracked = () =>
  trackedYetIgnored().map((path) => `${path}: ignored, yet tracked`);

const generators = ['js/scripts/gen-errors.mjs', 'js/scripts/gen-sql.mjs'];

export function generated() {
  return generators
    .filter((script) => existsSync(inRoot(script)))
    .flatMap((script) => {
      try {
        execFileSync(process.execPath, [inRoot(script), '--check'], { stdio: 'pipe' });
        return [];
      } catch (error) {
        return [`${script} --check: ${error.stderr.toString().trim()}`];
      }
    });
}

/** CMake lists its tests one by one, or takes a folder's; Vitest takes what is in these two. */
export function unlistedTests() {
  const listed = textOf('tests/CMakeLists.txt');
  const cpp = paths
    .filter((path) => /^tests\/(?!native\/).*_(test|property)\.cpp$/.test(path))
    .filter((path) => !listed.includes(path.replace('tests/', '')));
  const js = paths
    .filter((path) => /\.test\.(ts|mjs)$/.test(path))
    .filter((path) => !/^tests\/(js|worker)\//.test(path));
  return [...cpp, ...js].map((path) => `${path}: no suite runs it`);
}

/** In js/src: who may not import whom, so that stores and transports stay replaceable. */
const walls = [
  { from: /^(stores|transports)\//, to: /^(engine|pump|exchange|client|dexie|worker|index)\.js$/ },
  {
    from: /^worker(\/|\.ts$)/,
    to: /^(engine|pump|exchange|client|dexie|index|(stores|transports)\/.*)\.js$/,
  },
  {
    from: /^(types|values|wire|columns|errors)\.ts$/,
    to: /^(engine|client|(stores|transports)\/.*)\.js$/,
  },
  { from: /^(?!index\.ts|testing\/)/, to: /^testing\// },
];

export function importWalls() {
  const base = 'js/src/';
  return paths
    .filter((path) => path.startsWith(base))
    .flatMap((path) => {
      const from = path.slice(base.length);
      return linesOf(path)
        .map((line) => /from '(\.[^']*)'/.exec(line)?.[1])
        .filter(Boolean)
        .map((name) => posix.join(posix.dirname(from), name))
        .filter((to) => walls.some((wall) => wall.from.test(from) && wall.to.test(to)))
        .map((to) => `${path}: imports ${to}`);
    });
}
