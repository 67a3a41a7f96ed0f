// Runs the to-do example's tests in Chromium, against the example Worker. usage: node
// tests/browser/todo/run.mjs
import { findChromium } from '../../../scripts/lib/browser.mjs';
import { startApp } from './app.mjs';
import { badgeTests } from './badge_tests.mjs';
import { listTests } from './list_tests.mjs';
import { looksTests } from './looks_tests.mjs';

if (findChromium() === null) {
  console.log('skipped: no Chromium (set CHROMIUM to its path)');
  process.exit(0);
}

const app = await startApp();
let passed = 0;
let failed = 0;
try {
  const tests = Object.entries({ ...listTests, ...badgeTests, ...looksTests });
  for (const [i, [name, test]] of tests.entries()) {
    try {
      await test(app, `token-${i}`);
      passed += 1;
    } catch (error) {
      failed += 1;
      console.log(`FAILED ${name}\n  ${error.stack}`);
    } finally {
      await Promise.all(app.browser.contexts().map((context) => context.close()));
    }
  }
} finally {
  await app.stop();
}
process.exitCode = failed === 0 ? 0 : 1;
console.log(`${passed} passed, ${failed} failed`);
