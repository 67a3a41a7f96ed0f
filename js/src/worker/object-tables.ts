// The tables of a hub in a Durable Object's SQLite, and how those of an earlier form become these:
// an object may sleep for a year and wake under the code of today. What would have a table written
// anew stays as it was: prev_seq of records, which is 0 in all that is written now.
import { drawName } from './names.js';

const tables = `
  CREATE TABLE IF NOT EXISTS meta (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    epoch TEXT NOT NULL, seq INTEGER NOT NULL, fence INTEGER NOT NULL,
    hub TEXT, losses INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE TABLE IF NOT EXISTS records (
    tbl TEXT NOT NULL, id TEXT NOT NULL,
    seq INTEGER NOT NULL, whole_seq INTEGER NOT NULL, prev_seq INTEGER NOT NULL, by_node TEXT,
    base TEXT, fields TEXT NOT NULL, register TEXT NOT NULL, deleted INTEGER NOT NULL,
    lost_register TEXT, row TEXT NOT NULL, born TEXT,
    PRIMARY KEY (tbl, id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS records_by_seq ON records (seq);
  CREATE INDEX IF NOT EXISTS tombstones_by_seq ON records (seq) WHERE deleted = 1;
  CREATE TABLE IF NOT EXISTS epochs (
    epoch TEXT PRIMARY KEY, parent TEXT, restored_seq INTEGER NOT NULL, purged TEXT,
    began INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS marks (at INTEGER PRIMARY KEY, seq INTEGER NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS retired_nodes (
    node TEXT PRIMARY KEY, bound INTEGER NOT NULL DEFAULT 0
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS nodes (
    node TEXT PRIMARY KEY, turn TEXT NOT NULL, seen INTEGER NOT NULL DEFAULT 0
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS losses (
    tbl TEXT NOT NULL, id TEXT NOT NULL, stamp TEXT NOT NULL, field TEXT NOT NULL,
    n INTEGER NOT NULL, value TEXT NOT NULL, winner TEXT NOT NULL, deleted INTEGER NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (tbl, id, stamp, field)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS losses_by_n ON losses (n);
  CREATE INDEX IF NOT EXISTS losses_by_time ON losses (at);
  CREATE TABLE IF NOT EXISTS sync_metadata (
    device TEXT PRIMARY KEY, last_pull_at INTEGER, last_push_at INTEGER,
    changes_pushed INTEGER NOT NULL, conflicts INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
`;

/** Makes what is not there yet, inside a transaction. */
export function prepareTables(sql: SqlStorage): void {
  sql.exec(tables);
  addColumn(sql, 'meta', 'hub', 'TEXT');
  addColumn(sql, 'meta', 'losses', 'INTEGER NOT NULL DEFAULT 0');
  addColumn(sql, 'nodes', 'seen', 'INTEGER NOT NULL DEFAULT 0');
  addColumn(sql, 'records', 'born', 'TEXT');
  // When its nodes were retired was not noted: none of their stamps is known to be fine.
  addColumn(sql, 'retired_nodes', 'bound', 'INTEGER NOT NULL DEFAULT 0');
  sql.exec(
    'INSERT OR IGNORE INTO meta (one, epoch, seq, fence, hub) VALUES (1, ?, 0, 0, NULL)',
    drawName(),
  );
  sql.exec('UPDATE meta SET hub = ? WHERE hub IS NULL', drawName());
  sql.exec(`INSERT INTO epochs SELECT epoch, NULL, 0, NULL, 0 FROM meta
    WHERE NOT EXISTS (SELECT 1 FROM epochs)`);
}

function addColumn(sql: SqlStorage, table: string, name: string, type: string): void {
  const found = sql.exec('SELECT 1 FROM pragma_table_info(?) WHERE name = ?', table, name);
  if (found.toArray().length === 0) sql.exec(`ALTER TABLE ${table} ADD COLUMN ${name} ${type}`);
}
