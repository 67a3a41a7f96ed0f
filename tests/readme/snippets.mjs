// The code blocks of the README, by language and order.
import { readFileSync } from 'node:fs';
import { inRoot } from '../../scripts/lib/paths.mjs';

/** @returns {{language: string, code: string}[]} */
export function readSnippets() {
  const text = readFileSync(inRoot('README.md'), 'utf8');
  const blocks = text.matchAll(/^```(\w+)\n(.*?)^```$/gms);
  return [...blocks].map(([, language, code]) => ({ language, code }));
}
