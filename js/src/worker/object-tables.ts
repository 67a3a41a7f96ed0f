// The tables of a hub in a Durable Object's SQLite, and how those of an earlier form become these:
// an object may sleep for a year and wake under the code of today.

const tables = `
  CREATE TABLE IF NOT EXISTS meta (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    epoch TEXT NOT NULL, seq INTEGER NOT NULL, fence INTEGER NOT NULL, hub TEXT
  ) STRICT;
  CREATE TABLE IF NOT EXISTS records (
    tbl TEXT NOT NULL, id TEXT NOT NULL,
    seq INTEGER NOT NULL, whole_seq INTEGER NOT NULL, prev_seq INTEGER NOT NULL, by_node TEXT,
    base TEXT, fields TEXT NOT NULL, register TEXT NOT NULL, deleted INTEGER NOT NULL,
    lost_register TEXT, row TEXT NOT NULL,
    PRIMARY KEY (tbl, id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS records_by_seq ON records (seq);
  CREATE TABLE IF NOT EXISTS retired_nodes (node TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
`;

/** Makes what is not there yet, inside a transaction. */
export function prepareTables(sql: SqlStorage): void {
  sql.exec(tables);
  addColumn(sql, 'meta', 'hub', 'TEXT');
  sql.exec(
    'INSERT OR IGNORE INTO meta (one, epoch, seq, fence, hub) VALUES (1, ?, 0, 0, NULL)',
    drawName(),
  );
  sql.exec('UPDATE meta SET hub = ? WHERE hub IS NULL', drawName());
}

function addColumn(sql: SqlStorage, table: string, name: string, type: string): void {
  const found = sql.exec('SELECT 1 FROM pragma_table_info(?) WHERE name = ?', table, name);
  if (found.toArray().length === 0) sql.exec(`ALTER TABLE ${table} ADD COLUMN ${name} ${type}`);
}

/** A name that no other storage or epoch has. */
export function drawName(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
