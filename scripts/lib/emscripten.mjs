// Brings Emscripten along where the machine has none: Debian 13's, unpacked into .tools/emscripten
// and run with Debian 12's LLVM 19, which is the same version as Debian 13's. Nothing of it is
// installed system-wide. Whoever has a recent emcc on PATH uses that one instead.
import { existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tools } from './paths.mjs';
import { failure, query, run, step } from './run.mjs';

const oldest = [3, 1, 64];
const prefix = join(tools, 'emscripten');
const share = join(prefix, 'usr/share/emscripten');
/** Written last, so that an interrupted set-up is done again. Change it when this file does. */
const marker = join(prefix, 'complete-3.1.69-1');

/** Binaryen was built for a newer glibc than Debian 12's, so it runs with its own. */
const loaders = {
  x64: { loader: 'usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2', lib: 'x86_64-linux-gnu' },
  arm64: { loader: 'usr/lib/aarch64-linux-gnu/ld-linux-aarch64.so.1', lib: 'aarch64-linux-gnu' },
};
const binaryenTools = [
  'wasm-as',
  'wasm-ctor-eval',
  'wasm-dis',
  'wasm-emscripten-finalize',
  'wasm-merge',
  'wasm-metadce',
  'wasm-opt',
  'wasm-split',
  'wasm2js',
];
const runtime = ['libc6', 'libstdc++6', 'libgcc-s1'];
const packages = ['emscripten', 'binaryen', 'node-acorn'];

/** Nine tenths of the package, none of it needed here: tests, and libraries for other targets. */
const leftOut = ['*/emscripten/test', '*/share/doc', '*/pic', '*/thinlto', '*-mt*.a', '*-ww*.a'];

function isRecent(version) {
  const numbers = version.split('.').map(Number);
  for (const [i, number] of numbers.entries()) {
    if (number !== oldest[i]) return number > oldest[i];
  }
  return true;
}

/** Whether PATH has an emcc of the version this project needs, or newer. */
function isOnPath() {
  const { stdout } = query('emcc', ['--version']);
  const version = /(\d+\.\d+\.\d+)/.exec(stdout ?? '')?.[1];
  return version !== undefined && isRecent(version);
}

export const hasEmscripten = () => existsSync(marker) || isOnPath();

/** The C++ compiler to WebAssembly, for scripts that call it without CMake. */
export const compiler = () => (existsSync(marker) ? join(share, 'em++') : 'em++');

async function unpack(deb, folder) {
  mkdirSync(folder, { recursive: true });
  const skip = leftOut.map((pattern) => `--exclude='${pattern}'`).join(' ');
  const script = `dpkg-deb --fsys-tarfile "$1" | tar -x -C "$2" ${skip}`;
  await run('sh', ['-c', script, 'unpack', deb, folder]);
}

function writeProgram(path, lines) {
  rmSync(path, { force: true });
  writeFileSync(path, `#!/bin/sh\n${lines}\n`, { mode: 0o755 });
}

function wrapBinaryen() {
  const { loader, lib } = loaders[process.arch];
  const bin = join(prefix, 'binaryen/bin');
  mkdirSync(bin, { recursive: true });
  const libraries = `${prefix}/runtime/usr/lib/${lib}:${prefix}/usr/lib/${lib}`;
  for (const tool of binaryenTools) {
    const command = `'${prefix}/runtime/${loader}' --library-path '${libraries}'`;
    writeProgram(join(bin, tool), `exec ${command} '${prefix}/usr/bin/${tool}' "$@"`);
  }
}

/** The package's own launchers take any python3 on PATH, which may be too old or half installed. */
function wrapCompilers() {
  for (const tool of ['emcc', 'em++', 'emar', 'emranlib', 'emcmake', 'emnm']) {
    const target = join(share, `${tool}.py`);
    if (existsSync(target))
      writeProgram(join(share, tool), `exec /usr/bin/python3 -E '${target}' "$@"`);
  }
}

function configure() {
  const settings = {
    LLVM_ROOT: `'/usr/lib/llvm-19/bin'`,
    BINARYEN_ROOT: `'${prefix}/binaryen'`,
    NODE_JS: `'${process.execPath}'`,
    CACHE: `'${share}/cache'`,
    // The package ships the system libraries, built; there is no need to build any.
    FROZEN_CACHE: 'True',
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}\n`);
  writeFileSync(join(share, '.emscripten'), lines.join(''));
}

/**
 * What Node looks up from emcc's own folder: acorn, which the optimiser imports as an ES module.
 */
function makeNodePackage() {
  // Keeps this project's package.json, and its "type": "module", from applying to emcc's scripts.
  writeFileSync(join(share, 'package.json'), '{}\n');
  mkdirSync(join(share, 'node_modules'), { recursive: true });
  symlinkSync('../../nodejs/acorn', join(share, 'node_modules/acorn'));
}

export async function installEmscripten(trixie) {
  if (!loaders[process.arch]) {
    throw failure(
      `No Emscripten for ${process.arch} here: put an emcc ${oldest.join('.')}+ on PATH`,
    );
  }
  rmSync(prefix, { recursive: true, force: true });
  await step('Emscripten 3.1.69 from Debian 13: download (245 MB)', () =>
    trixie.download([...packages, ...runtime]),
  );
  await step('Emscripten: unpack into .tools/emscripten', async () => {
    for (const name of packages) await unpack(trixie.find(`${name}_`, '.deb'), prefix);
    for (const name of runtime) {
      await unpack(trixie.find(`${name}_`, '.deb'), join(prefix, 'runtime'));
    }
    wrapBinaryen();
    wrapCompilers();
    configure();
    makeNodePackage();
    await run(join(share, 'emcc'), ['--version']);
  });
  writeFileSync(marker, '');
}
