// Bundles the to-do example: src/main.js with the built package, its page, its style, and the wasm
// that the bundle asks for.
import { copyFile, mkdir } from 'node:fs/promises';
import { build } from 'esbuild';
import { inRoot } from './paths.mjs';

const example = (...parts) => inRoot('examples/todo-dexie', ...parts);

/**
 * esbuild's options for a page of an app on Dexie: the package as built, in as few files as a
 * browser needs.
 */
export const pageOptions = {
  bundle: true,
  format: 'esm',
  target: 'es2022',
  platform: 'browser',
  alias: { 'tidemark/dexie': inRoot('dist/dexie.js'), tidemark: inRoot('dist/index.js') },
  logLevel: 'warning',
};

export async function buildExample(outdir = example('dist')) {
  await mkdir(outdir, { recursive: true });
  await Promise.all([
    build({
      ...pageOptions,
      entryPoints: [example('src/main.js')],
      outdir,
      minify: true,
      sourcemap: true,
    }),
    copyFile(inRoot('dist/tidemark.wasm'), `${outdir}/tidemark.wasm`),
    ...['index.html', 'style.css'].map((name) => copyFile(example(name), `${outdir}/${name}`)),
  ]);
  return outdir;
}
