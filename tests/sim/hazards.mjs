// Holds HAZARDS.md to what is here: every hazard has a row, every mutant and test that a row names
// exists, and the rows and mutants.def say the same of each other.
// usage: node tests/sim/hazards.mjs
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { inRoot } from '../../scripts/lib/paths.mjs';

const hazards = Array.from({ length: 106 }, (_, i) => `${i + 1}`);
const flaws = [...'abcdefghijklm'];

const textOf = (path) => readFileSync(inRoot(path), 'utf8');
const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** The hazards of each mutant, by name, and how many are not of the known form. */
function readMutants() {
  const code = textOf('tests/sim/mutants.def').replace(/^\s*\/\/.*$/gm, '');
  const found = [...code.matchAll(/\bMUTANT\(\s*(\w+),\s*\w+,\s*"([^"]*)",\s*"[^"]+"\)/g)];
  const unread = (code.match(/\bMUTANT\b/g)?.length ?? 0) - found.length;
  return {
    mutants: new Map(found.map(([, name, numbers]) => [name, numbers.split(' ').filter(Boolean)])),
    unread,
  };
}

/** What the code of the simulator asks for: another mutant changes nothing. */
function readUses() {
  const sources = readdirSync(inRoot('tests/sim')).filter((name) => /\.(cpp|h)$/.test(name));
  const code = sources.map((name) => textOf(`tests/sim/${name}`)).join('\n');
  return new Set([...code.matchAll(/\bMutant::(\w+)/g)].map(([, name]) => name));
}

const { mutants, unread } = readMutants();
const uses = readUses();

/** A title is a whole literal, and its test is not left out. */
function problemOfTest(path, title) {
  if (!existsSync(inRoot(path))) return `${path} is not there`;
  const literal = escaped(title).replace(/["']/g, '\\\\?$&');
  const code = textOf(path);
  if (!new RegExp(`(["'\`])${literal}\\1`).test(code)) return `${path} has no "${title}"`;
  const leftOut = new RegExp(`\\.(skip|todo|fails)\\(\\s*(["'\`])${literal}\\2`);
  return leftOut.test(code) ? `${path} leaves out "${title}"` : '';
}

const kinds = {
  mutant: /^mutant (?<name>\w+)$/,
  test: /^test (?<path>[\w./-]+) "(?<title>.+)"$/,
  fuzz: /^fuzz (?<name>\w+)$/,
  later: /^later: (?<reason>\S.{9,})$/,
  gap: /^gap: (?<reason>\S.{9,})$/,
};

const problemOf = {
  mutant({ name }, row) {
    if (!mutants.has(name)) return `there is no mutant ${name}`;
    if (!uses.has(name)) return `mutant ${name} is not in the code of the simulator`;
    return mutants.get(name).includes(row) ? '' : `mutants.def does not list ${row} for ${name}`;
  },
  test: ({ path, title }) => problemOfTest(path, title),
  fuzz: ({ name }) =>
    existsSync(inRoot(`tests/fuzz/${name}.cpp`)) ? '' : `there is no target ${name}`,
  later: () => '',
  gap: () => '',
};

const plain = (text) => text.replace(/^`([^`]+)`$/, '$1');

function readReference(text) {
  for (const [kind, form] of Object.entries(kinds)) {
    const match = form.exec(text);
    if (match) return { kind, text, ...match.groups };
  }
  return { kind: 'unknown', text };
}

/** References are parted by `<br>`, which no title has; names of things are written as code. */
function readTable() {
  const lines = textOf('tests/sim/HAZARDS.md').split('\n');
  const rows = lines
    .map((line) => /^\| (\d+|[a-z]) +\| (.*?) +\| (.*?) +\|$/.exec(line))
    .filter(Boolean)
    .map(([, name, failure, cell]) => ({
      name,
      failure,
      references: cell.split('<br>').map((each) => readReference(plain(each.trim()))),
    }));
  const most = lines.map((line) => /^Gaps: (\d+)\.$/.exec(line)?.[1]).find(Boolean);
  return { rows, gapsMax: Number(most ?? 0) };
}

function problemsOf(name, rows) {
  if (![...hazards, ...flaws].includes(name)) return ['there is no such hazard'];
  const [row, ...more] = rows.filter((each) => each.name === name);
  if (!row) return ['has no row'];
  if (more.length > 0) return [`has ${more.length + 1} rows`];
  const named = new Set(row.references.map(({ text }) => text));
  const missing = [...mutants]
    .filter(([mutant, numbers]) => numbers.includes(name) && !named.has(`mutant ${mutant}`))
    .map(([mutant]) => `mutants.def lists ${name} for ${mutant}, the row does not name it`);
  const wrong = row.references.map((each) =>
    each.kind === 'unknown' ? `cannot be read: ${each.text}` : problemOf[each.kind](each, name),
  );
  const twice = named.size < row.references.length ? ['names something twice'] : [];
  return [...(row.failure ? [] : ['says no failure']), ...wrong, ...missing, ...twice].filter(
    Boolean,
  );
}

const { rows, gapsMax } = readTable();
const all = rows.flatMap(({ name, references }) => references.map((each) => ({ name, ...each })));
const count = (...wanted) =>
  new Set(all.filter(({ kind }) => wanted.includes(kind)).map(({ text }) => text)).size;
const of = (kind) => all.filter((each) => each.kind === kind);

const names = new Set([
  ...hazards,
  ...flaws,
  ...rows.map(({ name }) => name),
  ...[...mutants.values()].flat(),
]);
let failed = 0;
for (const name of names) {
  const problems = problemsOf(name, rows);
  if (problems.length > 0) failed++;
  for (const problem of problems) console.log(`FAILED ${name}: ${problem}`);
}
const gaps = of('gap');
for (const { name, reason } of of('later')) console.log(`later ${name}: ${reason}`);
for (const { name, reason } of gaps) console.log(`gap ${name}: ${reason}`);
const passed = names.size - failed;
const fail = (what) => {
  failed++;
  console.log(`FAILED: ${what}`);
};
if (gaps.length > gapsMax) fail(`${gaps.length} gaps, HAZARDS.md admits ${gapsMax}`);
if (unread > 0) fail(`${unread} mutants of mutants.def cannot be read`);
for (const [name, numbers] of mutants)
  if (numbers.length === 0) fail(`mutant ${name} stands for no hazard`);
const has = (wanted) => wanted.filter((name) => rows.some((row) => row.name === name)).length;
console.log(
  `hazards=${has(hazards)} flaws=${has(flaws)} mutants=${count('mutant')} ` +
    `tests=${count('test', 'fuzz')} later=${of('later').length} gaps=${gaps.length}`,
);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
