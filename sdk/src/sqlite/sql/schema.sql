-- Tidemark's own tables in the app's database, and the rows they begin with. One file, one store:
-- the triggers that record the app's writes can only reach tables of their own database.

-- @ schema
CREATE TABLE tidemark_state (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  version INTEGER NOT NULL,        -- of these tables
  device TEXT NOT NULL,
  term INTEGER NOT NULL DEFAULT 0, -- of whoever leads
  cursor TEXT,
  known TEXT,
  clock TEXT,                      -- the greatest stamp that the hub is known to have accepted
  offset_ms INTEGER,
  hub TEXT,
  sweeping INTEGER NOT NULL DEFAULT 0,
  safe INTEGER NOT NULL DEFAULT 0, -- up to which seq the journal was emptied
  old INTEGER NOT NULL DEFAULT 0   -- up to here, the journal is from before the reading under way
);
-- What triggers add to the machine's clock: the offset, as the time of a stamp.
CREATE TABLE tidemark_clock (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  ahead INTEGER NOT NULL
);
CREATE TABLE tidemark_tables (
  tbl INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  merge TEXT NOT NULL,
  covered INTEGER NOT NULL,        -- 0: it was synced once, and may hold this user's rows
  counted INTEGER NOT NULL,        -- SQLite counts its keys: two devices make the same ones
  known INTEGER NOT NULL DEFAULT 0, -- the greatest key that a hub may know of an earlier sync
  fields TEXT NOT NULL             -- JSON: the fields by their places in a mask; never reordered
);
-- The log, an entry a record's write, in the order of writing. Its last row is never deleted: it
-- keeps the number of the last entry and the time of the last stamp for the next one.
-- op: 0 the end of what was committed together; 1 created; 2 changed, the fields of `mask`; 3
-- written whole; 4 deleted; 5 created, and sent since; 6 what an INSERT found under its key, 7 in
-- its way in a unique index: they count for nothing until they are settled.
CREATE TABLE tidemark_log (
  entry INTEGER PRIMARY KEY,
  tbl INTEGER,
  key,                             -- of one column as it is, of several as a JSON array
  op INTEGER NOT NULL,
  mask,                            -- by field '1' or '0'; of op 7: the key of the new row; of a
                                   -- creation under a counted key, and its offer: how it was born;
                                   -- of op 0: null, or what it ends was not settled
  time INTEGER,                    -- of the stamp: ms << 16 | counter
  node INTEGER,                    -- null: as the eras say
  place INTEGER,                   -- the entry it was written as, if it was put off
  tx TEXT,                         -- its transaction's name, if it was put off
  offer TEXT,
  columns TEXT                     -- JSON: of an offer
);
-- Which node stamps the entries from a number on.
CREATE TABLE tidemark_eras (entry INTEGER PRIMARY KEY, node INTEGER NOT NULL);
CREATE VIEW tidemark_entries AS
SELECT l.entry, l.tbl, l.key, l.op, l.mask,
  printf('%012x-%04x-%016x', l.time >> 16, l.time & 65535, coalesce(l.node, (SELECT e.node
    FROM tidemark_eras e WHERE e.entry <= l.entry ORDER BY e.entry DESC LIMIT 1))) AS stamp,
  l.place, l.tx, l.offer, l.columns,
  -- Some libraries end a text there: it would be another record's key.
  typeof(l.key) = 'text' AND instr(l.key, char(0)) AS cut
FROM tidemark_log l;
-- Values that a column of the app cannot hold: what it holds instead, and the value in tagged form.
-- A field that has no column has no `stored`.
CREATE TABLE tidemark_extras (
  tbl INTEGER NOT NULL, key NOT NULL, field TEXT NOT NULL, stored, value TEXT NOT NULL,
  PRIMARY KEY (tbl, key, field)
) WITHOUT ROWID;
CREATE TABLE tidemark_graves (
  tbl INTEGER NOT NULL, key NOT NULL, row TEXT NOT NULL, PRIMARY KEY (tbl, key)
) WITHOUT ROWID;
CREATE TABLE tidemark_shown (
  tbl INTEGER NOT NULL, key NOT NULL, PRIMARY KEY (tbl, key)
) WITHOUT ROWID;
-- Of records that get another key: empty but for the time that it takes.
CREATE TABLE tidemark_moves (
  tbl INTEGER NOT NULL, old NOT NULL, new NOT NULL, PRIMARY KEY (tbl, old)
) WITHOUT ROWID;
CREATE TABLE tidemark_rereads (
  n INTEGER PRIMARY KEY, name TEXT NOT NULL, id TEXT NOT NULL, UNIQUE (name, id)
);
CREATE TABLE tidemark_letters (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL, record TEXT NOT NULL, code TEXT NOT NULL, message TEXT NOT NULL,
  at INTEGER NOT NULL, change TEXT NOT NULL, row TEXT
);
CREATE TABLE tidemark_journal (
  n INTEGER PRIMARY KEY AUTOINCREMENT, seq INTEGER NOT NULL, heads TEXT NOT NULL
);
CREATE INDEX tidemark_journal_seq ON tidemark_journal (seq);
CREATE TABLE tidemark_losses (
  n INTEGER PRIMARY KEY,
  name TEXT NOT NULL, record TEXT NOT NULL, stamp TEXT NOT NULL, fields TEXT NOT NULL,
  at INTEGER NOT NULL, dropped INTEGER NOT NULL, loss TEXT NOT NULL,
  UNIQUE (name, record, stamp, fields)
);
CREATE INDEX tidemark_losses_at ON tidemark_losses (at);
CREATE TABLE tidemark_exchanges (n INTEGER PRIMARY KEY, entry TEXT NOT NULL);
INSERT INTO tidemark_clock VALUES (1, 0);
INSERT INTO tidemark_log (entry, op, time) VALUES (1, 0, 1);
INSERT INTO tidemark_eras SELECT 1, random();

-- @ version
-- Of the store in this database; no row: there is none.
SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'tidemark_state';

-- @ begin
INSERT INTO tidemark_state (one, version, device) VALUES (1, 1, ?1);
