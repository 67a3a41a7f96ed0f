// The process that runs workerd, in a process group of its own: see worker-server.mjs, which starts
// it and talks to it.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Log, LogLevel, Miniflare } from 'miniflare';

const { manifest, port, stateDir, assetsDir, bindings } = JSON.parse(process.argv[2]);
const { assets, ...worker } = JSON.parse(readFileSync(manifest, 'utf8'));

const miniflare = new Miniflare({
  host: '127.0.0.1',
  port,
  cf: false,
  log: new Log(LogLevel.ERROR),
  defaultPersistRoot: stateDir,
  workers: [
    {
      ...worker,
      name: 'tidemark',
      modulesRoot: path.dirname(manifest),
      bindings: { ...worker.bindings, ...bindings },
      ...(assetsDir ? { assets: { ...assets, directory: assetsDir } } : {}),
    },
  ],
});

async function stop() {
  await miniflare.dispose().catch(() => {});
  process.exit(0);
}

process.on('message', stop);
// The parent is gone.
process.on('disconnect', stop);
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, stop);

try {
  process.send({ url: (await miniflare.ready).origin });
} catch (error) {
  process.send({ error: error.message });
}
