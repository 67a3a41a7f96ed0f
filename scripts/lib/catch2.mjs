// Catch2 3, the C++ test framework. Debian 12's is too old, so its source comes from Debian 13's
// source package, whose tarball is upstream's, byte for byte; CMake builds it with the tests.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { tools } from './paths.mjs';
import { failure, run, step } from './run.mjs';

const folder = join(tools, 'catch2');
/** Of upstream's v3.7.1.tar.gz; tests/CMakeLists.txt has the same. */
const sha256 = 'c991b247a1a0d7bb9c39aa35faf0fe9e19764213f28ffba3109388e62ee0269c';

export const hasCatch2 = () => existsSync(join(folder, 'CMakeLists.txt'));

export async function installCatch2(trixie) {
  await step('Catch2 3.7.1 from Debian 13: download and unpack', async () => {
    await trixie.source('catch2');
    const tarball = trixie.find('catch2_3.7.1', '.orig.tar.gz');
    if (!tarball) throw failure('Debian 13 no longer has Catch2 3.7.1');
    const found = createHash('sha256').update(readFileSync(tarball)).digest('hex');
    if (found !== sha256) throw failure(`Catch2: expected SHA-256 ${sha256}, got ${found}`);
    const partial = `${folder}-${process.pid}`;
    mkdirSync(partial);
    await run('tar', ['-xzf', tarball, '-C', partial, '--strip-components=1']);
    rmSync(folder, { recursive: true, force: true });
    renameSync(partial, folder);
  });
}
