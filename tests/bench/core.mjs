// The rows of the core: its join natively, through WebAssembly and against a JavaScript Map, and a
// batch of changes beside more and more resident records.
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { inRoot } from '../../scripts/lib/paths.mjs';
import { run as runCommand } from '../../scripts/lib/run.mjs';
import { setup } from '../../scripts/setup.mjs';

/** Name to target: records per second, or, of the flat rows, the ratio to the smallest. */
export const rows = {
  'core-decide-native': 5_000_000,
  'core-decide-wasm': 3_000_000,
  'core-crossing-wasm': 3_000_000,
  'core-flat-1000': null,
  'core-flat-100000': 1.2,
  'core-flat-1000000': null,
};

const median = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1];
const isFlat = (name) => name.startsWith('core-flat-');

async function cmake(preset) {
  await runCommand('cmake', ['--preset', preset]);
  await runCommand('cmake', ['--build', '--preset', preset]);
}

/** Google Benchmark's medians by name. */
async function native() {
  await setup({ need: ['bench'] });
  await cmake('bench');
  const json = inRoot('build/bench/core.json');
  await runCommand(inRoot('build/bench/tests/bench/core/core_bench'), [
    '--benchmark_repetitions=5',
    '--benchmark_report_aggregates_only=true',
    `--benchmark_out=${json}`,
  ]);
  const { default: report } = await import(pathToFileURL(json), { with: { type: 'json' } });
  const medians = report.benchmarks.filter(({ aggregate_name: name }) => name === 'median');
  return Object.fromEntries(medians.map((each) => [each.run_name, each]));
}

function decideNative(results) {
  const [, result] = Object.entries(results).find(([name]) => name.startsWith('decide'));
  const perSecond = result.items_per_second;
  return { figures: { records_per_s: Math.round(perSecond) }, ok: (t) => perSecond >= t };
}

function flat(results, name) {
  const of = (records) => results[`flat/${records}/manual_time`];
  const result = of(name.slice('core-flat-'.length));
  const ratio = of(1000).items_per_second / result.items_per_second;
  const figures = {
    ns_per_change: Math.round(1e9 / result.items_per_second),
    ratio: ratio.toFixed(2),
    bytes_allocated: result.bytes,
  };
  return { figures, ok: (target) => ratio <= target && result.bytes === of(1000).bytes };
}

/** The samples of wasm.ts: milliseconds for all records, run by run. */
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
  const { run: measure } = await import(pathToFileURL(outfile));
  return measure(inRoot('build/wasm/tidemark.wasm'));
}

/** Of the quickest run: the one that other programs disturbed least. */
const perSecond = (records, times) => Math.round((records / Math.min(...times)) * 1000);

function decideWasm({ records, wasm, map, steps }) {
  const rate = perSecond(records, wasm);
  const figures = {
    records_per_s: rate,
    ratio_to_map: median(wasm.map((ms, i) => ms / map[i])).toFixed(2),
    map_records_per_s: perSecond(records, map),
  };
  for (const [step, times] of Object.entries(steps))
    figures[`${step}_ms`] = median(times).toFixed(1);
  return { figures, ok: (target) => rate >= target };
}

function crossing({ records, words }) {
  const rate = perSecond(records, words);
  return { figures: { records_per_s: rate }, ok: (target) => rate >= target };
}

const inWasm = { 'core-decide-wasm': decideWasm, 'core-crossing-wasm': crossing };

/** Measures the rows named, and returns a result for each. */
export async function run(names) {
  const natives = names.some((name) => !inWasm[name]) ? await native() : null;
  const samples = names.some((name) => inWasm[name]) ? await wasm() : null;
  return names.map((name) => {
    const target = rows[name];
    const { figures, ok } = inWasm[name]
      ? inWasm[name](samples)
      : isFlat(name)
        ? flat(natives, name)
        : decideNative(natives);
    return { name, target, figures, ok: target === null || ok(target) };
  });
}
