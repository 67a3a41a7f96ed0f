// What tests of the command line work with: the program, files that the plain shell of SQLite
// makes, and what is in them as the hub would have it.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { canonicalText } from '../../../scripts/lib/canonical.mjs';
import { decode, readHub } from '../../../scripts/lib/hub-reader.mjs';
import { inRoot } from '../../../scripts/lib/paths.mjs';

/** The build of the preset `dev`, or another one. */
export const buildFolder = process.env.TIDEMARK_BUILD ?? inRoot('build/dev');
const program = join(buildFolder, 'examples/native-cli/tidemark');

export function assertBuilt() {
  if (!existsSync(program)) throw new Error(`there is no ${program}: cmake --build --preset dev`);
}

/** How long a program may be silent. */
const lineMs = 60_000;

export const exits = {
  done: 0,
  usage: 1,
  file: 2,
  network: 3,
  notSignedIn: 4,
  refused: 5,
  outdated: 6,
};

/** Runs the program to its end: its exit code and what it wrote. Leaks count as a failure. */
export async function tidemark(args, { env = {}, input } = {}) {
  const child = start(args, { env, stdio: ['pipe', 'pipe', 'pipe'] });
  const written = Promise.all([textOf(child.stdout), textOf(child.stderr)]);
  child.stdin.on('error', () => {}).end(input ?? '');
  const [code, signal] = await once(child, 'exit');
  const [stdout, stderr] = await written;
  return { code: code ?? signal, stdout, stderr };
}

/** Starts the program: `watch` goes on until it is ended. */
export function start(args, { env = {}, stdio = ['ignore', 'pipe', 'pipe'] } = {}) {
  return spawn(program, args, { env: { ...process.env, ...env }, stdio });
}

/** What the program writes to a terminal. */
export async function onTerminal(args) {
  const quoted = [program, ...args].map((word) => `'${word}'`).join(' ');
  const child = spawn('script', ['-qec', quoted, '/dev/null'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [text, [code]] = await Promise.all([textOf(child.stdout), once(child, 'exit')]);
  assert.equal(code, 0, text);
  return text;
}

async function textOf(stream) {
  let text = '';
  stream.setEncoding('utf8');
  for await (const chunk of stream) text += chunk;
  return text;
}

/** Lines of JSON as they come: `next(isIt)` waits for one. */
export function jsonLines(child) {
  const lines = [];
  let told = () => {};
  const reader = createInterface({ input: child.stdout });
  reader.on('line', (line) => {
    lines.push(JSON.parse(line));
    told();
  });
  const closed = once(reader, 'close').then(() => 'it ended');
  return {
    lines,
    async next(isIt) {
      const late = sleep(lineMs, 'none came', { ref: false });
      for (;;) {
        const found = lines.find(isIt);
        if (found) return found;
        const news = new Promise((resolve) => {
          told = resolve;
        });
        const why = await Promise.race([news, closed, late]);
        if (why) throw new Error(`${why}, after ${lines.map((line) => JSON.stringify(line))}`);
      }
    },
  };
}

/** Runs statements by the plain shell, and gives what it printed. */
export function sql(file, text, { allowFailure = false } = {}) {
  const args = ['-batch', '-bail', '-cmd', '.timeout 20000', file];
  const { status, stdout, stderr } = spawnSync('sqlite3', args, { input: text, encoding: 'utf8' });
  if (status !== 0 && !allowFailure) throw new Error(`${file}: ${stderr}\n${text.slice(0, 500)}`);
  return stdout.trim();
}

/** A folder that is there until the end of `work`. */
export async function withFolder(work) {
  const folder = mkdtempSync(join(tmpdir(), 'tidemark-cli-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** `table key` to canonical row, of the records among the lines of an export. */
export function rowsOfExport(text) {
  const rows = new Map();
  for (const line of text.split('\n').filter(Boolean)) {
    const { line: kind, table, id, row } = JSON.parse(line);
    if (kind === 'record')
      rows.set(`${table}\t${canonicalText(JSON.parse(id))}`, canonicalText(decode(row)));
  }
  return rows;
}

export async function rowsOfFile(file) {
  const { code, stdout, stderr } = await tidemark(['export', file, '--busy', '60']);
  assert.equal(code, 0, stderr);
  return rowsOfExport(stdout);
}

/** The same of the hub. */
export async function rowsOfHub(url, token) {
  const rows = new Map();
  await readHub(url, token, (table, key, row) => rows.set(`${table}\t${key}`, row));
  return rows;
}

/** Uniform in [0, 1); the same for the same seed. */
export { randomOf } from '../../browser/sync/world.mjs';

/** Runs tests in order; the last line is `N passed, N failed`. */
export async function runTests(tests, filter = '') {
  let passed = 0;
  let failed = 0;
  for (const [name, run] of Object.entries(tests)) {
    if (!name.includes(filter)) continue;
    try {
      await run();
      passed++;
      console.log(`ok ${name}`);
    } catch (error) {
      failed++;
      console.log(`FAILED ${name}\n${error.stack}`);
    }
  }
  console.log(`${passed} passed, ${failed} failed`);
  return failed === 0 && passed > 0 ? 0 : 1;
}
