// Runs the Dexie store's tests in Chromium. usage: node tests/browser/store/run.mjs
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { bundlePage, hasChromium, pageOf, runPage } from '../harness.mjs';

if (!hasChromium()) {
  console.log('skipped: no Chromium (set CHROMIUM to its path)');
  process.exit(0);
}
const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const { passed, failures } = await runPage(here('page.ts'), {
  files: {
    '/tidemark.wasm': await readFile(here('../../../build/wasm/tidemark.wasm')),
    '/frame': (_, response) =>
      response.writeHead(200, { 'content-type': 'text/html' }).end(pageOf('/frame.js')),
    '/frame.js': await bundlePage(here('frame.ts')),
  },
  log: (text) => {
    if (process.env.VERBOSE) console.log(text);
  },
});
for (const { name, message } of failures) console.log(`FAILED ${name}\n  ${message}`);
console.log(`store in Chromium: ${passed} passed, ${failures.length} failed`);
process.exitCode = failures.length === 0 ? 0 : 1;
