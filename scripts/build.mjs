// Builds the WebAssembly core and the npm package in dist/, whatever of them is out of date.
// usage: node scripts/build.mjs
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { isFresh } from './lib/fresh.mjs';
import { inRoot } from './lib/paths.mjs';
import { main, run, secondsSince, step } from './lib/run.mjs';
import { setup } from './setup.mjs';

const core = inRoot('build/wasm/tidemark.wasm');
const coreSources = ['CMakeLists.txt', 'CMakePresets.json', 'sdk/CMakeLists.txt', 'sdk/cmake']
  .concat(['sdk/include', 'sdk/src', 'bindings'])
  .map((path) => inRoot(path));
const packaged = inRoot('dist/tidemark.wasm');
const packageSources = ['js', 'package.json', 'package-lock.json'].map((path) => inRoot(path));

async function buildCore() {
  if (!existsSync(inRoot('build/wasm/build.ninja'))) await run('cmake', ['--preset', 'wasm']);
  await run('cmake', ['--build', '--preset', 'wasm']);
}

const buildPackage = () => run(process.execPath, [inRoot('js/scripts/build.mjs')]);

/** Builds what is older than its sources; does nothing where nothing is. */
export async function build() {
  const start = performance.now();
  if (!isFresh(core, coreSources)) await step('C++ core to WebAssembly: build/wasm', buildCore);
  if (!isFresh(packaged, [core, ...packageSources])) {
    await step('TypeScript package: dist', buildPackage);
  }
  console.log(`build: everything is up to date (${secondsSince(start)} s)`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await main(async () => {
    await setup({ need: ['wasm', 'npm'] });
    await build();
  });
}
