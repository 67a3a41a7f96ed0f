// CSV as RFC 4180 has it: a header, comma, double quotes. Values stay the text they are.
import { parse } from 'csv-parse/sync';
import { ImportError, quote } from './import-error.mjs';
import { setOwn } from './json-reader.mjs';

const reasons = {
  CSV_QUOTE_NOT_CLOSED: 'a quoted value without an end',
  CSV_INVALID_CLOSING_QUOTE: 'text after the closing quote of a value',
  INVALID_OPENING_QUOTE: 'a quote inside a value that is not quoted',
};

/** The one table of a CSV text. */
export function parseCsv(text, { name }) {
  const [header, ...records] = readRecords(text);
  if (header === undefined) throw new ImportError(1, 'the file is empty');
  checkHeader(header);
  // CSV has no other way to say that a value is missing.
  const table = { name, rows: [], lines: [], emptyIsMissing: true };
  for (const { values, line } of records) {
    if (values.length !== header.values.length) {
      // A blank line can only be a row where rows have one value.
      if (values.length === 1 && values[0] === '') continue;
      const counts = `${count(values.length)}, the header has ${header.values.length}`;
      throw new ImportError(line, counts);
    }
    table.rows.push(toRow(header.values, values));
    table.lines.push(line);
  }
  return { tables: [table], changes: [] };
}

const count = (values) => (values === 1 ? '1 value' : `${values} values`);

function toRow(names, values) {
  const row = {};
  for (const [i, name] of names.entries()) setOwn(row, name, values[i]);
  return row;
}

function checkHeader({ values, line }) {
  const seen = new Set();
  for (const name of values) {
    if (seen.has(name)) throw new ImportError(line, `the header has ${quote(name)} twice`);
    seen.add(name);
  }
}

/** Lists the values of a CSV line, for options that name fields. */
export function splitCsvLine(text) {
  return readRecords(text)[0]?.values ?? [];
}

function readRecords(text) {
  const bytes = Buffer.from(text);
  const records = [];
  const lineAt = byteLineCounter(bytes);
  let line = 1;
  const onRecord = (values, info) => {
    records.push({ values, line });
    line = lineAt(info.bytes);
    return null;
  };
  const options = { record_delimiter: ['\r\n', '\n'], relax_column_count: true };
  try {
    parse(bytes, { ...options, on_record: onRecord });
  } catch (error) {
    if (!(error.code in reasons)) throw error;
    throw new ImportError(line, reasons[error.code]);
  }
  return records;
}

// The parser's own count of lines takes a CRLF inside a quoted value for two.
function byteLineCounter(bytes) {
  let line = 1;
  let next = bytes.indexOf(0x0a);
  return (offset) => {
    for (; next !== -1 && next < offset; next = bytes.indexOf(0x0a, next + 1)) line++;
    return line;
  };
}
