// Whether a build step's output is newer than everything it is made of.
import { existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';

const skipped = new Set(['node_modules', 'dist', '.wrangler']);

function newest(target) {
  const stat = statSync(target, { throwIfNoEntry: false });
  if (stat === undefined) return 0;
  if (!stat.isDirectory()) return stat.mtimeMs;
  const entries = readdirSync(target).filter((name) => !skipped.has(name));
  return Math.max(0, ...entries.map((name) => newest(path.join(target, name))));
}

/**
 * `inputs` are files and folders; folders of built or installed things inside them do not count.
 */
export function isFresh(output, inputs) {
  if (!existsSync(output)) return false;
  const made = statSync(output).mtimeMs;
  return inputs.every((input) => newest(input) <= made);
}
