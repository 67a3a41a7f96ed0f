// Runs the tests of SQLite in Chromium. usage: node tests/browser/sqlite/run.mjs [PART OF A NAME]
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { bundlePage, hasChromium, runPage } from '../harness.mjs';

if (!hasChromium()) {
  console.log('skipped: no Chromium (set CHROMIUM to its path)');
  process.exit(0);
}
const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const root = (name) => readFile(here(`../../../${name}`));
const [only = ''] = process.argv.slice(2);
const { passed, failures } = await runPage(here('page.ts'), {
  path: `/?only=${encodeURIComponent(only)}`,
  files: {
    '/tidemark.wasm': await root('build/wasm/tidemark.wasm'),
    '/sqlite3.wasm': await root('node_modules/@sqlite.org/sqlite-wasm/dist/sqlite3.wasm'),
    '/worker.js': await bundlePage(here('worker.ts'), { sourcemap: false }),
  },
  log: (text) => {
    if (process.env.VERBOSE) console.log(text);
  },
  timeoutMs: 600_000,
});
for (const { name, message } of failures) console.log(`FAILED ${name}\n  ${message}`);
console.log(`SQLite in Chromium: ${passed} passed, ${failures.length} failed`);
process.exitCode = failures.length === 0 ? 0 : 1;
