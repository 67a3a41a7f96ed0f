// What a web app ships for Tidemark: an app that connects a Dexie database, bundled and minified
// without Dexie itself, and the wasm, both as gzip -9 makes them.
// usage: npm run size
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { pageOptions } from './lib/build-example.mjs';
import { inRoot } from './lib/paths.mjs';

const target = 46_080;

// The addon must be used and connected, or a bundler would leave most of it out.
const app = `
  import { Dexie } from 'dexie';
  import { tidemark } from 'tidemark/dexie';
  const db = new Dexie('app', { addons: [tidemark] });
  db.version(1).stores({ todos: 'id' });
  const sync = await db.tidemark.connect({ url: '/sync', token: () => null, tables: ['todos'] });
  sync.status.subscribe(console.log);
`;

const gzipBytes = (content) => gzipSync(content, { level: 9 }).length;

async function bundleApp() {
  const { outputFiles } = await build({
    ...pageOptions,
    stdin: { contents: app, resolveDir: inRoot('') },
    external: ['dexie'],
    minify: true,
    legalComments: 'none',
    write: false,
  });
  return outputFiles[0].contents;
}

const parts = {
  js: gzipBytes(await bundleApp()),
  wasm: gzipBytes(readFileSync(inRoot('dist/tidemark.wasm'))),
};
const total = parts.js + parts.wasm;
for (const [name, bytes] of Object.entries(parts)) console.log(`size name=${name} gzip=${bytes}`);
console.log(`size name=web gzip=${total} target=${target} ok=${total <= target}`);
process.exitCode = total <= target ? 0 : 1;
