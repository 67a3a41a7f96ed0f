// Builds the fuzz targets (tests/fuzz) and runs them, two at a time, from the committed corpora.
// usage: npm run fuzz [-- --seconds N] [TARGET…]
//        --replay: only what is committed, a line per target; --merge: keep of what was found what
//        adds coverage (tests/fuzz/corpus)
import { mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { inRoot } from './lib/paths.mjs';
import { attempt, failure, main, run } from './lib/run.mjs';
import { setup } from './setup.mjs';

const folder = 'tests/fuzz';
const programs = 'build/fuzz/tests/fuzz';
const atOnce = 2;
/** Of a committed corpus. */
const filesMax = 200;
/** Of an input: longer ones find nothing that these do not. */
const bytesMax = 1024;
const limits = [`-max_len=${bytesMax}`, '-timeout=10', '-rss_limit_mb=2048'];

const known = readdirSync(inRoot(folder))
  .filter((name) => name.endsWith('.cpp'))
  .map((name) => name.slice(0, -'.cpp'.length));

/** A folder under the root, there from now on; its path from the root. */
function made(path) {
  mkdirSync(inRoot(path), { recursive: true });
  return path;
}
const corpus = (name) => made(`${folder}/corpus/${name}`);
const crashers = (name) => made(`${folder}/crashers/${name}`);
const found = (name) => made(`build/fuzz/found/${name}`);
const artifacts = (name) => `${made('build/fuzz/crashes')}/${name}-`;

const filesOf = (path) => readdirSync(inRoot(path)).filter((name) => !name.startsWith('.'));
const lastNumber = (pattern, text) => Number([...text.matchAll(pattern)].at(-1)?.[1] ?? 0);
const program = (name) => inRoot(programs, `fuzz_${name}`);

/** Runs a target; what it printed as numbers, and the input that broke it, or null. */
async function fuzz(name, args) {
  const { code, output } = await attempt(program(name), [
    ...limits,
    '-print_final_stats=1',
    `-artifact_prefix=${artifacts(name)}`,
    ...args,
  ]);
  const crash = /Test unit written to (\S+)/.exec(output)?.[1] ?? null;
  return {
    name,
    ok: code === 0,
    output,
    crash,
    execs: lastNumber(/number_of_executed_units: +(\d+)/g, output),
    rate: lastNumber(/average_exec_per_sec: +(\d+)/g, output),
    coverage: lastNumber(/\bcov: (\d+)/g, output),
  };
}

function explain({ name, output, crash }) {
  const reason = /^(broken promise: .*|.*runtime error: .*|SUMMARY: .*)$/m.exec(output)?.[0];
  console.log(`  ${reason ?? output.slice(-2000)}`);
  if (crash) console.log(`  input: ${crash}\n  again: ${programs}/fuzz_${name} ${crash}`);
}

/** Does `work` for every name, a few at a time. */
async function forEach(names, work) {
  const queue = [...names];
  const results = [];
  const worker = async () => {
    for (let name = queue.shift(); name; name = queue.shift()) results.push(await work(name));
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return results;
}

async function search(names, seconds) {
  const results = await forEach(names, async (name) => {
    const folders = [found(name), corpus(name), crashers(name)];
    const result = await fuzz(name, [`-max_total_time=${seconds}`, ...folders]);
    const { execs, rate, coverage, ok } = result;
    const figures = `execs=${execs} execs_per_s=${rate} coverage=${coverage}`;
    console.log(`fuzz name=${name} ${figures} crashes=${ok ? 0 : 1}`);
    if (!ok) explain(result);
    return result;
  });
  const executions = results.reduce((sum, { execs }) => sum + execs, 0);
  const crashes = results.filter(({ ok }) => !ok).length;
  console.log(`targets=${results.length} executions=${executions} crashes=${crashes}`);
  return crashes === 0 ? 0 : 1;
}

/** A target passes if it takes all that is committed for it, and there is something. */
async function replay(names) {
  const results = await forEach(names, async (name) => {
    const folders = [corpus(name), crashers(name)];
    const inputs = folders.flatMap(filesOf).length;
    const result = await fuzz(name, ['-runs=0', ...folders]);
    const ok = result.ok && inputs > 0 && result.execs >= inputs;
    console.log(`${ok ? 'ok' : 'FAILED'} ${name}: ${result.execs} executions of ${inputs} inputs`);
    if (!ok) explain(result);
    return { ok };
  });
  const failed = results.filter(({ ok }) => !ok).length;
  console.log(`${results.length - failed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

/** Into an empty folder; how often a branch was taken counts as coverage, or only whether. */
async function minimise(name, counters) {
  const merged = made(`build/fuzz/merged/${name}`);
  rmSync(inRoot(merged), { recursive: true });
  made(merged);
  const options = ['-set_cover_merge=1', `-use_counters=${counters}`];
  await run(program(name), [...limits, ...options, merged, corpus(name), found(name)]);
  return merged;
}

async function merge(name) {
  let merged = await minimise(name, 1);
  if (filesOf(merged).length > filesMax) merged = await minimise(name, 0);
  const committed = corpus(name);
  rmSync(inRoot(committed), { recursive: true });
  renameSync(inRoot(merged), inRoot(committed));
  const files = filesOf(committed);
  const bytes = files.reduce((sum, file) => sum + statSync(inRoot(committed, file)).size, 0);
  console.log(`merged name=${name} files=${files.length} bytes=${bytes}`);
}

async function build(names) {
  await setup({ need: ['fuzz'] });
  await run('cmake', ['--preset', 'fuzz']);
  const targets = names.flatMap((name) => ['--target', `fuzz_${name}`]);
  await run('cmake', ['--build', '--preset', 'fuzz', ...targets]);
}

await main(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      seconds: { type: 'string', default: '60' },
      replay: { type: 'boolean', default: false },
      merge: { type: 'boolean', default: false },
    },
  });
  const seconds = Number(values.seconds);
  if (!(seconds >= 1)) throw failure('--seconds wants a number of seconds');
  const unknown = positionals.filter((name) => !known.includes(name));
  if (unknown.length > 0)
    throw failure(`no target ${unknown.join(' ')}; there are: ${known.join(' ')}`);
  const names = positionals.length > 0 ? positionals : known;
  await build(names);
  if (values.replay) return replay(names);
  if (values.merge) return forEach(names, merge).then(() => 0);
  return search(names, seconds);
});
