// The core has no hands: built alone, all of it kept, its WebAssembly imports nothing but memory. A
// clock, a random number, a file or an environment variable would show here as one more import.
// usage: node tests/tidy/core-imports.mjs
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { compiler } from '../../scripts/lib/emscripten.mjs';
import { inRoot } from '../../scripts/lib/paths.mjs';
import { main, run } from '../../scripts/lib/run.mjs';

const folder = inRoot('build/core-imports');
const sources = readdirSync(inRoot('sdk/src/core'), { recursive: true })
  .filter((name) => name.endsWith('.cpp'))
  .map((name) => `#include "${inRoot('sdk/src/core', name)}"`);

const flags = [
  ...['-std=c++20', '-O1', '-fno-exceptions', '-fno-rtti', `-I${inRoot('sdk/include')}`],
  `-I${inRoot('sdk/src/core')}`,
  // Every function that other files can name stays, and with it whatever it uses.
  ...['--no-entry', '-fvisibility=default', '-Wl,--export-dynamic'],
];

/** Memory: more of it, copying it, and giving up without it. */
const allowed = ['emscripten_resize_heap', '_emscripten_memcpy_js', '_abort_js'];

/** The imports of a module made of `source`. */
async function importsOf(name, source) {
  const file = `${folder}/${name}.cpp`;
  writeFileSync(file, `${source}\n`);
  await run(compiler(), [...flags, file, '-o', `${folder}/${name}.mjs`]);
  const module = new WebAssembly.Module(readFileSync(`${folder}/${name}.wasm`));
  const names = WebAssembly.Module.imports(module).map((each) => each.name);
  const exported = WebAssembly.Module.exports(module).map((each) => each.name);
  return { imports: names.filter((each) => !allowed.includes(each)), exported };
}

/** What each kind of hand looks like; proves that the check would see it. */
const hands = {
  emscripten_date_now: `#include <chrono>
    long f() { return std::chrono::system_clock::now().time_since_epoch().count(); }`,
  getentropy: '#include <random>\nunsigned f() { return std::random_device()(); }',
  __syscall_openat: '#include <cstdio>\nFILE* f() { return std::fopen("x", "r"); }',
  fd_write: '#include <cstdio>\nvoid f() { std::puts("x"); }',
  environ_get: '#include <cstdlib>\nchar* f() { return std::getenv("X"); }',
};

async function seesHand([name, source]) {
  const { imports } = await importsOf(name, source);
  return { what: `${name} would be seen`, ok: imports.includes(name), detail: imports.join(', ') };
}

async function coreHasNone() {
  // All in one: sooner than one after another.
  const { imports, exported } = await importsOf('core', sources.join('\n'));
  const hasCore = exported.some((name) => name.includes('tidemark'));
  const detail = hasCore ? imports.join(', ') : 'the module has no core in it';
  return {
    what: 'the core imports nothing but memory',
    ok: hasCore && imports.length === 0,
    detail,
  };
}

await main(async () => {
  mkdirSync(folder, { recursive: true });
  const results = [await coreHasNone()];
  for (const hand of Object.entries(hands)) results.push(await seesHand(hand));
  for (const { what, ok, detail } of results) {
    console.log(ok ? `ok ${what}` : `FAILED ${what}: ${detail}`);
  }
  const failed = results.filter(({ ok }) => !ok).length;
  console.log(`${results.length - failed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
});
