// Makes js/src/generated/error-codes.ts from sdk/include/tidemark/errors.def, the one list of
// errors.
// usage: node js/scripts/gen-errors.mjs [--check] (--check: fail if the copy is stale, write
// nothing)
import { readFileSync, writeFileSync } from 'node:fs';

const root = new URL('../../', import.meta.url);
const source = readFileSync(new URL('sdk/include/tidemark/errors.def', root), 'utf8');
const target = new URL('js/src/generated/error-codes.ts', root);
const row = /^TIDEMARK_ERROR\((\w+), (\d+), (true|false), ("[^"]*"), ("[^"]*")\)$/gm;

const quote = (text) => `'${JSON.parse(text).replaceAll("'", "\\'")}'`;
const rows = [...source.matchAll(row)].map(
  ([, name, number, retryable, message, hint]) =>
    `  ${name}: {\n    number: ${number},\n    retryable: ${retryable},\n    message: ${quote(message)},\n    hint: ${quote(hint)},\n  },`,
);
if (rows.length !== source.match(/^TIDEMARK_ERROR\(/gm).length)
  throw new Error('errors.def: a row does not parse');
const origin = 'sdk/include/tidemark/errors.def by js/scripts/gen-errors.mjs';
const text = `// Generated from ${origin}. Do not edit.
export const errorCodes = {
${rows.join('\n')}
} as const;

export type ErrorCode = keyof typeof errorCodes;
`;

if (process.argv.includes('--check')) {
  const current = readFileSync(target, 'utf8');
  if (current.replace(/\s/g, '') !== text.replace(/\s/g, '')) {
    console.error('js/src/generated/error-codes.ts is stale: run node js/scripts/gen-errors.mjs');
    process.exit(1);
  }
} else writeFileSync(target, text);
