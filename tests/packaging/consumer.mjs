// Projects that use the package: copied out of this tree, with the tarball installed.
import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inRoot } from '../../scripts/lib/paths.mjs';
import { run } from '../../scripts/lib/run.mjs';

const manifest = JSON.parse(readFileSync(inRoot('package.json'), 'utf8'));

/** Packs the package into `folder`; answers the tarball's path and the files in it. */
export async function pack(folder) {
  const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', folder];
  const output = await run('npm', args);
  const [{ filename, files }] = JSON.parse(output.slice(output.indexOf('[')));
  return { tarball: join(folder, filename), files: files.map(({ path }) => path) };
}

/** Copies tests/packaging/projects/NAME to a folder of its own. */
export function copyProject(name, { folder }) {
  const project = join(folder, name);
  cpSync(inRoot('tests/packaging/projects', name), project, { recursive: true });
  return project;
}

/** The same with the tarball installed, and `others` in the versions that are pinned here. */
export async function installedProject(name, context, others = []) {
  const project = copyProject(name, context);
  const pinned = others.map((other) => `${other}@${manifest.devDependencies[other]}`);
  const quiet = ['--no-audit', '--no-fund', '--ignore-scripts', '--prefer-offline'];
  await run('npm', ['install', ...quiet, context.packed.tarball, ...pinned], { cwd: project });
  return project;
}
