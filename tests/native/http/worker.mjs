// Runs the test of worker.cpp against the real Worker under workerd.
// usage: node tests/native/http/worker.mjs [PROGRAM]   (native_http_tests of the preset `dev`)
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inRoot } from '../../../scripts/lib/paths.mjs';
import { attempt, main } from '../../../scripts/lib/run.mjs';
import { startWorker } from '../../../scripts/lib/worker-server.mjs';

const program = process.argv[2] ?? inRoot('build/dev/tests/native/native_http_tests');
const token = 'token-of-native';

await main(async () => {
  const stateDir = mkdtempSync(join(tmpdir(), 'tidemark-native-'));
  const worker = await startWorker({ stateDir, tokens: { [token]: 'ann' } });
  try {
    const env = { TIDEMARK_TEST_URL: `${worker.url}/sync`, TIDEMARK_TEST_TOKEN: token };
    const { code, output } = await attempt(program, ['[.worker]', '--colour-mode', 'none'], {
      env,
    });
    // Without a test there is nothing that could have passed.
    const ok = code === 0 && /All tests passed \(\d+ assertions in 1 test case/.test(output);
    if (!ok) console.log(`${output}\n${worker.complaints()}`);
    console.log(ok ? '1 passed, 0 failed' : '0 passed, 1 failed');
    return ok ? 0 : 1;
  } finally {
    await worker.stop();
    rmSync(stateDir, { recursive: true });
  }
});
