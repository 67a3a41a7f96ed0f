// Checks that what package.json promises is in the package: every file that `exports` names is
// packed, and every entry imports in Node, except where only another host can (a Worker's compiled
// wasm).
// usage: node js/scripts/check-exports.mjs
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const manifest = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));

const targetsOf = (entry) =>
  typeof entry === 'string' ? [['default', entry]] : Object.entries(entry);
const isForeign = (condition, file) => condition === 'workerd' || file.endsWith('/worker.js');

function packedFiles() {
  const options = { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] };
  const [packed] = JSON.parse(
    execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], options),
  );
  return new Set(packed.files.map(({ path }) => `./${path}`));
}

async function problemsOf(name, entry, packed) {
  const problems = [];
  const targets = targetsOf(entry);
  if (targets.length > 1 && targets[0][0] !== 'types') problems.push(`${name}: types is not first`);
  for (const [condition, file] of targets) {
    if (!packed.has(file)) problems.push(`${name} ${condition}: ${file} is not packed`);
    else if (file.endsWith('.js') && !isForeign(condition, file))
      await import(new URL(file, `file://${root}`).href).catch((error) =>
        problems.push(`${name} ${condition}: ${file} does not import: ${error.message}`),
      );
  }
  return problems;
}

const packed = packedFiles();
const entries = Object.entries(manifest.exports);
const problems = await Promise.all(entries.map(([name, entry]) => problemsOf(name, entry, packed)));
for (const problem of problems.flat()) console.error(problem);
if (problems.flat().length > 0) process.exit(1);
console.log(`exports: ${entries.length} entries, all packed`);
