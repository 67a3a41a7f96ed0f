// The house rules that a machine can check; a rule is a function that answers what breaks it.
// usage: node tests/tidy/tidy.mjs
import * as core from './rules/core.mjs';
import * as text from './rules/text.mjs';
import * as tree from './rules/tree.mjs';

const rules = {
  'lines have at most 100 columns': text.lineLength,
  'headers have at most 150 lines, sources 300': text.fileLength,
  'nothing is left to be done': text.leftovers,
  'no path of a machine': text.machinePaths,
  'the core has no hands': core.coreBans,
  'the core has no mutable globals': core.mutableGlobals,
  'includes of the core go downward': core.includeOrder,
  'imports of the package go downward': tree.importWalls,
  'what is generated is fresh': tree.generated,
  'every test runs': tree.unlistedTests,
  'no large files': tree.blobs,
  'nothing that a build makes is tracked': tree.builtAndTracked,
};

let failed = 0;
for (const [name, rule] of Object.entries(rules)) {
  const problems = rule();
  if (problems.length > 0) failed++;
  console.log(`${problems.length === 0 ? 'ok' : 'FAILED'} ${name}`);
  for (const problem of problems) console.log(`  ${problem}`);
}
console.log(`${Object.keys(rules).length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
