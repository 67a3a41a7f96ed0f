// Bundles one of the pages in scripts/lib/page for a headless device.
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { build } from 'esbuild';
import { pageOptions } from './build-example.mjs';
import { inRoot } from './paths.mjs';

/** Writes index.html, main.js and the wasm to `outdir`. */
export async function buildPage(name, outdir) {
  await mkdir(outdir, { recursive: true });
  await Promise.all([
    build({
      ...pageOptions,
      entryPoints: { main: inRoot('scripts/lib/page', `${name}.js`) },
      outdir,
    }),
    copyFile(inRoot('dist/tidemark.wasm'), `${outdir}/tidemark.wasm`),
    writeFile(
      `${outdir}/index.html`,
      '<!doctype html><script type="module" src="main.js"></script>',
    ),
  ]);
}
