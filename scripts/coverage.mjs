// How much of the core its C++ tests and the simulator run: a table by file, each line and branch
// that none runs, and a line with the sums. Ends with an error below the target, and where
// tests/unit/UNCOVERED.md does not say of just these places why nothing runs them.
// usage: npm run coverage
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { relative } from 'node:path';
import { inRoot, root } from './lib/paths.mjs';
import { main, run, step } from './lib/run.mjs';
import { setup } from './setup.mjs';

const target = { lines: 98, branches: 90 };
const core = inRoot('sdk/src/core');
const tests = inRoot('build/coverage/tests');
const profiles = inRoot('build/coverage/profiles');
const merged = `${profiles}/all.profdata`;
const justified = 'tests/unit/UNCOVERED.md';

const programs = [
  { program: `${tests}/unit_tests`, args: [] },
  { program: `${tests}/property_tests`, args: [] },
  { program: `${tests}/sim/tidemark_sim`, args: ['--seeds', '3000'] },
];

async function collect() {
  rmSync(profiles, { recursive: true, force: true });
  mkdirSync(profiles, { recursive: true });
  for (const [i, { program, args }] of programs.entries()) {
    const env = { LLVM_PROFILE_FILE: `${profiles}/${i}.profraw` };
    await step(relative(root, program), () => run(program, args, { env }));
  }
  const raw = programs.map((_, i) => `${profiles}/${i}.profraw`);
  await run('llvm-profdata-19', ['merge', '-sparse', '-o', merged, ...raw]);
}

function llvmCov(command, ...options) {
  const [first, ...others] = programs.map(({ program }) => program);
  const objects = [first, ...others.flatMap((program) => ['-object', program])];
  return run('llvm-cov-19', [command, ...objects, `-instr-profile=${merged}`, ...options, core]);
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
  return { file, text, lines, branches: [...branches.values()] };
}

/** The lines that nothing runs, or not every way; `key` names one by what stands there. */
function missed({ file, text, lines, branches }) {
  const places = new Map();
  const note =
    (what) =>
    ([line, count]) => {
      if (count > 0) return;
      const place = places.get(line) ?? { file, line, key: keyOf(file, text[line - 1]), whats: [] };
      places.set(line, { ...place, whats: [...place.whats, what] });
    };
  lines.forEach(note('line'));
  branches.forEach(note('branch'));
  return [...places.values()];
}

const keyOf = (file, text) => `${file}: ${text.trim()}`;

/** The rows of the table: file, what stands there, why nothing runs it. */
function reasons() {
  const table = readFileSync(inRoot(justified), 'utf8').replaceAll('\\|', '\0');
  const rows = [...table.matchAll(/^\| `(.+?)` +\| `(.+?)` +\| (.+?) +\|$/gm)];
  const key = (file, text) => keyOf(`sdk/src/core/${file}`, text.replaceAll('\0', '|'));
  return new Map(rows.map(([, file, text, why]) => [key(file, text), why]));
}

/** Prints each place with its reason; resolves to how many lack one, or have one in vain. */
function explain(places) {
  const known = reasons();
  for (const { file, line, key, whats } of places)
    console.log(`${file}:${line}: ${whats.join(', ')}: ${known.get(key) ?? 'NOT JUSTIFIED'}`);
  const keys = new Set(places.map(({ key }) => key));
  const stale = [...known.keys()].filter((key) => !keys.has(key));
  for (const key of stale) console.log(`${justified} lists what is run, or is not there: ${key}`);
  return places.filter(({ key }) => !known.has(key)).length + stale.length;
}

function percent(sources, what) {
  const counts = sources.flatMap((source) => source[what]);
  return (100 * counts.filter(([, count]) => count > 0).length) / counts.length;
}

await main(async () => {
  await setup({ need: ['native', 'fuzz'] });
  await run('cmake', ['--preset', 'coverage']);
  await step('building', () => run('cmake', ['--build', '--preset', 'coverage']));
  await collect();
  console.log(await llvmCov('report', '-show-region-summary=false'));
  const lcov = await llvmCov('export', '-format=lcov');
  const sources = lcov.match(/^SF:[\s\S]*?(?=^end_of_record)/gm).map(parse);
  const wrong = explain(sources.flatMap(missed));
  const [lines, branches] = [percent(sources, 'lines'), percent(sources, 'branches')];
  const ok = lines >= target.lines && branches >= target.branches && wrong === 0;
  const figures = `lines=${lines.toFixed(1)}% branches=${branches.toFixed(1)}%`;
  const limits = `target=${target.lines}/${target.branches} unjustified=${wrong}`;
  console.log(`coverage ${figures} ${limits} ok=${ok}`);
  console.log(`${ok ? '1 passed, 0' : '0 passed, 1'} failed`);
  return ok ? 0 : 1;
});
