// The npm packages, exactly as package-lock.json has them.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { nodeModules, root } from './paths.mjs';
import { run, step } from './run.mjs';

const packagesOf = (path) => JSON.parse(readFileSync(path, 'utf8')).packages;

/** Whether node_modules holds what the lock file asks for; other platforms' packages aside. */
export function hasPackages() {
  const installedLock = join(nodeModules, '.package-lock.json');
  if (!existsSync(installedLock)) return false;
  const installed = packagesOf(installedLock);
  return Object.entries(packagesOf(join(root, 'package-lock.json'))).every(
    ([path, { version, optional, peer }]) =>
      path === '' || (optional ?? peer) || installed[path]?.version === version,
  );
}

/**
 * No install scripts: none of the packages needs its own, and none should run on a machine unasked.
 */
export const installPackages = () =>
  step('npm ci', () => run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund']));
