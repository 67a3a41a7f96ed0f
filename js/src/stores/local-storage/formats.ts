// Formats: what an item's text is as a row, and back. Every text is some row, and every row some
// text that is that row again, so that whatever another device wrote is shown here as it is.
import { canonicalText, checkValue, encodeRow, setOwn } from '../../values.js';
import type { WireRow } from '../../wire.js';

/**
 * `text`: the row is `{ value }`, the text as one field. `json`: a text that is a JSON object is a
 * row of its members, so that two devices can each change another; any other is `{ $text }`.
 * Values that JSON has no word for, as another store may send them, are in the protocol's tagged
 * form (`{"$tm:date": …}`).
 */
export type TextFormat = 'text' | 'json';

export function rowOf(text: string, format: TextFormat): WireRow {
  if (format === 'json') return jsonRow(text);
  const escaped = text.startsWith(escape) ? objectIn(text.slice(escape.length)) : null;
  return escaped ?? { value: text };
}

export function textOf(row: WireRow, format: TextFormat): string {
  if (format === 'text') {
    const value = onlyText(row, 'value');
    return value === null || value.startsWith(escape) ? escape + JSON.stringify(row) : value;
  }
  const text = onlyText(row, '$text');
  return text === null || objectIn(text) !== null ? JSON.stringify(row) : text;
}

/** Before a row that is not one text, where texts are kept. */
const escape = '$tidemark:row:';

function jsonRow(text: string): WireRow {
  const object = objectIn(text);
  const inner = object && onlyText(object, '$text');
  // An app's own object that looks like a text is one, unless only an object can be meant.
  const isText = inner !== null && objectIn(inner) === null;
  return object === null || isText ? { $text: text } : object;
}

/** The string in `name`, if the row has nothing else. */
function onlyText(row: WireRow, name: string): string | null {
  if (!Object.hasOwn(row, name) || Object.keys(row).length !== 1) return null;
  const value = row[name];
  return typeof value === 'string' ? value : null;
}

/** The object that `text` is the JSON of, in tagged form; null: none that can be synced. */
function objectIn(text: string): WireRow | null {
  try {
    const row: unknown = JSON.parse(text);
    if (typeof row !== 'object' || row === null || Array.isArray(row)) return null;
    for (const value of Object.values(row)) checkValue(value);
    // That it is not nested too deep.
    encodeRow(row);
    return row as WireRow;
  } catch {
    return null;
  }
}

/** The same row, whatever the order of its fields and the spaces in its text. */
export function isSameRow(a: WireRow, b: WireRow): boolean {
  return canonicalText(a) === canonicalText(b);
}

/** `row` with the fields `names` as they are in `from`. */
export function withFields(row: WireRow, names: Iterable<string>, from: WireRow): WireRow {
  const merged = { ...row };
  for (const name of names)
    if (Object.hasOwn(from, name)) setOwn(merged, name, from[name]);
    else delete merged[name];
  return merged;
}
