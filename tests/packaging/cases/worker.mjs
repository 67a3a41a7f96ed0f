// A Worker, bundled and run by workerd, answers a device.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { Log, LogLevel, Miniflare } from 'miniflare';
import { installedProject } from '../consumer.mjs';

async function bundle(project) {
  const outdir = join(project, 'dist');
  await build({
    entryPoints: [join(project, 'main.js')],
    outdir,
    bundle: true,
    format: 'esm',
    conditions: ['workerd', 'worker', 'browser'],
    external: ['cloudflare:*'],
    loader: { '.wasm': 'copy' },
    logLevel: 'warning',
  });
  const wasm = readdirSync(outdir).filter((name) => name.endsWith('.wasm'));
  return ['main.js', ...wasm].map((name) => ({
    type: name.endsWith('.wasm') ? 'CompiledWasm' : 'ESModule',
    path: join(outdir, name),
  }));
}

export async function worker(context) {
  const project = await installedProject('worker', context);
  const miniflare = new Miniflare({
    modules: await bundle(project),
    modulesRoot: join(project, 'dist'),
    compatibilityDate: '2026-03-01',
    durableObjects: { SYNC: { className: 'Sync', useSQLite: true } },
    cf: false,
    log: new Log(LogLevel.ERROR),
  });
  try {
    const refused = await miniflare.dispatchFetch('https://hub.example/sync/meta');
    assert.equal(refused.status, 401);
    const headers = { Authorization: 'Bearer anna', 'Tidemark-Protocol': '1' };
    const meta = await miniflare.dispatchFetch('https://hub.example/sync/meta', { headers });
    assert.equal(meta.status, 200, await meta.clone().text());
    assert.equal((await meta.json()).seq, 0);
  } finally {
    await miniflare.dispose();
  }
}
