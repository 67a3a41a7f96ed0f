// The package as users get it: packed, installed in projects outside this tree, and used there.
// usage: node tests/packaging/run.mjs [CASE…]
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { secondsSince } from '../../scripts/lib/run.mjs';
import { cmakeFindPackage, cmakeSubdirectory } from './cases/cmake.mjs';
import {
  nativeC,
  nativeFindPackage,
  nativeLeftOut,
  nativePkgConfig,
  nativePrivate,
  nativeSubdirectory,
} from './cases/native.mjs';
import { node } from './cases/node.mjs';
import { tarball } from './cases/tarball.mjs';
import { types } from './cases/types.mjs';
import { viteBuild, viteDev } from './cases/vite.mjs';
import { worker } from './cases/worker.mjs';
import { pack } from './consumer.mjs';

const cases = {
  'the tarball has what package.json promises, and nothing else': tarball,
  'Node imports the installed package': node,
  'TypeScript finds the types, however it resolves modules': types,
  'a page that Vite built records a write in Chromium': viteBuild,
  'the same page from the Vite development server': viteDev,
  'a Worker runs in workerd': worker,
  'CMake: find_package of the core, and of what is not there': cmakeFindPackage,
  'CMake: add_subdirectory, the core alone': cmakeSubdirectory,
  'native: an app with SQLite and HTTP by find_package, GCC and Clang': nativeFindPackage,
  'native: the same by add_subdirectory, Clang and libc++': nativeSubdirectory,
  'native: the same by pkg-config, without exceptions': nativePkgConfig,
  'native: a C app by find_package and by pkg-config': nativeC,
  'native: what it was built with is nowhere to be seen': nativePrivate,
  'native: a part is left out, or asked for': nativeLeftOut,
};

const wanted = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'tidemark-packaging-'));
let [passed, failed] = [0, 0];
try {
  const context = { folder, packed: await pack(folder) };
  for (const [name, test] of Object.entries(cases)) {
    if (wanted.length > 0 && !wanted.includes(test.name)) continue;
    const start = performance.now();
    try {
      await test(context);
      passed++;
      console.log(`ok ${name} (${secondsSince(start)} s)`);
    } catch (error) {
      failed++;
      console.log(`FAILED ${name} (${secondsSince(start)} s)\n${error.stack}`);
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(`${passed} passed, ${failed} failed`);
// A server or a browser that a failed case left open must not hold the process.
process.exit(failed === 0 ? 0 : 1);
