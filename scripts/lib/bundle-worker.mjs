// Bundles the example Worker as a deployment would: with wrangler, from the example's own
// configuration. What miniflare needs to know of that configuration is kept beside the bundle, so
// that a start does not have to load wrangler.
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { isFresh } from './fresh.mjs';
import { inRoot } from './paths.mjs';
import { run } from './run.mjs';

const folder = inRoot('examples/worker');
const outdir = inRoot('build/worker');
const manifest = `${outdir}/miniflare.json`;
const env = { WRANGLER_SEND_METRICS: 'false', WRANGLER_HIDE_BANNER: 'true', CI: '1' };

/** Where the bundle's description for miniflare is; made if it is older than its sources. */
export async function bundleWorker() {
  const scripts = ['bundle-worker.mjs', 'worker-options.mjs'].map((name) =>
    inRoot('scripts/lib', name),
  );
  if (isFresh(manifest, [folder, inRoot('dist'), inRoot('package.json'), ...scripts]))
    return manifest;
  await rm(outdir, { recursive: true, force: true });
  await mkdir(outdir, { recursive: true });
  // The configuration names the app's folder, which wrangler wants to see even if it is not built
  // yet.
  await mkdir(inRoot('examples/todo-dexie/dist'), { recursive: true });
  const config = findConfig();
  const [{ main, options }] = await Promise.all([readOptions(config), deployDry(config)]);
  const modules = await listModules(main);
  await writeFile(manifest, JSON.stringify({ ...options, modules }, null, 2));
  return manifest;
}

function findConfig() {
  const names = ['wrangler.jsonc', 'wrangler.json', 'wrangler.toml'];
  const name = names.find((file) => existsSync(`${folder}/${file}`));
  if (name === undefined) throw new Error('examples/worker has no wrangler configuration');
  return `${folder}/${name}`;
}

function deployDry(config) {
  const wrangler = inRoot('node_modules/wrangler/bin/wrangler.js');
  const flags = ['deploy', '--dry-run', '--config', config, '--outdir', outdir];
  return run(process.execPath, [wrangler, ...flags], { cwd: folder, env });
}

async function readOptions(config) {
  const output = `${outdir}/options.json`;
  await run(process.execPath, [inRoot('scripts/lib/worker-options.mjs'), config, output], { env });
  return JSON.parse(await readFile(output, 'utf8'));
}

// The entry comes first: miniflare takes the first module for it.
async function listModules(main) {
  const entry = main
    .split('/')
    .pop()
    .replace(/\.\w+$/, '.js');
  const names = (await readdir(outdir)).filter((name) => /\.(js|wasm)$/.test(name));
  const sorted = [entry, ...names.filter((name) => name !== entry)];
  return sorted.map((name) => ({
    type: name.endsWith('.wasm') ? 'CompiledWasm' : 'ESModule',
    path: `${outdir}/${name}`,
  }));
}
