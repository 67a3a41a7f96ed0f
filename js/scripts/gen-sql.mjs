// Makes js/src/generated/sqlite.ts from sdk/src/sqlite/sql/*.sql: the statements that C++ and
// TypeScript share, by their names (`-- @ name`).
// usage: node js/scripts/gen-sql.mjs [--check] (--check: fail if the copy is stale, write nothing)
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

const root = new URL('../../', import.meta.url);
const folder = new URL('sdk/src/sqlite/sql/', root);
const target = new URL('js/src/generated/sqlite.ts', root);

/** What SQLite reads: without comments and the line breaks around it. */
const stripped = (text) =>
  text
    .split('\n')
    .map((line) => line.replace(/(^|\s)-- .*$/, '').trimEnd())
    .filter((line) => line.trim() !== '')
    .join('\n');

const statements = new Map();
for (const file of readdirSync(folder).sort()) {
  const [, ...parts] = readFileSync(new URL(file, folder), 'utf8').split(/^-- @ /m);
  for (const part of parts) {
    const [name] = part.split('\n', 1);
    if (statements.has(name)) throw new Error(`${file}: there is another statement ${name}`);
    statements.set(name, stripped(part.slice(name.length)));
  }
}

const quote = (text) => `\`${text.replaceAll('\\', '\\\\').replaceAll('`', '\\`')}\``;
const camel = (name) => name.replace(/_(\w)/g, (_, letter) => letter.toUpperCase());
const text = `// Generated from sdk/src/sqlite/sql by js/scripts/gen-sql.mjs. Do not edit.
export const sql = {
${[...statements].map(([name, body]) => `  ${camel(name)}: ${quote(body)},`).join('\n')}
} as const;
`;

if (process.argv.includes('--check')) {
  const current = readFileSync(target, 'utf8');
  if (current.replace(/\s/g, '') !== text.replace(/\s/g, '')) {
    console.error('js/src/generated/sqlite.ts is stale: run node js/scripts/gen-sql.mjs');
    process.exit(1);
  }
} else writeFileSync(target, text);
