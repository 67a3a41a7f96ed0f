// The files the rules look at: what git has, and what it would take.
import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { extname } from 'node:path';
import { inRoot } from '../../scripts/lib/paths.mjs';

const textEnds = new Set(
  '.cpp .h .def .ts .tsx .mjs .js .json .md .txt .cmake .in .html .css .svg .yml .jsonc'.split(' '),
);

const git = (...args) =>
  execFileSync('git', args, { cwd: inRoot(), encoding: 'utf8' }).split('\n').filter(Boolean);

/** Paths of tracked and new files that are there, ignored ones left out. */
export const paths = git('ls-files', '-co', '--exclude-standard', '--deduplicate').filter((path) =>
  statSync(inRoot(path), { throwIfNoEntry: false })?.isFile(),
);

export const trackedYetIgnored = () => git('ls-files', '-ci', '--exclude-standard');
export const bytesOf = (path) => statSync(inRoot(path)).size;
export const isText = (path) => textEnds.has(extname(path)) || !extname(path);

const texts = new Map();
/** A file's text, read once. */
export function textOf(path) {
  if (!texts.has(path)) texts.set(path, readFileSync(inRoot(path), 'utf8'));
  return texts.get(path);
}
export const linesOf = (path) => textOf(path).replace(/\n$/, '').split('\n');

export const isHeader = (path) => path.endsWith('.h');
export const isCpp = (path) => /\.(h|cpp)$/.test(path);
export const isScript = (path) => /\.(ts|mjs)$/.test(path) && !path.includes('/generated/');

/** Lines without comments and string literals, for rules on code. Line numbers stay. */
export function codeLinesOf(path) {
  const blank = (found) => found.replace(/[^\n]/g, ' ');
  return textOf(path)
    .replace(/\/\*[\s\S]*?\*\//g, blank)
    .replace(/"(?:[^"\\\n]|\\.)*"|\/\/.*$/gm, blank)
    .split('\n');
}
