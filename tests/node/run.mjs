// Runs what only a Node with node:sqlite can: the SQLite store on files.
// usage: node tests/node/run.mjs
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import { node22 } from '../../scripts/lib/node22.mjs';
import { inRoot } from '../../scripts/lib/paths.mjs';

const node = node22();
if (node === null) {
  console.log('skipped: no Node 22.16 or newer');
  process.exit(0);
}
const folder = mkdtempSync(path.join(tmpdir(), 'tidemark-node-'));
try {
  // As deep as the sources, which look for the build, and where npm's packages are found.
  const outfile = inRoot('build/node/tests/tests.mjs');
  await build({
    entryPoints: [inRoot('tests/node/tests.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    external: ['better-sqlite3'],
    logLevel: 'error',
  });
  const wasm = inRoot('build/wasm/tidemark.wasm');
  const args = ['--disable-warning=ExperimentalWarning', outfile, wasm, folder];
  const { status } = spawnSync(node, args, { stdio: 'inherit' });
  process.exitCode = status ?? 1;
} finally {
  rmSync(folder, { recursive: true });
}
