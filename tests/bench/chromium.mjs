// Runs the rows that need a browser, in one page. The hub is this process.
import { readFile } from 'node:fs/promises';
import { loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { inRoot } from '../../scripts/lib/paths.mjs';
import { bundlePage, hasChromium, runPage } from '../browser/harness.mjs';
import { handlersOf } from './hub.mjs';
import { ratioOf } from './pairs.mjs';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));

/**
 * `targets`: name to target; null: for information. The ratio is of wall time: a page does not know
 * its CPU time.
 */
export async function runInChromium(targets, names) {
  if (names.length === 0) return [];
  if (!hasChromium()) return names.map((name) => ({ name, skipped: 'no Chromium' }));
  const sqlite = inRoot('node_modules/@sqlite.org/sqlite-wasm/dist/sqlite3.wasm');
  const measured = await runPage(here('browser/page.ts'), {
    path: `/?names=${names}`,
    files: {
      ...handlersOf([100_000, 1_000]),
      '/tidemark.wasm': await readFile(inRoot('build/wasm/tidemark.wasm')),
      '/sqlite3.wasm': await readFile(sqlite),
      '/worker.js': await bundlePage(here('../browser/sqlite/worker.ts'), { sourcemap: false }),
    },
    log: (text) => console.error(text),
    timeoutMs: 1_800_000,
  });
  return names.map((name) => {
    const { ratio, one, other } = ratioOf(measured[name]);
    const pairs = measured[name].length;
    const times = { ms: one.toFixed(0), floor_ms: other.toFixed(0) };
    const figures = { ...times, pairs, load: loadavg()[0].toFixed(0) };
    const target = targets[name];
    return { name, ratio, target, ok: target === null || ratio <= target, figures };
  });
}
