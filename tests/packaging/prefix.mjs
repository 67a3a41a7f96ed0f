// The C++ library, built once and installed in a prefix outside this tree, and projects using it.
import { join } from 'node:path';
import { inRoot } from '../../scripts/lib/paths.mjs';
import { run } from '../../scripts/lib/run.mjs';

/** Configures a project with these settings, and builds it. */
export async function configureAndBuild(source, build, settings) {
  const defines = Object.entries(settings).map(([name, value]) => `-D${name}=${value}`);
  await run('cmake', ['-S', source, '-B', build, '-G', 'Ninja', ...defines]);
  await run('cmake', ['--build', build]);
}

async function install(folder) {
  const [build, prefix] = [join(folder, 'library'), join(folder, 'prefix')];
  await configureAndBuild(inRoot(), build, {
    CMAKE_BUILD_TYPE: 'Release',
    // Sooner, as is less to optimise; a project that adds the sources compiles each file alone.
    CMAKE_UNITY_BUILD: 'ON',
    CMAKE_CXX_FLAGS_RELEASE: '-O1 -DNDEBUG',
    CMAKE_CXX_COMPILER: 'g++',
    TIDEMARK_REQUIRE: 'sqlite;http;testing;c',
  });
  await run('cmake', ['--install', build, '--prefix', prefix]);
  return prefix;
}

/** The prefix; who asks first builds it. */
export function installed(context) {
  context.prefix ??= install(context.folder);
  return context.prefix;
}
