// Runs the tests of idb in Chromium: the store's contract, what is its own, and apps against the
// real Worker. usage: node tests/browser/idb/run.mjs [PART OF A NAME …]
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { hasChromium, runPage } from '../harness.mjs';

if (!hasChromium()) {
  console.log('skipped: no Chromium (set CHROMIUM to its path)');
  process.exit(0);
}
const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const { passed, failures } = await runPage(here('page.ts'), {
  files: { '/tidemark.wasm': await readFile(here('../../../build/wasm/tidemark.wasm')) },
  log: (text) => {
    if (process.env.VERBOSE) console.log(text);
  },
});
for (const { name, message } of failures) console.log(`FAILED ${name}\n  ${message}`);
console.log(`idb in Chromium: ${passed} passed, ${failures.length} failed`);
process.exitCode = failures.length === 0 ? 0 : 1;
