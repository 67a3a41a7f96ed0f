// The package as users get it: packed, installed in projects outside this tree, and used there.
// usage: node tests/packaging/run.mjs [CASE…]
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { secondsSince } from '../../scripts/lib/run.mjs';
import { cmakeFindPackage, cmakeSubdirectory } from './cases/cmake.mjs';
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
  'CMake: find_package from an install prefix': cmakeFindPackage,
  'CMake: add_subdirectory': cmakeSubdirectory,
};

const wanted = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'tidemark-packaging-'));
let [passed, failed] = [0, 0];
try {
  const packed = await pack(folder);
  for (const [name, test] of Object.entries(cases)) {
    if (wanted.length > 0 && !wanted.includes(test.name)) continue;
    const start = performance.now();
    try {
      await test({ folder, packed });
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
