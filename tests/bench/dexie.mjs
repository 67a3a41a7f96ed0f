// The Dexie rows of the benchmarks. Each is the median ratio of tracked to untracked, in one
// Chromium process.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { hasChromium, runPage } from '../browser/harness.mjs';

/** Name to target; null: for information. */
export const rows = {
  'dexie-put': 1.35,
  'dexie-put-record': null,
  'dexie-put-strict': null,
  'dexie-bulk-add': 1.1,
  'dexie-bulk-put-existing': 1.4,
  'dexie-update': null,
};

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const median = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1];

/** Measures the rows named, and returns a result for each. */
export async function run(names) {
  if (!hasChromium()) return names.map((name) => ({ name, skipped: 'no Chromium' }));
  const pairs = await runPage(here('dexie-page.ts'), {
    path: `/?names=${names}`,
    files: { '/tidemark.wasm': await readFile(here('../../build/wasm/tidemark.wasm')) },
    timeoutMs: 600_000,
  });
  return names.map((name) => {
    const ratio = median(pairs[name].map(([tracked, untracked]) => tracked / untracked));
    const target = rows[name];
    const figures = {
      ms: median(pairs[name].map(([tracked]) => tracked)).toFixed(1),
      floor_ms: median(pairs[name].map(([, untracked]) => untracked)).toFixed(1),
      pairs: pairs[name].length,
    };
    return { name, ratio, target, ok: target === null || ratio <= target, figures };
  });
}
