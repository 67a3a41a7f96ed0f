// The rows of the core: its join natively and through WebAssembly, against a JavaScript Map that
// does the same, and a batch of changes beside more and more resident records.
import { readFile } from 'node:fs/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { inRoot } from '../../scripts/lib/paths.mjs';
import { run as runCommand } from '../../scripts/lib/run.mjs';
import { setup } from '../../scripts/setup.mjs';

/**
 * Name to the greatest ratio: of the Map's time, and with `perSecond` how many records a second are
 * asked for as well; or, of the flat rows, of what a change costs beside 1,000.
 */
export const rows = {
  'core-decide-native': { ratio: 1, perSecond: 5_000_000 },
  'core-decide-wasm': { ratio: 1, perSecond: 3_000_000 },
  'core-crossing-wasm': { ratio: 1, perSecond: 3_000_000 },
  'core-flat-100000': { ratio: 1.2 },
  'core-flat-1000000': { ratio: 1.2 },
};

const nativePairs = 7;
const wasmPairs = 101;
const warmUps = 5;
const median = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1];
const isFlat = (name) => name.startsWith('core-flat-');

async function cmake(preset) {
  await runCommand('cmake', ['--preset', preset]);
  await runCommand('cmake', ['--build', '--preset', preset]);
}

/** The runs of Google Benchmark that `options` ask for. */
async function native(...options) {
  const json = inRoot('build/bench/core.json');
  const program = inRoot('build/bench/tests/bench/core/core_bench');
  await runCommand(program, [`--benchmark_out=${json}`, ...options]);
  return JSON.parse(await readFile(json, 'utf8')).benchmarks;
}

/** What wasm.ts measures. */
async function wasm() {
  await setup({ need: ['wasm', 'npm'] });
  await cmake('wasm');
  const outfile = inRoot('build/bench/wasm.mjs');
  await build({
    entryPoints: [fileURLToPath(new URL('core/wasm.ts', import.meta.url))],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    logLevel: 'error',
  });
  const { open } = await import(pathToFileURL(outfile));
  return open(inRoot('build/wasm/tidemark.wasm'));
}

/** Pairs of times, which take turns at going first, after some that only warm up. */
async function pairsOf(count, one, other) {
  const pairs = [];
  for (let i = -warmUps; i < count; i++) {
    const [first, second] = i % 2 === 0 ? [one, other] : [other, one];
    const times = [await first(), await second()];
    if (i >= 0) pairs.push(i % 2 === 0 ? times : times.reverse());
  }
  return pairs;
}

/** `pairs`: milliseconds of the core and of the Map, for as many records. */
function against(name, records, pairs, more = {}) {
  const target = rows[name];
  const ratio = median(pairs.map(([core, map]) => core / map));
  const perSecond = (times) => Math.round((records / median(times)) * 1000);
  const rate = perSecond(pairs.map(([core]) => core));
  // Of the run that other programs disturbed least: they are no part of what is measured.
  const best = Math.round((records / Math.min(...pairs.map(([core]) => core))) * 1000);
  const figures = {
    records_per_s: best,
    records_per_s_target: target.perSecond,
    records_per_s_median: rate,
    map_records_per_s_median: perSecond(pairs.map(([, map]) => map)),
    pairs: pairs.length,
    ...more,
  };
  const ok = ratio <= target.ratio && best >= target.perSecond;
  return { name, ratio, target: target.ratio, ok, figures };
}

async function decideNative(name, { records, map }) {
  await setup({ need: ['bench'] });
  await cmake('bench');
  const joined = async () => {
    const [run] = await native('--benchmark_filter=^decide');
    return run.cpu_time / 1e6;
  };
  return against(name, records, await pairsOf(nativePairs, joined, map));
}

async function decideWasm(name, { records, map, decide, steps }) {
  const pairs = await pairsOf(wasmPairs, decide, map);
  const took = Array.from({ length: wasmPairs }, steps);
  const step = (of) => median(took.map((each) => each[of])).toFixed(1);
  const more = { encode_ms: step('encode'), join_ms: step('join'), decode_ms: step('decode') };
  return against(name, records, pairs, more);
}

async function crossing(name, { records, map, cross }) {
  return against(name, records, await pairsOf(wasmPairs, cross, map));
}

const inNode = {
  'core-decide-native': decideNative,
  'core-decide-wasm': decideWasm,
  'core-crossing-wasm': crossing,
};

/** All sizes, repeated in random order: the runs of one repetition are compared. */
async function flat(names) {
  await setup({ need: ['bench'] });
  await cmake('bench');
  const runs = await native(
    '--benchmark_filter=^flat',
    '--benchmark_repetitions=11',
    '--benchmark_enable_random_interleaving=true',
    '--benchmark_min_time=0.2',
  );
  const of = (size) =>
    runs
      .filter((run) => run.run_type === 'iteration' && run.name.startsWith(`flat/${size}/`))
      .sort((a, b) => a.repetition_index - b.repetition_index);
  const least = of(1000);
  return names.map((name) => {
    const each = of(name.slice('core-flat-'.length));
    const ratio = median(each.map((run, i) => run.real_time / least[i].real_time));
    const { ratio: target } = rows[name];
    const figures = {
      ns_per_change: Math.round(1e9 / median(each.map((run) => run.items_per_second))),
      ns_per_change_of_1000: Math.round(1e9 / median(least.map((run) => run.items_per_second))),
      bytes_allocated: each[0].bytes,
      pairs: each.length,
    };
    const ok = ratio <= target && each.every(({ bytes }) => bytes === least[0].bytes);
    return { name, ratio, target, ok, figures };
  });
}

/** Measures the rows named, and returns a result for each. */
export async function run(names) {
  const results = [];
  const samples = names.some((name) => inNode[name]) ? await wasm() : null;
  for (const name of names) if (inNode[name]) results.push(await inNode[name](name, samples));
  const flats = names.filter(isFlat);
  return flats.length === 0 ? results : [...results, ...(await flat(flats))];
}
