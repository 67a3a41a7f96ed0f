// Bundles the example Worker as a deployment would: with wrangler, from the example's own configuration. What miniflare needs
// to know of that configuration is kept beside the bundle, so that a start does not have to load wrangler.
import { execFile } from 'node:child_process';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { isFresh } from './fresh.mjs';
import { inRoot } from './paths.mjs';

const run = promisify(execFile);
const folder = inRoot('examples/worker');
const outdir = inRoot('build/worker');
const manifest = `${outdir}/miniflare.json`;

/** Where the bundle's description for miniflare is; made if it is older than its sources. */
export async function bundleWorker() {
  const inputs = [folder, inRoot('dist'), inRoot('package.json'), inRoot('scripts/lib/bundle-worker.mjs')];
  if (isFresh(manifest, inputs)) return manifest;
  await rm(outdir, { recursive: true, force: true });
  await mkdir(outdir, { recursive: true });
  // The configuration names the app's folder, which wrangler wants to see even if it is not built yet.
  await mkdir(inRoot('examples/todo-dexie/dist'), { recursive: true });
  const config = findConfig();
  const [options] = await Promise.all([readOptions(config), deployDry(config)]);
  const modules = await listModules(options.main);
  await writeFile(manifest, JSON.stringify({ ...options.workerOptions, modules }, null, 2));
  return manifest;
}

function findConfig() {
  const names = ['wrangler.jsonc', 'wrangler.json', 'wrangler.toml'];
  const name = names.find((file) => existsSync(`${folder}/${file}`));
  if (name === undefined) throw new Error('examples/worker has no wrangler configuration');
  return `${folder}/${name}`;
}

async function deployDry(config) {
  const wrangler = inRoot('node_modules/wrangler/bin/wrangler.js');
  const env = { ...process.env, WRANGLER_SEND_METRICS: 'false', WRANGLER_HIDE_BANNER: 'true', CI: '1' };
  const flags = ['deploy', '--dry-run', '--config', config, '--outdir', outdir];
  try {
    await run(process.execPath, [wrangler, ...flags], { cwd: folder, env });
  } catch (error) {
    throw new Error(`wrangler ${flags.join(' ')}\n${error.stdout}${error.stderr}`);
  }
}

async function readOptions(config) {
  process.env.WRANGLER_SEND_METRICS = 'false';
  const { unstable_getMiniflareWorkerOptions: read } = await import('wrangler');
  const { workerOptions, main } = read(config);
  // The rules are for a bundler.
  const { modulesRules: _rules, ...options } = workerOptions;
  return { main, workerOptions: options };
}

// The entry comes first: miniflare takes the first module for it.
async function listModules(main) {
  const entry = main.split('/').pop().replace(/\.\w+$/, '.js');
  const names = (await readdir(outdir)).filter((name) => /\.(js|wasm)$/.test(name));
  const sorted = [entry, ...names.filter((name) => name !== entry)];
  return sorted.map((name) => ({
    type: name.endsWith('.wasm') ? 'CompiledWasm' : 'ESModule',
    path: `${outdir}/${name}`,
  }));
}
