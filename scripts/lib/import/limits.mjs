// What the sync protocol carries at most, checked before anything is imported. Nesting is the JSON
// reader's to check.
import { ImportError, quote } from './import-error.mjs';

const nameBytesMax = 256;
// The hub takes records of 1 MiB, their stamps included.
const rowBytesMax = 1024 * 1024 - 4 * 1024;

export function checkLimits(tables) {
  const checked = new Set();
  for (const { name, rows, lines } of tables) {
    checkName('table', name, lines[0] ?? 1);
    for (const [i, row] of rows.entries()) {
      for (const field of Object.keys(row)) {
        if (checked.has(field)) continue;
        checkName('field', field, lines[i]);
        checked.add(field);
      }
      if (isOver(row, rowBytesMax))
        throw new ImportError(lines[i], `a row over ${rowBytesMax} bytes of JSON`);
    }
  }
}

function checkName(what, name, line) {
  if (name.length * 3 > nameBytesMax && Buffer.byteLength(name) > nameBytesMax)
    throw new ImportError(line, `${what} name ${quote(name)} is over ${nameBytesMax} bytes`);
}

// Only the texts of a row can make it this large; six bytes of JSON a character at most.
function isOver(row, max) {
  if (textLength(row) * 6 <= max) return false;
  const text = JSON.stringify(row, (_name, value) =>
    typeof value === 'bigint' ? String(value) : value,
  );
  return Buffer.byteLength(text) > max;
}

function textLength(value) {
  if (typeof value === 'string') return value.length + 2;
  if (typeof value !== 'object' || value === null) return 24;
  let length = 2;
  for (const name of Object.keys(value)) length += name.length + 4 + textLength(value[name]);
  return length;
}
