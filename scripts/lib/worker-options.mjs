// Writes what miniflare needs to know of a wrangler configuration. A process of its own: wrangler
// takes over signals.
// usage: node scripts/lib/worker-options.mjs CONFIG OUTPUT
import { writeFileSync } from 'node:fs';
import { unstable_getMiniflareWorkerOptions as read } from 'wrangler';

const [config, output] = process.argv.slice(2);
const { workerOptions, main } = read(config);
// The rules are for a bundler.
const { modulesRules: _rules, ...options } = workerOptions;
writeFileSync(output, JSON.stringify({ main, options }));
