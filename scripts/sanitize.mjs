// The native parts under ThreadSanitizer: their tests, and the transport against the real Worker.
// (ASan and UBSan have the preset `dev`, which `npm test` runs.)
// usage: npm run sanitize
import { inRoot } from './lib/paths.mjs';
import { attempt, main, run, step } from './lib/run.mjs';
import { setup } from './setup.mjs';

await main(async () => {
  await setup({ need: ['native', 'sqlite', 'wasm', 'npm'] });
  await step('cmake --preset tsan', () => run('cmake', ['--preset', 'tsan']));
  await step('cmake --build --preset tsan', () => run('cmake', ['--build', '--preset', 'tsan']));
  const program = inRoot('build/tsan/tests/native/native_http_tests');
  const tests = [
    ['ctest', ['--preset', 'tsan', '-j2', '--no-tests=error']],
    [process.execPath, ['tests/native/http/worker.mjs', program]],
  ];
  let failed = 0;
  for (const [command, args] of tests) {
    const { code, output } = await attempt(command, args);
    if (code !== 0) failed++;
    console.log(code === 0 ? output.trim().split('\n').at(-1) : output);
  }
  console.log(`${tests.length - failed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
});
