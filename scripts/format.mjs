// Formats all sources: C++ with clang-format, everything else with Biome, which lints as well.
// usage: node scripts/format.mjs [--check]   (--check: change nothing, say what would change)
import { attempt, main, query } from './lib/run.mjs';
import { setup } from './setup.mjs';

const check = process.argv.includes('--check');
const cpp = ['*.cpp', '*.h'];

/** The project's own files, new ones included, that git does not ignore. */
function filesOf(patterns) {
  const args = ['ls-files', '--cached', '--others', '--exclude-standard', '--deduplicate'];
  return query('git', [...args, ...patterns])
    .stdout.split('\n')
    .filter(Boolean);
}

async function formatCpp() {
  const mode = check ? ['--dry-run', '--Werror'] : ['-i'];
  const { code, output } = await attempt('clang-format-19', [...mode, ...filesOf(cpp)]);
  process.stdout.write(output);
  return code === 0;
}

async function formatOthers() {
  const mode = check ? [] : ['--write'];
  const program = 'node_modules/@biomejs/biome/bin/biome';
  const args = ['check', '--error-on-warnings', '--max-diagnostics=100', ...mode, '.'];
  const { code, output } = await attempt(process.execPath, [program, ...args]);
  process.stdout.write(output);
  return code === 0;
}

await main(async () => {
  await setup({ need: ['format', 'npm'] });
  const results = [await formatCpp(), await formatOthers()];
  const failed = results.filter((ok) => !ok).length;
  console.log(`${results.length - failed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
});
