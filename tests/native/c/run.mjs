// The C API as C11 and Python see it: a program that links the shared library, and smoke.py, by
// ctypes, with two devices at the real Worker.
// usage: node tests/native/c/run.mjs [LIBRARY [INCLUDE]]   (of the preset `dev`, unless told)
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort } from '../../../scripts/lib/free-port.mjs';
import { inRoot } from '../../../scripts/lib/paths.mjs';
import { attempt, main, query, run } from '../../../scripts/lib/run.mjs';
import { startWorker } from '../../../scripts/lib/worker-server.mjs';

const library = path.resolve(process.argv[2] ?? inRoot('build/dev/sdk/libtidemark.so'));
const include = path.resolve(process.argv[3] ?? inRoot('sdk/include'));
const tokens = { 'token-of-ann': 'ann', 'token-of-bob': 'bob' };
// Debian's, whatever else the PATH has.
const python = existsSync('/usr/bin/python3') ? '/usr/bin/python3' : 'python3';

const symbols = (...args) => execFileSync('nm', ['-D', ...args, library], { encoding: 'utf8' });
const isSanitized = symbols().includes('__asan_init');
const sanitizers = isSanitized ? ['-fsanitize=address,undefined'] : [];
/** Clang, as that of the preset, has the runtime of its own sanitizers. */
const compiler = isSanitized ? 'clang-19' : 'cc';

function onlyTheApiShows() {
  const names = symbols('--defined-only')
    .trim()
    .split('\n')
    .map((line) => line.split(' ').at(-1));
  const own = names.filter((name) => /^tidemark_[a-z_]+$/.test(name));
  assert.deepEqual(names, own, 'what is no function of tidemark.h');
  const header = execFileSync('cat', [path.join(include, 'tidemark.h')], { encoding: 'utf8' });
  const declared = [...header.matchAll(/TIDEMARK_API [^(]*?(tidemark_\w+)\(/g)];
  assert.deepEqual(own.sort(), declared.map(([, name]) => name).sort());
}

async function fromC(folder, closed) {
  const program = path.join(folder, 'smoke');
  const flags = ['-std=c11', '-Wall', '-Wextra', '-Wpedantic', '-Werror', ...sanitizers];
  const where = path.dirname(library);
  const linked = [`-L${where}`, '-ltidemark', `-Wl,-rpath,${where}`, '-o', program];
  // They want what a C++ program would have.
  if (isSanitized) linked.push('-fsanitize-link-c++-runtime', '-lstdc++');
  await run(compiler, [...flags, `-I${include}`, inRoot('tests/native/c/smoke.c'), ...linked]);
  const file = path.join(folder, 'c.db');
  const sql = 'CREATE TABLE todos (id TEXT PRIMARY KEY, title TEXT)';
  const write = "INSERT INTO todos VALUES ('k', 'Milk')";
  const script = 'import sqlite3, sys; sqlite3.connect(sys.argv[1]).executescript(sys.argv[2])';
  await run(python, ['-c', script, file, `${sql};${write}`]);
  const output = await run(program, [file, closed]);
  assert.match(output, /^\[\{"table":"todos","id":"\\"k\\"",.*"title":"Milk".*\}\] pending 1 /);
}

/** What a sanitized library needs in a program that is not. */
function preloaded() {
  if (!isSanitized) return {};
  const runtime = query(compiler, ['-print-file-name=libclang_rt.asan-x86_64.so']).stdout.trim();
  // Python frees nothing at its end.
  return { LD_PRELOAD: runtime, ASAN_OPTIONS: 'detect_leaks=0' };
}

async function fromPython(folder, closed) {
  const worker = await startWorker({ stateDir: folder, tokens });
  try {
    const env = {
      ...preloaded(),
      PYTHONDONTWRITEBYTECODE: '1',
      TIDEMARK_LIBRARY: library,
      TIDEMARK_CLOSED_URL: closed,
      TIDEMARK_TEST_URL: `${worker.url}/sync`,
      TIDEMARK_TEST_TOKENS: Object.keys(tokens).join(),
    };
    const { code, output } = await attempt(python, [inRoot('tests/native/c/smoke.py')], { env });
    const found = /^(\d+) passed, (\d+) failed$/m.exec(output);
    if (code !== 0) console.log(`${output}\n${worker.complaints()}`);
    return { passed: Number(found?.[1] ?? 0), failed: code === 0 ? 0 : Number(found?.[2] ?? 1) };
  } finally {
    await worker.stop();
  }
}

await main(async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'tidemark-c-'));
  let [passed, failed] = [0, 0];
  try {
    const closed = `http://127.0.0.1:${await freePort(49_500)}/sync`;
    for (const test of [onlyTheApiShows, fromC]) {
      try {
        await test(folder, closed);
        passed++;
      } catch (error) {
        failed++;
        console.log(`FAILED ${test.name}\n${error.message}`);
      }
    }
    const python = await fromPython(path.join(folder, 'hub'), closed);
    passed += python.passed;
    failed += python.failed;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  console.log(`${passed} passed, ${failed} failed`);
  return failed === 0 && passed > 2 ? 0 : 1;
});
