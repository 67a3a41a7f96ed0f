// Brings in what building and testing need and the machine lacks; does nothing when all is there.
// usage: node scripts/setup.mjs [native|wasm|npm|browser|…]…   (all of them unless told)
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as apt from './lib/apt.mjs';
import { hasCatch2, installCatch2 } from './lib/catch2.mjs';
import { hasEmscripten, installEmscripten } from './lib/emscripten.mjs';
import { hasNode22, installNode22 } from './lib/node22.mjs';
import * as npm from './lib/npm.mjs';
import { tools } from './lib/paths.mjs';
import { failure, main, onPath, secondsSince } from './lib/run.mjs';
import { openTrixie } from './lib/trixie.mjs';

/** For each need: its Debian packages, and the commands that tell whether another system has it. */
const needs = {
  native: {
    packages: [
      'g++',
      'cmake',
      'ninja-build',
      'clang-19',
      'libclang-rt-19-dev',
      'libc++-19-dev',
      'libc++abi-19-dev',
      'make',
      'pkg-config',
      'python3',
      'librapidcheck-dev',
      'nlohmann-json3-dev',
      'libcurl4-openssl-dev',
      'zlib1g-dev',
      'libsqlite3-dev',
      'libcli11-dev',
    ],
    commands: ['g++', 'cmake', 'ninja', 'clang++-19', 'make', 'pkg-config', 'python3'],
    note: 'C++ compilers with libc++, make, CMake >= 3.25, Ninja, pkg-config, Python 3, RapidCheck, nlohmann/json, libcurl, zlib, SQLite, CLI11',
  },
  fuzz: {
    // The runtime has libFuzzer and the sanitizers, llvm-19 the symbols in their reports.
    packages: [
      'cmake',
      'ninja-build',
      'clang-19',
      'libclang-rt-19-dev',
      'llvm-19',
      'nlohmann-json3-dev',
    ],
    commands: ['cmake', 'ninja', 'clang++-19'],
    note: 'Clang 19 with its runtime libraries, nlohmann/json',
  },
  bench: {
    packages: ['g++', 'cmake', 'ninja-build', 'libbenchmark-dev'],
    commands: ['g++', 'cmake', 'ninja'],
    note: 'a C++ compiler, CMake >= 3.25, Ninja, Google Benchmark',
  },
  wasm: {
    packages: ['cmake', 'ninja-build'],
    commands: ['cmake', 'ninja', 'emcc'],
    note: 'CMake >= 3.25, Ninja, Emscripten >= 3.1.64 (https://emscripten.org/docs/getting_started)',
  },
  npm: { packages: [], commands: ['npm'], note: 'npm' },
  // The plain shell writes to files that the store of SQLite reads.
  sqlite: { packages: ['sqlite3'], commands: ['sqlite3'], note: "SQLite's shell" },
  node22: { packages: [], commands: ['npm'], note: 'npm' },
  browser: {
    packages: ['chromium', 'chromium-headless-shell'],
    commands: ['chromium', 'chromium-headless-shell'],
    note: 'Chromium',
  },
  docs: { packages: ['doxygen'], commands: ['doxygen'], note: 'Doxygen' },
  format: { packages: ['clang-format-19'], commands: ['clang-format-19'], note: 'clang-format 19' },
};
/** What Debian 13's Emscripten runs with. */
const emscriptenPackages = ['clang-19', 'lld-19', 'llvm-19', 'python3'];

async function setupSystem(need) {
  const wanted = new Set(need.flatMap((name) => needs[name].packages));
  const ownEmscripten = need.includes('wasm') && !hasEmscripten();
  const ownCatch2 = need.includes('native') && !hasCatch2();
  if (ownEmscripten) for (const name of emscriptenPackages) wanted.add(name);
  const missing = apt.missingPackages([...wanted]);
  if (missing.length > 0) await apt.installPackages(missing);
  if (!ownEmscripten && !ownCatch2) return;
  mkdirSync(tools, { recursive: true });
  const trixie = await openTrixie();
  try {
    if (ownEmscripten) await installEmscripten(trixie);
    if (ownCatch2) await installCatch2(trixie);
  } finally {
    trixie.done();
  }
}

/** Elsewhere than on Debian: installs nothing, and says what is missing. */
function checkSystem(need) {
  const lacking = need.filter((name) => !needs[name].commands.every(onPath));
  if (lacking.length === 0) return;
  const lines = lacking.map((name) => `  ${name}: ${needs[name].note}`);
  throw failure(`This is not Debian, so please install what is missing:\n${lines.join('\n')}`);
}

/** @param {{need?: (keyof typeof needs)[]}} options  what the caller is about to do */
export async function setup({ need = Object.keys(needs) } = {}) {
  const start = performance.now();
  const unknown = need.filter((name) => !needs[name]);
  if (unknown.length > 0) throw failure(`Unknown: ${unknown.join(' ')}`);
  if (apt.isDebian()) await setupSystem(need);
  else checkSystem(need);
  if (need.includes('npm') && !npm.hasPackages()) await npm.installPackages();
  if (need.includes('node22') && !hasNode22()) await installNode22();
  console.log(`setup: everything is in place (${secondsSince(start)} s)`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const asked = process.argv.slice(2);
  await main(() => setup(asked.length > 0 ? { need: asked } : {}));
}
