// Rules on the core: what it may not touch, and which way includes go.
import { basename } from 'node:path';
import { codeLinesOf, linesOf, paths } from '../files.mjs';

/** Headers of what a native app adds to the core: these have hands. */
const shells = /\/(client|report|sqlite_store|http_transport)\.h$/;
const isCore = (path) =>
  /^sdk\/(src\/core|include\/tidemark)\/[^/]+\.(h|cpp)$/.test(path) && !shells.test(path);
const core = paths.filter(isCore);

const banned = [
  ['a clock, and time is an argument', /<chrono>|<ctime>|<time\.h>/],
  ['chance, and random words are an argument', /<random>|\b(s?rand|random)\(/],
  ['threads', /<(thread|mutex|atomic|future|condition_variable)>|\bthread_local\b/],
  ['input or output', /<(iostream|fstream|cstdio|stdio\.h|filesystem)>|\bprintf\(/],
  ['the environment or the locale', /\bgetenv\b|<locale>|<clocale>/],
  ['an exception', /\bthrow\b|\btry\b\s*\{|\bcatch\b\s*\(/],
  ['a bare allocation', /\bnew\b|\bdelete\b\s+\w|\bmalloc\(/],
  ['another library', /<nlohmann\//],
];

/** A declaration at column 0, where namespace scope starts, of no constant and no function. */
const keyword = 'using|namespace|class|struct|enum|template|constexpr|const|typedef|static_assert';
const globalVariable = new RegExp(
  `^(?!(?:inline |static )?(?:${keyword})\\b)[A-Za-z_][\\w:<>,*& ]*\\s\\w+(\\s*=[^=]|\\{[^}]*\\};|;)`,
);
const staticVariable = /(?:^\s+|[{;]\s*)static (?!const|constexpr)[^(]*(=|;)/;

/** Include lines keep their quotes and so their names; code loses its strings. */
const checked = (path) => {
  const includes = linesOf(path);
  return codeLinesOf(path).map((code, i) =>
    includes[i]?.startsWith('#include') ? includes[i] : code,
  );
};

export function coreBans() {
  return core.flatMap((path) =>
    checked(path).flatMap((line, index) =>
      banned
        .filter(([, pattern]) => pattern.test(line))
        .map(([what]) => `${path}:${index + 1}: ${what}: ${line.trim()}`),
    ),
  );
}

export function mutableGlobals() {
  return core.flatMap((path) =>
    codeLinesOf(path)
      .map((line, index) => [line, `${path}:${index + 1}: ${line.trim()}`])
      .filter(([line]) => globalVariable.test(line) || staticVariable.test(line))
      .map(([, problem]) => problem),
  );
}

/** From the ground up; a file includes what stands in its own group or below. */
const groups = [
  ['errors.def', 'result', 'bytes', 'config'],
  ['ids'],
  ['stamp'],
  ['change', 'status', 'wire'],
  ['ledger'],
  ['output', 'merge', 'digest', 'outbox', 'backoff', 'parting', 'quarantine'],
  ['log', 'reconcile'],
  ['session', 'session_poll', 'session_watch'],
  ['engine'],
  ['tidemark'],
];
const nameOf = (path) => basename(path).replace(/\.(h|cpp)$/, '');
const rankOf = (path) => groups.findIndex((group) => group.includes(nameOf(path)));

export function includeOrder() {
  const problems = core
    .filter((path) => rankOf(path) < 0)
    .map((path) => `${path}: has no place in the order of tests/tidy/rules/core.mjs`);
  for (const path of core) {
    for (const line of linesOf(path)) {
      const included = /^#include "(.*)"/.exec(line)?.[1];
      if (included && rankOf(included) > rankOf(path))
        problems.push(`${path}: includes ${included}`);
    }
  }
  return problems;
}
