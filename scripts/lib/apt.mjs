// Debian packages: which are missing, and how to install them from the machine's own sources.
import { readFileSync } from 'node:fs';
import { failure, onPath, query, run, step } from './run.mjs';

const options = ['-y', '-o', 'DPkg::Lock::Timeout=600', '-o', 'Acquire::Retries=3'];
const noninteractive = { env: { DEBIAN_FRONTEND: 'noninteractive' } };

function osRelease(field) {
  try {
    const text = readFileSync('/etc/os-release', 'utf8');
    return new RegExp(`^${field}="?([^"\n]*)`, 'm').exec(text)?.[1];
  } catch {
    return undefined;
  }
}

export const isDebian = () => osRelease('ID') === 'debian';

/** The names among `packages` that are not installed. */
export function missingPackages(packages) {
  const format = '${Package} ${db:Status-Status}\n';
  const { stdout } = query('dpkg-query', ['-W', '-f', format, ...packages]);
  const installed = new Set((stdout ?? '').match(/^\S+(?= installed$)/gm));
  return packages.filter((name) => !installed.has(name));
}

/** Runs apt-get as root, through sudo where need be. */
async function aptGet(...args) {
  const command = ['apt-get', ...options, ...args];
  if (process.getuid() !== 0) command.unshift('sudo', '--preserve-env=DEBIAN_FRONTEND');
  await run(command[0], command.slice(1), noninteractive);
}

let listsAreFresh = false;

/** Installs or upgrades packages from the machine's own sources. */
export async function installPackages(packages) {
  if (process.getuid() !== 0 && !onPath('sudo')) {
    throw failure(`Run this as root, or install them yourself: apt install ${packages.join(' ')}`);
  }
  if (!listsAreFresh) await step('apt-get update', () => aptGet('update', '-qq'));
  listsAreFresh = true;
  const what = `apt-get install ${packages.join(' ')}`;
  await step(what, () => aptGet('install', '--no-install-recommends', '-qq', ...packages));
}

/** The Debian mirror that this machine uses. */
export function mirror() {
  const format = '$(REPO_URI) $(RELEASE)';
  const { stdout } = query('apt-get', ['indextargets', '--format', format]);
  const codename = osRelease('VERSION_CODENAME');
  for (const line of (stdout ?? '').split('\n')) {
    const [uri, release] = line.split(' ');
    if (release === codename && /\/debian\/?$/.test(uri)) return uri;
  }
  return 'http://deb.debian.org/debian';
}
