// How much of the core its C++ tests run: a table by file, each line and branch that none runs, and
// a last line with the sums. Ends with an error below the target.
// usage: npm run coverage
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { relative } from 'node:path';
import { inRoot, root } from './lib/paths.mjs';
import { main, run, step } from './lib/run.mjs';
import { setup } from './setup.mjs';

const target = { lines: 98, branches: 90 };
const core = inRoot('sdk/src/core');
const tests = inRoot('build/coverage/tests');
const profiles = inRoot('build/coverage/profiles');
const merged = `${profiles}/all.profdata`;

/** The simulator plays whole campaigns; a tree without it is measured by its unit tests. */
const programs = () =>
  [
    { program: `${tests}/unit_tests`, args: [] },
    { program: `${tests}/property_tests`, args: [] },
    { program: `${tests}/sim/tidemark_sim`, args: ['--seeds', '300'] },
  ].filter(({ program }) => existsSync(program));

async function collect(all) {
  rmSync(profiles, { recursive: true, force: true });
  mkdirSync(profiles, { recursive: true });
  for (const [i, { program, args }] of all.entries()) {
    const env = { LLVM_PROFILE_FILE: `${profiles}/${i}.profraw` };
    await step(relative(root, program), () => run(program, args, { env }));
  }
  const raw = all.map((_, i) => `${profiles}/${i}.profraw`);
  await run('llvm-profdata-19', ['merge', '-sparse', '-o', merged, ...raw]);
}

function llvmCov(command, all, ...options) {
  const [first, ...others] = all.map(({ program }) => program);
  const objects = [first, ...others.flatMap((program) => ['-object', program])];
  const args = [command, ...objects, `-instr-profile=${merged}`, ...options, core];
  return run('llvm-cov-19', args);
}

/** A source of lcov's report: how often each line and each way of a branch was taken. */
function parse(section) {
  const file = relative(root, /^SF:(.*)$/m.exec(section)[1]);
  const text = readFileSync(inRoot(file), 'utf8').split('\n');
  // LLVM counts the lines of a macro's definition as code in which nothing happens.
  const isCode = (line) => !text[line - 1].startsWith('#');
  const lines = [...section.matchAll(/^DA:(\d+),(\d+)/gm)]
    .map(([, line, count]) => [Number(line), Number(count)])
    .filter(([line]) => isCode(line));
  const branches = new Map();
  for (const [, line, way, count] of section.matchAll(/^BRDA:(\d+),(.*),([^,\n]*)$/gm)) {
    const before = branches.get(`${line},${way}`)?.[1] ?? 0;
    branches.set(`${line},${way}`, [Number(line), before + (Number(count) || 0)]);
  }
  return { file, lines, branches: [...branches.values()] };
}

function* missed({ file, lines, branches }) {
  for (const [line, count] of lines) if (count === 0) yield `${file}:${line}: line`;
  const ways = branches.filter(([, count]) => count === 0).map(([line]) => line);
  for (const line of new Set(ways)) {
    const count = ways.filter((other) => other === line).length;
    yield `${file}:${line}: ${count} ${count === 1 ? 'branch' : 'branches'}`;
  }
}

function percent(sources, what) {
  const counts = sources.flatMap((source) => source[what]);
  return (100 * counts.filter(([, count]) => count > 0).length) / counts.length;
}

await main(async () => {
  await setup({ need: ['native', 'fuzz'] });
  await run('cmake', ['--preset', 'coverage']);
  await step('building', () => run('cmake', ['--build', '--preset', 'coverage']));
  const all = programs();
  await collect(all);
  console.log(await llvmCov('report', all, '-show-region-summary=false'));
  const lcov = await llvmCov('export', all, '-format=lcov');
  const sources = lcov.match(/^SF:[\s\S]*?(?=^end_of_record)/gm).map(parse);
  for (const source of sources) for (const place of missed(source)) console.log(place);
  const [lines, branches] = [percent(sources, 'lines'), percent(sources, 'branches')];
  const ok = lines >= target.lines && branches >= target.branches;
  const figures = `lines=${lines.toFixed(1)}% branches=${branches.toFixed(1)}%`;
  console.log(`coverage ${figures} target=${target.lines}/${target.branches} ok=${ok}`);
  return ok ? 0 : 1;
});
