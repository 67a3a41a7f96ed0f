// Downloads packages of Debian 13 without installing them, through a private apt state, so that the
// machine's own sources stay untouched.
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { installPackages, mirror } from './apt.mjs';
import { tools } from './paths.mjs';
import { query, run, step } from './run.mjs';

const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';
const keyringWithTrixie = '2023.3+deb12u2';

async function requireKeyring() {
  const { stdout } = query('dpkg-query', ['-W', '-f', '${Version}', 'debian-archive-keyring']);
  const knows = ['--compare-versions', stdout || '0', 'ge', keyringWithTrixie];
  if (!query('dpkg', knows).ok) await installPackages(['debian-archive-keyring']);
}

/** Writes the private state's sources into `state` and answers the options that select it. */
function privateState(state) {
  const sources = join(state, 'sources.list');
  mkdirSync(join(state, 'lists/partial'), { recursive: true });
  mkdirSync(join(state, 'cache/archives/partial'), { recursive: true });
  const where = `[signed-by=${keyring}] ${mirror()} trixie main`;
  writeFileSync(sources, `deb ${where}\ndeb-src ${where}\n`);
  const settings = {
    'Dir::Etc::sourcelist': sources,
    'Dir::Etc::sourceparts': '/dev/null',
    'Dir::State::lists': join(state, 'lists'),
    'Dir::Cache': join(state, 'cache'),
    'Acquire::Retries': '3',
    // The unprivileged user that apt downloads as may not be able to write to the project's folder.
    'APT::Sandbox::User': 'root',
  };
  return [
    '-qq',
    ...Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]),
  ];
}

/** A folder with Debian 13's packages and sources in it; the caller deletes it with `done`. */
export async function openTrixie() {
  await requireKeyring();
  const folder = join(tools, `download-${process.pid}`);
  const options = privateState(folder);
  const apt = (...args) => run('apt-get', [...options, ...args], { cwd: folder });
  await step('Debian 13 package lists', () => apt('update'));
  return {
    folder,
    download: (packages) => apt('download', ...packages),
    source: (name) => apt('source', '--download-only', name),
    find: (start, end) => {
      const name = readdirSync(folder).find((n) => n.startsWith(start) && n.endsWith(end));
      return name && join(folder, name);
    },
    done: () => existsSync(folder) && rmSync(folder, { recursive: true }),
  };
}
