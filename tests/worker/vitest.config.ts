// Runs the hub's tests inside workerd, on real Durable Objects with SQLite. Every test takes a
// scope of its own; storage is not isolated by the pool, which cannot do that for objects with
// WebSockets.
import { fileURLToPath } from 'node:url';
import { defineWorkersConfig } from '@cloudflare/vitest-pool-workers/config';

const root = fileURLToPath(new URL('../..', import.meta.url));

export default defineWorkersConfig({
  root,
  resolve: {
    alias: [
      { find: '#core', replacement: `${root}build/wasm/tidemark.js` },
      { find: /^.*\/tidemark\.wasm$/, replacement: `${root}build/wasm/tidemark.wasm` },
    ],
  },
  test: {
    include: ['tests/worker/*.test.ts'],
    testTimeout: 30_000,
    poolOptions: {
      workers: {
        singleWorker: true,
        isolatedStorage: false,
        main: fileURLToPath(new URL('app.ts', import.meta.url)),
        miniflare: {
          modulesRules: [{ type: 'CompiledWasm', include: ['**/*.wasm'] }],
          compatibilityDate: '2026-03-01',
          compatibilityFlags: ['nodejs_compat'],
          durableObjects: { SYNC: { className: 'Sync', useSQLite: true } },
        },
      },
    },
  },
});
