// The C++ library from a prefix it was installed in, and as a part of another project's build.
import { join } from 'node:path';
import { inRoot } from '../../../scripts/lib/paths.mjs';
import { run } from '../../../scripts/lib/run.mjs';
import { copyProject } from '../consumer.mjs';

/** Configures a project with these settings, builds it, and runs its program where there is one. */
async function buildAndRun(source, build, settings) {
  const defines = Object.entries(settings).map(([name, value]) => `-D${name}=${value}`);
  await run('cmake', ['-S', source, '-B', build, '-G', 'Ninja', ...defines]);
  await run('cmake', ['--build', build]);
  await run(join(build, 'consumer'), []);
}

export async function cmakeFindPackage(context) {
  const [build, prefix] = [join(context.folder, 'core'), join(context.folder, 'prefix')];
  const type = '-DCMAKE_BUILD_TYPE=Release';
  await run('cmake', ['-S', inRoot(), '-B', build, '-G', 'Ninja', type]);
  await run('cmake', ['--build', build]);
  await run('cmake', ['--install', build, '--prefix', prefix]);
  const project = copyProject('cmake_find_package', context);
  await buildAndRun(project, join(project, 'build'), { CMAKE_PREFIX_PATH: prefix });
}

export async function cmakeSubdirectory(context) {
  const project = copyProject('cmake_subdirectory', context);
  await buildAndRun(project, join(project, 'build'), { TIDEMARK_SOURCE: inRoot() });
}
