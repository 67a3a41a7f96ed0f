// Runs the rows that need a Node with node:sqlite, in a process of its own.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { node22 } from '../../scripts/lib/node22.mjs';
import { inRoot } from '../../scripts/lib/paths.mjs';
import { ratioOf } from './pairs.mjs';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));

/**
 * `targets`: name to target; null: for information. The ratio is of CPU time: on a machine that
 * others use the clock says more about them.
 */
export async function runInNode(targets, names) {
  if (names.length === 0) return [];
  const node = node22();
  if (node === null) return names.map((name) => ({ name, skipped: 'no Node 22.16 or newer' }));
  // On the disk that the project is on: what is temporary may be in memory.
  const folder = mkdtempSync(inRoot('build/bench-'));
  try {
    const measured = await measure(node, folder, names);
    return names.map((name) => resultOf(name, targets[name], measured[name]));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function measure(node, folder, names) {
  const outfile = path.join(folder, 'main.mjs');
  await build({
    entryPoints: [here('sqlite/main.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'error',
  });
  const files = [outfile, inRoot('build/wasm/tidemark.wasm'), here('hub-process.mjs'), folder];
  const flags = ['--disable-warning=ExperimentalWarning', '--expose-gc'];
  const options = { encoding: 'utf8', maxBuffer: 1 << 26, stdio: ['ignore', 'pipe', 'inherit'] };
  const { status, stdout } = spawnSync(node, [...flags, ...files, ...names], options);
  if (status !== 0) throw new Error(`the benchmarks in Node ended with ${status}`);
  return JSON.parse(stdout.trim().split('\n').at(-1));
}

function resultOf(name, target, { pairs }) {
  const of = (what) => ratioOf(pairs.map(([one, other]) => [one[what], other[what]]));
  const { ratio, one, other } = of('cpu');
  const figures = {
    ...{ cpu_ms: one.toFixed(1), floor_cpu_ms: other.toFixed(1) },
    wall_ratio: of('wall').ratio.toFixed(2),
    ...{ pairs: pairs.length, load: loadavg()[0].toFixed(0) },
  };
  return { name, ratio, target, ok: target === null || ratio <= target, figures };
}
