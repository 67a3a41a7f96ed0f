// The JSON formats: an array of objects, an object of arrays of objects (a table each), and a line
// per object.
import { ImportError, quote } from './import-error.mjs';
import { JsonReader } from './json-reader.mjs';
import { lineCounter } from './text.mjs';

/** Tables of a JSON text; `name` is the table's if the text is one array. */
export function parseJson(text, { name }) {
  const collector = new Collector(text);
  const reader = collector.reader();
  const first = reader.peek();
  if (first === '') throw new ImportError(1, 'the file is empty');
  if (first === '[') collector.table(reader, name);
  else if (first === '{') reader.members((table, at) => collector.member(reader, table, at));
  else reader.unexpected('an array of objects, or an object of arrays of objects');
  reader.expectEnd();
  return collector.result();
}

/** The one table of a text that holds an object per line. */
export function parseNdjson(text, { name }) {
  const collector = new Collector(text);
  const table = { name, rows: [], lines: [] };
  for (let start = 0; start < text.length; ) {
    const newline = text.indexOf('\n', start);
    const end = newline === -1 ? text.length : newline;
    const reader = collector.reader(start, end);
    if (reader.peek() !== '') {
      collector.row(reader, table);
      reader.expectEnd();
    }
    start = end + 1;
  }
  if (table.rows.length === 0) throw new ImportError(1, 'the file is empty');
  collector.tables.push(table);
  return collector.result();
}

class Collector {
  constructor(text) {
    this.text = text;
    this.lineAt = lineCounter(text);
    this.tables = [];
    this.changes = [];
  }

  reader(start = 0, end = this.text.length) {
    const onChange = (change, number, at) =>
      this.changes.push({ line: this.lineAt(at), change, number });
    return new JsonReader(this.text, { start, end, onChange });
  }

  member(reader, name, at) {
    if (reader.peek() !== '[')
      throw new ImportError(this.lineAt(at), `table ${quote(name)} is not an array of objects`);
    this.table(reader, name);
  }

  table(reader, name) {
    const table = { name, rows: [], lines: [] };
    reader.items(() => this.row(reader, table));
    this.tables.push(table);
  }

  row(reader, table) {
    const line = this.lineAt(reader.at);
    if (reader.peek() !== '{') {
      const found = describe(reader.value());
      throw new ImportError(line, `row ${table.rows.length + 1} is ${found}, not an object`);
    }
    table.rows.push(reader.object());
    table.lines.push(line);
  }

  result() {
    return { tables: this.tables, changes: this.changes };
  }
}

function describe(value) {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'an array' : `a ${typeof value}`;
}
