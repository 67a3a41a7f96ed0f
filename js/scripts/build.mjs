// Builds the package: dist/*.js (ES modules that share chunks, not minified), dist/**/*.d.ts and
// dist/tidemark.wasm.
// usage: node js/scripts/build.mjs [--no-types]
// The compiled core comes from the build tree: `#core` in package.json names its glue, the wasm
// lies beside it.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, copyFile, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../', import.meta.url));
const sources = path.join(root, 'js/src');
const dist = path.join(root, 'dist');
const tsc = path.join(root, 'node_modules/typescript/bin/tsc');

// An entry is a source file and the way its host finds the core; the first host's files carry the
// plain names.
const hosts = [
  {
    host: 'browser',
    entries: {
      index: 'index.ts',
      dexie: 'dexie.ts',
      idb: 'idb.ts',
      'local-storage': 'local-storage.ts',
      sqlite: 'sqlite.ts',
      'sqlite-browser': 'sqlite-browser.ts',
      'sqlite-worker': 'sqlite-worker.ts',
      background: 'background.ts',
      'service-worker': 'service-worker.ts',
    },
  },
  {
    host: 'node',
    entries: {
      'index.node': 'index.ts',
      'dexie.node': 'dexie.ts',
      'idb.node': 'idb.ts',
      'local-storage.node': 'local-storage.ts',
      'sqlite.node': 'sqlite.ts',
    },
  },
  { host: 'workerd', entries: { 'index.workerd': 'index.ts', worker: 'worker.ts' } },
];

/** Where the compiled core is, or why it cannot be: an error that says what to do. */
async function findCore() {
  const { imports } = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8'));
  const glue = path.join(root, imports['#core'].default);
  const wasm = glue.replace(/\.m?js$/, '.wasm');
  for (const file of [glue, wasm])
    if (!existsSync(file))
      throw new Error(
        `${path.relative(root, file)} is missing: build the core first (npm start does)`,
      );
  return { glue, wasm };
}

const hostEntries = (host) => ({
  name: 'host-entries',
  setup(plugin) {
    plugin.onResolve({ filter: /^entry:/ }, ({ path: name }) => ({
      path: name.slice('entry:'.length),
      namespace: 'entry',
    }));
    plugin.onLoad({ filter: /.*/, namespace: 'entry' }, ({ path: source }) => ({
      contents: `import './entry/${host}.ts';\nexport * from './${source}';\n`,
      resolveDir: sources,
    }));
    // package.json says that nothing here has side effects; these files have nothing else.
    plugin.onResolve({ filter: /^\.\/(entry\/|sqlite-worker\.ts$)/ }, ({ path: name }) => ({
      path: path.join(sources, name),
      sideEffects: true,
    }));
    plugin.onResolve({ filter: /\.wasm$/ }, ({ path: name }) => ({ path: name, external: true }));
  },
});

function bundle({ host, entries }, glue) {
  const existing = Object.entries(entries).filter(([, file]) =>
    existsSync(path.join(sources, file)),
  );
  return build({
    entryPoints: existing.map(([out, file]) => ({ in: `entry:${file}`, out })),
    outdir: dist,
    bundle: true,
    splitting: true,
    chunkNames: `chunk-${host}-[hash]`,
    format: 'esm',
    platform: 'neutral',
    target: 'es2022',
    packages: 'external',
    external: ['cloudflare:*', 'node:*'],
    alias: { '#core': glue },
    plugins: [hostEntries(host)],
    logLevel: 'warning',
    legalComments: 'none',
    write: true,
  });
}

/** The declarations, written by the compiler; what it complains of is the error's message. */
async function declare(project) {
  const info = path.join(
    root,
    'build/tsc',
    `${project === 'tsconfig.json' ? 'client' : 'worker'}.tsbuildinfo`,
  );
  if (!existsSync(path.join(dist, 'index.d.ts'))) await rm(info, { force: true });
  try {
    await run(process.execPath, [tsc, '-p', path.join(root, 'js', project)], { cwd: root });
  } catch (error) {
    throw new Error(`tsc -p js/${project}\n${error.stdout || error.message}`);
  }
  // Where the core is found is no part of the interface.
  await rm(path.join(dist, 'entry'), { recursive: true, force: true });
}

async function clean() {
  if (!existsSync(dist)) return;
  const stale = (await readdir(dist)).filter((name) => name.endsWith('.js'));
  await Promise.all(stale.map((name) => rm(path.join(dist, name))));
}

/** Builds everything. `types: false` leaves the declarations out, for a faster round. */
export async function buildPackage({ types = true } = {}) {
  const { glue, wasm } = await findCore();
  await clean();
  await mkdir(dist, { recursive: true });
  const projects = types ? ['tsconfig.json', 'tsconfig.worker.json'] : [];
  await Promise.all([
    ...projects.map(declare),
    ...hosts.map((host) => bundle(host, glue)),
    copyWhole(wasm, path.join(dist, 'tidemark.wasm')),
  ]);
}

// A server may be reading the old file.
async function copyWhole(from, to) {
  await copyFile(from, `${to}.new`);
  await chmod(`${to}.new`, 0o644);
  await rename(`${to}.new`, to);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  try {
    await buildPackage({ types: !process.argv.includes('--no-types') });
  } catch (error) {
    console.error(error.message);
    process.exit(1);
  }
}
