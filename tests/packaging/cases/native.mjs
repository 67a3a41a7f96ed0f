// The native part as a stranger links it: an app with SQLite and HTTP, from a prefix, from the
// sources and by pkg-config; each writes a row that waits to be sent.
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../../scripts/lib/free-port.mjs';
import { inRoot } from '../../../scripts/lib/paths.mjs';
import { attempt, query, run } from '../../../scripts/lib/run.mjs';
import { copyProject } from '../consumer.mjs';
import { configureAndBuild, installed } from '../prefix.mjs';

/** Runs the app against a port that nobody listens at. */
async function check(program, { folder }) {
  const file = join(mkdtempSync(join(folder, 'data-')), 'app.db');
  const closed = `http://127.0.0.1:${await freePort(49_500)}/sync`;
  const output = await run(program, [file, closed]);
  assert.match(output, /^pending 1 (offline|waiting)\n$/);
}

/** The archives are GCC's; an app may have either compiler. */
export async function nativeFindPackage(context) {
  const prefix = await installed(context);
  const project = copyProject('native', context);
  for (const compiler of ['g++', 'clang++-19']) {
    const build = join(project, `build-${compiler}`);
    const settings = { CMAKE_PREFIX_PATH: prefix, CMAKE_CXX_COMPILER: compiler };
    await configureAndBuild(project, build, settings);
    await check(join(build, 'consumer'), context);
  }
}

/** Clang with its own standard library, for the library and the app. */
export async function nativeSubdirectory(context) {
  const project = copyProject('native', context);
  const build = join(project, 'build-sources');
  await configureAndBuild(project, build, {
    TIDEMARK_SOURCE: inRoot(),
    TIDEMARK_REQUIRE: 'sqlite;http',
    CMAKE_CXX_COMPILER: 'clang++-19',
    CMAKE_CXX_FLAGS: '-stdlib=libc++',
    CMAKE_BUILD_TYPE: 'Debug',
    CMAKE_CXX_FLAGS_DEBUG: '-O0',
  });
  const libraries = await run('ldd', [join(build, 'consumer')]);
  assert.match(libraries, /libc\+\+\.so/);
  assert.doesNotMatch(libraries, /libstdc\+\+/);
  await check(join(build, 'consumer'), context);
}

/** In a copy of the prefix, and compiled without exceptions. */
export async function nativePkgConfig(context) {
  const moved = join(context.folder, 'moved');
  cpSync(await installed(context), moved, { recursive: true, verbatimSymlinks: true });
  const env = {
    PKG_CONFIG_PATH: join(moved, 'lib/pkgconfig'),
    CXXFLAGS: '-fno-exceptions -Wall -Wextra -Werror',
  };
  const app = copyProject('native', context);
  await run('make', ['-C', app, 'CXX=g++'], { env });
  await check(join(app, 'consumer'), context);
}

/** A C app by either way: `tidemark`, and nothing else. */
export async function nativeC(context) {
  const prefix = await installed(context);
  const project = copyProject('c_api', context);
  cpSync(inRoot('tests/native/c/smoke.c'), join(project, 'smoke.c'));
  const build = join(project, 'build');
  await configureAndBuild(project, build, { CMAKE_PREFIX_PATH: prefix });
  await run('make', ['-C', project], { env: { PKG_CONFIG_PATH: join(prefix, 'lib/pkgconfig') } });
  for (const folder of [build, project]) {
    const args = ['no-such.db', 'http://127.0.0.1:1'];
    const { code, output } = await attempt(join(folder, 'consumer'), args);
    assert.equal(code, 1);
    assert.match(output, /^open: storage_unavailable, /);
  }
}

/** What the package was built with, and nobody who uses it needs. */
export async function nativePrivate(context) {
  const prefix = await installed(context);
  const files = readdirSync(prefix, { recursive: true, withFileTypes: true });
  const texts = files.filter((file) => file.isFile() && /\.(h|def|cmake|pc)$/.test(file.name));
  assert.ok(texts.length > 40);
  for (const { parentPath, path, name } of texts) {
    const text = readFileSync(join(parentPath ?? path, name), 'utf8');
    assert.doesNotMatch(text, /nlohmann/i, name);
    assert.ok(!text.includes(inRoot()), `${name} names the tree that it was built in`);
  }
}

/** A part whose library is missing is left out, which is said; or an error, if it was asked for. */
export async function nativeLeftOut({ folder }) {
  const build = join(folder, 'without-curl');
  const without = [
    '-S',
    inRoot(),
    '-B',
    build,
    '-G',
    'Ninja',
    '-DCMAKE_DISABLE_FIND_PACKAGE_CURL=ON',
  ];
  const { code, output } = await attempt('cmake', without);
  assert.equal(code, 0, output);
  assert.match(output, /tidemark::http is left out: it needs libcurl/);
  assert.match(output, /tidemark::c is left out/);
  assert.ok(
    query('ninja', ['-C', build, '-t', 'targets', 'all']).stdout.includes('tidemark_sqlite'),
  );
  const asked = await attempt('cmake', [...without, '-DTIDEMARK_REQUIRE=sqlite;http']);
  assert.notEqual(asked.code, 0);
  assert.match(asked.output, /tidemark::http is left out, and TIDEMARK_REQUIRE names it/);
}
