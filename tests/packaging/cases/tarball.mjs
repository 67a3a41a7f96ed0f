// What is in the tarball.
import assert from 'node:assert/strict';
import { inRoot } from '../../../scripts/lib/paths.mjs';
import { run } from '../../../scripts/lib/run.mjs';

const expected = /^(package\.json|README\.md|LICENSE|dist\/.*(\.js|\.d\.ts)|dist\/tidemark\.wasm)$/;

export async function tarball({ packed }) {
  const unexpected = packed.files.filter((path) => !expected.test(path));
  assert.deepEqual(unexpected, []);
  await run(process.execPath, [inRoot('js/scripts/check-exports.mjs')]);
}
