// A user's file to tables of rows with keys, or an ImportError that says what is wrong with it and
// where. Pure: bytes in.
import path from 'node:path';
import { parseCsv, splitCsvLine } from './csv.mjs';
import { ImportError } from './import-error.mjs';
import { parseJson, parseNdjson } from './json.mjs';
import { assignKeys } from './keys.mjs';
import { checkLimits } from './limits.mjs';
import { decodeText } from './text.mjs';

const parsers = {
  '.json': parseJson,
  '.ndjson': parseNdjson,
  '.jsonl': parseNdjson,
  '.csv': parseCsv,
};

/**
 * `file` names the format by its extension, and the table if the file has one only. `key` is the
 * fields of the key as the user gives them: a CSV line. Answers `tables` of { name, rows, lines,
 * keyFields, keys } and `notes` about numbers.
 * @param {Uint8Array} bytes
 * @param {{ file: string, key?: string | null }} options
 */
export function readImport(bytes, { file, key = null }) {
  const text = decodeText(bytes);
  const { ext, name } = path.parse(file);
  const parse = parsers[ext.toLowerCase()] ?? guessParser(text);
  const { tables, changes } = parse(text, { name: name || 'rows' });
  if (tables.every(({ rows }) => rows.length === 0))
    throw new ImportError(1, 'the file has no rows');
  checkLimits(tables);
  assignKeys(tables, key === null ? null : splitCsvLine(key));
  return { tables, notes: notesOf(changes) };
}

// By the first character; a file of objects line by line is one whose first line is an object of
// its own.
function guessParser(text) {
  const first = text.trimStart()[0];
  if (first === '[') return parseJson;
  if (first !== '{') return parseCsv;
  try {
    JSON.parse(text.trimStart().split('\n', 1)[0]);
    return parseNdjson;
  } catch {
    return parseJson;
  }
}

const sentences = {
  bigint: 'is not what JSON.parse would make of it: kept exactly, as a BigInt',
  rounded: 'has more digits than a double: read as the nearest one, as JSON.parse does',
};

function notesOf(changes) {
  return Object.entries(sentences).flatMap(([kind, sentence]) => {
    const [first, ...more] = changes.filter(({ change }) => change === kind);
    if (first === undefined) return [];
    const others = more.length === 0 ? '' : ` (and ${more.length} more such numbers)`;
    return [{ line: first.line, text: `${first.number} ${sentence}${others}` }];
  });
}
