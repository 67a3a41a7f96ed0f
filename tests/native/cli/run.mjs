// The command line against the real Worker.
// usage: node tests/native/cli/run.mjs [FILTER]   ($TIDEMARK_BUILD: a build, else build/dev)
import { main } from '../../../scripts/lib/run.mjs';
import { startWorker } from '../../../scripts/lib/worker-server.mjs';
import { commandTests } from './commands.mjs';
import { errorTests } from './errors.mjs';
import { shapeTests } from './shapes.mjs';
import { assertBuilt, runTests, withFolder } from './support.mjs';
import { watchTests } from './watch.mjs';

const usersMax = 40;
const tokens = Object.fromEntries(
  Array.from({ length: usersMax }, (_, i) => [`token-${i}`, `user-${i}`]),
);

await main(() =>
  withFolder(async (folder) => {
    assertBuilt();
    const worker = await startWorker({ stateDir: `${folder}/hub`, tokens });
    let users = 0;
    let files = 0;
    const world = {
      worker,
      url: `${worker.url}/sync`,
      folder,
      newToken: () => `token-${users++}`,
      newFile: () => `${folder}/${files++}.db`,
    };
    try {
      const tests = Object.assign(
        {},
        ...[commandTests, watchTests, shapeTests, errorTests].map((make) => make(world)),
      );
      return await runTests(tests, process.argv[2]);
    } finally {
      await worker.stop();
    }
  }),
);
