// Node, without a bundler: the entries import, and the engine runs.
import { run } from '../../../scripts/lib/run.mjs';
import { installedProject } from '../consumer.mjs';

export async function node(context) {
  const project = await installedProject('node', context, ['dexie', 'idb']);
  // The switch forbids eval, as Workers and pages with a strict policy do.
  const args = ['--disallow-code-generation-from-strings', 'main.mjs'];
  await run(process.execPath, args, { cwd: project });
}
