// The key of each row: from the fields that the user names, else from `id`, else none (the sync
// engine makes one).
import { ImportError, quote } from './import-error.mjs';

const idBytesMax = 1024;

/**
 * Gives every table `keyFields` (null: its rows have no key of their own) and, with fields, `keys`,
 * one per row. Fields that are asked for must be in one table at least; a table that has none of
 * them goes by `id`.
 */
export function assignKeys(tables, asked = null) {
  if (asked !== null && !tables.some((table) => hasAny(table, asked)))
    throw new ImportError(1, `no row has the key field ${asked.map(quote).join(', ')}`);
  for (const table of tables) {
    const fields = asked !== null && hasAny(table, asked) ? asked : ['id'];
    table.keyFields = hasAny(table, fields) ? fields : null;
    if (table.keyFields !== null) table.keys = keysOf(table);
  }
}

const hasAny = ({ rows }, fields) =>
  rows.some((row) => fields.some((field) => Object.hasOwn(row, field)));

function keysOf({ name, rows, lines, keyFields, emptyIsMissing = false }) {
  const lineOfKey = new Map();
  return rows.map((row, i) => {
    const key = keyOf(row, keyFields, lines[i], emptyIsMissing);
    const text = JSON.stringify(key);
    const first = lineOfKey.get(text);
    if (first !== undefined)
      throw new ImportError(
        lines[i],
        `key ${quote(key)} is in table ${quote(name)} twice, first on line ${first}`,
      );
    if (text.length * 3 > idBytesMax && Buffer.byteLength(text) > idBytesMax)
      throw new ImportError(lines[i], `key ${quote(key)} is over ${idBytesMax} bytes`);
    lineOfKey.set(text, lines[i]);
    return key;
  });
}

function keyOf(row, fields, line, emptyIsMissing) {
  for (const field of fields) {
    if (!Object.hasOwn(row, field)) throw new ImportError(line, `no key field ${quote(field)}`);
    const isMissing = emptyIsMissing && row[field] === '';
    const fault = isMissing ? 'is empty' : faultOf(row[field], 0);
    if (fault !== null) throw new ImportError(line, `key field ${quote(field)} ${fault}`);
  }
  return fields.length === 1 ? row[fields[0]] : fields.map((field) => row[field]);
}

// What the sync protocol takes for a key: a string, a safe integer, or arrays of these.
function faultOf(key, depth) {
  if (typeof key === 'string') return null;
  if (typeof key === 'bigint') return `is ${key}: over 2^53, write it as a string`;
  if (typeof key === 'number')
    return Number.isSafeInteger(key) && !Object.is(key, -0)
      ? null
      : `is ${numberText(key)}, not an integer`;
  if (!Array.isArray(key)) return key === null ? 'is null' : `is ${anOrA(typeof key)}`;
  if (key.length === 0) return 'is an empty array';
  if (depth >= 7) return 'is nested over 8 levels';
  return key.map((part) => faultOf(part, depth + 1)).find((fault) => fault !== null) ?? null;
}

const numberText = (number) => (Object.is(number, -0) ? '-0' : String(number));
const anOrA = (type) => (type === 'object' ? 'an object' : `a ${type}`);
