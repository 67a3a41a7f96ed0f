// Rules on any text: how long lines and files may be, and what does not belong in a commit.
import { homedir } from 'node:os';
import { root } from '../../../scripts/lib/paths.mjs';
import { isCpp, isHeader, isScript, isText, linesOf, paths, textOf } from '../files.mjs';

const columnsMax = 100;
const headerLinesMax = 150;
const sourceLinesMax = 300;
/** A file that is longer, and says why: `// tidy: long, because …` */
const excuse = /tidy: long, because \S/;

/** A literal that would be harder to read, or to search for, in pieces. */
const longLiteral = /(['"`]).{50,}\1/;

const where = (path, index) => `${path}:${index + 1}`;

export function lineLength() {
  return paths
    .filter((path) => isCpp(path) || isScript(path))
    .flatMap((path) =>
      linesOf(path)
        .map((line, index) => [line, [...line].length, index])
        .filter(([line, columns]) => columns > columnsMax && !longLiteral.test(line))
        .map(([, columns, index]) => `${where(path, index)}: ${columns} columns`),
    );
}

export function fileLength() {
  return paths
    .filter((path) => isCpp(path) || isScript(path))
    .map((path) => [path, linesOf(path).length, isHeader(path) ? headerLinesMax : sourceLinesMax])
    .filter(([path, lines, most]) => lines > most && !excuse.test(textOf(path)))
    .map(([path, lines, most]) => `${path}: ${lines} lines, ${most} at most`);
}

function found(pattern, excluded = () => false) {
  return paths
    .filter((path) => isText(path) && !excluded(path))
    .flatMap((path) =>
      linesOf(path)
        .map((line, index) => [pattern.exec(line)?.[0], index])
        .filter(([text]) => text)
        .map(([text, index]) => `${where(path, index)}: ${text}`),
    );
}

export const leftovers = () => found(new RegExp(`\\b(${['TO', 'FIX'].join('DO|')}ME)\\b`));

/** Homes of people, and wherever this checkout lies. */
export function machinePaths() {
  const escape = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const folders = ['home/[a-z]', 'Users/[A-Za-z]'].map((folder) => `/${folder}`);
  const own = [homedir(), root.replace(/\/$/, '')].map(escape);
  return found(new RegExp(`(?<![\\w.-])(${[...folders, ...own].join('|')})\\w*/`));
}
