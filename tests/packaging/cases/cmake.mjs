// The core alone, from a prefix it was installed in, and as a part of another project's build.
import { join } from 'node:path';
import { inRoot } from '../../../scripts/lib/paths.mjs';
import { run } from '../../../scripts/lib/run.mjs';
import { copyProject } from '../consumer.mjs';
import { configureAndBuild, installed } from '../prefix.mjs';

async function buildAndRun(project, settings) {
  const build = join(project, 'build');
  await configureAndBuild(project, build, settings);
  await run(join(build, 'consumer'), []);
}

export async function cmakeFindPackage(context) {
  const prefix = await installed(context);
  await buildAndRun(copyProject('cmake_find_package', context), { CMAKE_PREFIX_PATH: prefix });
}

export async function cmakeSubdirectory(context) {
  const project = copyProject('cmake_subdirectory', context);
  await buildAndRun(project, { TIDEMARK_SOURCE: inRoot(), TIDEMARK_NATIVE: 'OFF' });
}
