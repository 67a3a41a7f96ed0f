// Generated from sdk/src/sqlite/sql by js/scripts/gen-sql.mjs. Do not edit.
export const sql = {
  logRead: `SELECT * FROM tidemark_entries WHERE entry > ?1 ORDER BY entry LIMIT ?2;`,
  logBehind: `SELECT * FROM tidemark_entries WHERE entry > ?1 AND op BETWEEN 1 AND 5 AND (tbl, key) IN (
  SELECT tbl, key FROM tidemark_log WHERE entry <= ?1 AND op BETWEEN 1 AND 5) ORDER BY entry;`,
  logKeyBytes: `SELECT hex(key) FROM tidemark_log WHERE entry = ?1;`,
  logOf: `SELECT * FROM tidemark_entries WHERE op BETWEEN 1 AND 5 AND (tbl, key) IN (
  SELECT value ->> 0, value ->> 1 FROM json_each(?1)) ORDER BY entry;`,
  logCount: `SELECT count(*), (SELECT max(entry) FROM tidemark_log) FROM tidemark_log WHERE op BETWEEN 1 AND 5;`,
  logSince: `SELECT count(*), coalesce(max(entry), ?1) FROM tidemark_log WHERE entry > ?1 AND op BETWEEN 1 AND 5;`,
  logAdopted: `SELECT count(*) FROM tidemark_log WHERE op BETWEEN 1 AND 5 AND time < 1 << 32 AND offer IS NULL;`,
  logNewest: `SELECT max(stamp) FROM tidemark_entries WHERE op BETWEEN 1 AND 5 AND offer IS NULL;`,
  logFirst: `SELECT min(entry) FROM tidemark_log;`,
  logLast: `SELECT max(entry) FROM tidemark_log;`,
  logSettled: `SELECT entry FROM tidemark_log WHERE op = 0 AND mask IS NULL ORDER BY entry DESC LIMIT 1;`,
  logNoted: `SELECT n.entry, n.tbl, n.key, n.op, n.mask, w.entry, w.key, w.op
FROM tidemark_log n LEFT JOIN tidemark_log w ON w.entry = (
  SELECT min(x.entry) FROM tidemark_log x WHERE x.entry > n.entry AND x.tbl = n.tbl
    AND CASE n.op WHEN 6 THEN x.op = 1 OR x.op IN (2, 3, 4) AND x.key = n.key
      ELSE CASE n.mask WHEN -1 THEN x.op = 1 ELSE x.op IN (1, 2) AND x.key = n.mask END END)
WHERE n.entry > ?1 AND n.op IN (6, 7) ORDER BY n.entry;`,
  logSettleDelete: `UPDATE tidemark_log SET op = 4, mask = NULL, time = (SELECT time FROM tidemark_log WHERE entry = ?2)
WHERE entry = ?1;`,
  logSettleChange: `UPDATE tidemark_log SET op = CASE WHEN ?2 IS NULL THEN 3 ELSE 2 END, mask = ?2 WHERE entry = ?1;`,
  logRemove: `DELETE FROM tidemark_log WHERE entry IN (SELECT value FROM json_each(?1));`,
  logRemoveNoted: `DELETE FROM tidemark_log WHERE entry > ?1 AND op IN (6, 7);`,
  logRemoveEmpty: `DELETE FROM tidemark_log WHERE entry > ?1 AND op = 2 AND mask NOT LIKE '%1%' AND columns IS NULL
  AND length(mask) >= (SELECT json_array_length(fields) FROM tidemark_tables t
    WHERE t.tbl = tidemark_log.tbl);`,
  logRemoveAfter: `DELETE FROM tidemark_log WHERE entry > ?1;`,
  logRemoveAdopted: `DELETE FROM tidemark_log WHERE op BETWEEN 1 AND 5 AND time < 1 << 32 AND offer IS NULL;`,
  logBound: `INSERT INTO tidemark_log (op, time) SELECT 0, time FROM tidemark_log
WHERE entry = (SELECT max(entry) FROM tidemark_log) AND (op <> 0 OR mask IS NOT NULL);`,
  logEnd: `INSERT INTO tidemark_log (op, mask, time) SELECT 0, 1, time FROM tidemark_log
WHERE entry = (SELECT max(entry) FROM tidemark_log) AND op <> 0;`,
  logUnbind: `DELETE FROM tidemark_log WHERE op = 0 AND (SELECT n.op FROM tidemark_log n
  WHERE n.entry > tidemark_log.entry ORDER BY n.entry LIMIT 1) = 0;`,
  logRaise: `UPDATE tidemark_log SET time = max(time, ?1) WHERE entry = (SELECT max(entry) FROM tidemark_log);`,
  logSetTime: `UPDATE tidemark_log SET time = ?1 WHERE entry = (SELECT max(entry) FROM tidemark_log);`,
  logSent: `UPDATE tidemark_log SET op = 5 WHERE op = 1 AND entry IN (SELECT value FROM json_each(?1));`,
  logWhole: `UPDATE tidemark_log SET op = 3, mask = NULL WHERE op IN (1, 2, 5) AND columns IS NULL
  AND entry IN (SELECT value FROM json_each(?1));`,
  logColumns: `UPDATE tidemark_log SET columns = ?2 WHERE entry = ?1;`,
  logLater: `INSERT INTO tidemark_log (tbl, key, op, mask, time, node, place, tx, offer, columns)
SELECT tbl, key, op, mask, time, coalesce(node, (SELECT e.node FROM tidemark_eras e
    WHERE e.entry <= l.entry ORDER BY e.entry DESC LIMIT 1)), coalesce(place, entry), ?2, offer,
  columns
FROM tidemark_log l WHERE entry = ?1;`,
  logStamp: `UPDATE tidemark_log SET time = ?2, node = ?3 WHERE entry = ?1;`,
  logAdd: `INSERT INTO tidemark_log (entry, tbl, key, op, mask, time, node, tx, offer, columns)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10);`,
  logHas: `SELECT EXISTS (SELECT 1 FROM tidemark_log WHERE tbl = ?1 AND key = ?2 AND op BETWEEN 1 AND 5);`,
  logNow: `SELECT max((CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) << 16) + ahead,
  (SELECT time FROM tidemark_log WHERE entry = (SELECT max(entry) FROM tidemark_log)) + 1)
FROM tidemark_clock WHERE one = 1;`,
  era: `INSERT OR REPLACE INTO tidemark_eras SELECT max(entry) + 1, ?1 FROM tidemark_log;`,
  eraDrop: `DELETE FROM tidemark_eras WHERE entry < (SELECT max(e.entry) FROM tidemark_eras e
  WHERE e.entry <= (SELECT min(entry) FROM tidemark_log WHERE op <> 0 AND node IS NULL));`,
  logReused: `UPDATE tidemark_log SET mask = NULL
WHERE entry > ?1 AND op IN (1, 5) AND mask IS NOT NULL AND +entry IN (
  SELECT entry FROM (
    SELECT entry, coalesce(place, entry) AS place,
      min(coalesce(place, entry)) OVER (PARTITION BY tbl, key) AS first
    FROM tidemark_log WHERE op BETWEEN 1 AND 5 AND (tbl, key) IN (
      SELECT tbl, key FROM tidemark_log WHERE op = 4
        AND tbl IN (SELECT tbl FROM tidemark_tables WHERE counted)))
  WHERE place > first);`,
  logUntaken: `UPDATE tidemark_log SET op = 1 WHERE op = 5 AND entry IN (SELECT value FROM json_each(?1));`,
  logKnown: `UPDATE tidemark_log SET op = 3, mask = NULL WHERE op IN (1, 5) AND tbl = ?1 AND key = ?2;`,
  logDropRecord: `DELETE FROM tidemark_log WHERE op BETWEEN 1 AND 5 AND tbl = ?1 AND key = ?2;`,
  renumberTexts: `WITH RECURSIVE
root AS (SELECT t.tbl, s.name, '"' || replace(s.name, '"', '""') || '"' AS quoted, c.name AS id,
    '"' || replace(c.name, '"', '""') || '"' AS quoted_id
  FROM tidemark_tables t JOIN sqlite_schema s ON s.type = 'table' AND lower(s.name) = lower(t.name),
    pragma_table_xinfo(s.name) c
  WHERE t.tbl = ?1 AND c.pk = 1),
links AS (SELECT s.name AS child, f."from" AS child_column, f."table" AS parent,
    coalesce(f."to", (SELECT p.name FROM pragma_table_xinfo(f."table") p WHERE p.pk = f.seq + 1))
      AS parent_column
  FROM sqlite_schema s, pragma_foreign_key_list(s.name) f WHERE s.type = 'table'),
holders (holder, field) AS (
  SELECT name, lower(id) FROM root
  UNION
  SELECT l.child, lower(l.child_column) FROM holders h JOIN links l
    ON lower(l.parent) = lower(h.holder) AND lower(l.parent_column) = h.field),
columns AS (SELECT holder, '"' || replace(holder, '"', '""') || '"' AS onto, c.pk,
    '"' || replace(c.name, '"', '""') || '"' AS quoted,
    (holder, lower(c.name)) IN (SELECT holder, field FROM holders) AS holds,
    holder = root.name AND c.pk > 0 AS is_root,
    (SELECT tbl FROM tidemark_tables t WHERE lower(t.name) = lower(holder)) AS tbl
  FROM root, (SELECT DISTINCT holder FROM holders), pragma_table_xinfo(holder) c),
parts AS (SELECT *, quoted || ' IN (SELECT old FROM tidemark_moves WHERE tbl = ' || ?1 || ')'
    AS is_moved,
    CASE holds WHEN 0 THEN quoted ELSE 'coalesce((SELECT new FROM tidemark_moves WHERE tbl = ' || ?1
      || ' AND old = ' || quoted || '), ' || quoted || ')' END AS now
  FROM columns WHERE NOT is_root AND (holds OR pk > 0) ORDER BY holder, pk),
keys AS (SELECT holder, CASE count(*) WHEN 1 THEN max(quoted) ELSE 'json_array('
      || group_concat('CASE typeof(' || quoted || ') WHEN ''blob'' THEN json_object(''blob'', hex('
      || quoted || ')) ELSE ' || quoted || ' END', ', ') || ')' END AS old,
    CASE count(*) WHEN 1 THEN max(now) ELSE 'json_array('
      || group_concat('CASE typeof(' || quoted || ') WHEN ''blob'' THEN json_object(''blob'', hex('
      || quoted || ')) ELSE ' || now || ' END', ', ') || ')' END AS new
  FROM parts WHERE pk > 0 GROUP BY holder),
sets AS (SELECT holder, onto, tbl, pk > 0 OR tbl IS NULL AS silent,
    group_concat(quoted || ' = ' || now, ', ') AS sets, group_concat(is_moved, ' OR ') AS moved
  FROM parts WHERE holds GROUP BY holder, pk > 0 OR tbl IS NULL)
SELECT 'late', 'DELETE FROM ' || quoted || ' WHERE ' || quoted_id || ' IN (SELECT old FROM '
    || 'tidemark_moves WHERE tbl = ' || tbl || ' AND new IN (SELECT ' || quoted_id || ' FROM '
    || quoted || '))' FROM root
UNION ALL
SELECT 'row', 'UPDATE ' || quoted || ' SET ' || quoted_id || ' = (SELECT new FROM tidemark_moves '
    || 'WHERE tbl = ' || tbl || ' AND old = ' || quoted_id || ') WHERE ' || quoted_id
    || ' IN (SELECT old FROM tidemark_moves WHERE tbl = ' || tbl || ')' FROM root
UNION ALL
SELECT 'most', 'SELECT coalesce(max(n), 0) FROM (SELECT max(key) AS n FROM tidemark_log '
    || 'WHERE tbl = ' || ?1 || ' AND op BETWEEN 1 AND 5 UNION ALL '
    || (SELECT group_concat('SELECT max(' || quoted || ') FROM ' || onto || CASE is_root WHEN 0
        THEN ' WHERE typeof(' || quoted || ') = ''integer''' ELSE '' END, ' UNION ALL ')
      FROM columns WHERE holds)
    || (SELECT CASE WHEN EXISTS (SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_sequence')
      THEN ' UNION ALL SELECT seq FROM sqlite_sequence WHERE name = ' || quote(name) ELSE '' END
      FROM root) || ')'
UNION ALL
SELECT 'keys', 'INSERT OR IGNORE INTO tidemark_moves SELECT ' || tbl || ', ' || old || ', ' || new
    || ' FROM ' || onto || ' WHERE ' || moved
  FROM sets JOIN keys USING (holder) WHERE silent AND tbl IS NOT NULL
UNION ALL
SELECT CASE silent WHEN 1 THEN 'refs' ELSE 'fields' END,
  'UPDATE ' || onto || ' SET ' || sets || ' WHERE ' || moved FROM sets;`,
  sequenceRaise: `UPDATE sqlite_sequence SET seq = ?2 WHERE name = ?1 AND seq < ?2;`,
  movesAdd: `INSERT INTO tidemark_moves SELECT ?1, value ->> 0, value ->> 1 FROM json_each(?2);`,
  movesMade: `SELECT m.tbl, m.old, m.new FROM tidemark_moves m WHERE m.tbl <> ?1 AND NOT EXISTS (
  SELECT 1 FROM tidemark_log l WHERE l.op = 1 AND l.tbl = m.tbl AND l.key = m.new);`,
  movesLog: `UPDATE tidemark_log SET op = CASE op WHEN 5 THEN 1 ELSE op END,
  key = (SELECT new FROM tidemark_moves m
    WHERE m.tbl = tidemark_log.tbl AND m.old = tidemark_log.key)
WHERE op BETWEEN 1 AND 5 AND (tbl, key) IN (SELECT tbl, old FROM tidemark_moves);`,
  movesGraves: `UPDATE tidemark_graves SET key = (SELECT new FROM tidemark_moves m
  WHERE m.tbl = tidemark_graves.tbl AND m.old = tidemark_graves.key)
WHERE (tbl, key) IN (SELECT tbl, old FROM tidemark_moves);`,
  movesExtras: `UPDATE tidemark_extras SET key = (SELECT new FROM tidemark_moves m
  WHERE m.tbl = tidemark_extras.tbl AND m.old = tidemark_extras.key)
WHERE (tbl, key) IN (SELECT tbl, old FROM tidemark_moves);`,
  movesUnsent: `DELETE FROM tidemark_log WHERE entry > ?1 AND op = 2 AND (tbl, key) IN (
  SELECT tbl, key FROM tidemark_log WHERE op = 1 AND entry <= ?1);`,
  movesClear: `DELETE FROM tidemark_moves;`,
  randomNumber: `SELECT 1 + abs(random() % 9007199254740991);`,
  schema: `CREATE TABLE tidemark_state (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  version INTEGER NOT NULL,
  device TEXT NOT NULL,
  term INTEGER NOT NULL DEFAULT 0,
  cursor TEXT,
  known TEXT,
  clock TEXT,
  offset_ms INTEGER,
  hub TEXT,
  sweeping INTEGER NOT NULL DEFAULT 0,
  safe INTEGER NOT NULL DEFAULT 0,
  old INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE tidemark_clock (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  ahead INTEGER NOT NULL
);
CREATE TABLE tidemark_tables (
  tbl INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  merge TEXT NOT NULL,
  covered INTEGER NOT NULL,
  counted INTEGER NOT NULL,
  known INTEGER NOT NULL DEFAULT 0,
  fields TEXT NOT NULL
);
CREATE TABLE tidemark_log (
  entry INTEGER PRIMARY KEY,
  tbl INTEGER,
  key,
  op INTEGER NOT NULL,
  mask,
  time INTEGER,
  node INTEGER,
  place INTEGER,
  tx TEXT,
  offer TEXT,
  columns TEXT
);
CREATE TABLE tidemark_eras (entry INTEGER PRIMARY KEY, node INTEGER NOT NULL);
CREATE VIEW tidemark_entries AS
SELECT l.entry, l.tbl, l.key, l.op, l.mask,
  printf('%012x-%04x-%016x', l.time >> 16, l.time & 65535, coalesce(l.node, (SELECT e.node
    FROM tidemark_eras e WHERE e.entry <= l.entry ORDER BY e.entry DESC LIMIT 1))) AS stamp,
  l.place, l.tx, l.offer, l.columns,
  typeof(l.key) = 'text' AND instr(l.key, char(0)) AS cut
FROM tidemark_log l;
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
INSERT INTO tidemark_eras SELECT 1, random();`,
  version: `SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'tidemark_state';`,
  begin: `INSERT INTO tidemark_state (one, version, device) VALUES (1, 1, ?1);`,
  state: `SELECT device, term, cursor, known, clock, offset_ms, hub, sweeping, safe, old FROM tidemark_state;`,
  statePut: `UPDATE tidemark_state SET device = ?1, term = ?2, cursor = ?3, known = ?4, clock = ?5,
  offset_ms = ?6, hub = ?7, sweeping = ?8, safe = ?9, old = ?10;`,
  clockPut: `UPDATE tidemark_clock SET ahead = ?1;`,
  rereads: `SELECT name, id FROM tidemark_rereads ORDER BY n LIMIT ?1;`,
  rereadCount: `SELECT count(*) FROM tidemark_rereads;`,
  rereadHas: `SELECT EXISTS (SELECT 1 FROM tidemark_rereads WHERE name = ?1 AND id = ?2);`,
  rereadAdd: `INSERT OR IGNORE INTO tidemark_rereads (name, id) VALUES (?1, ?2);`,
  rereadDrop: `DELETE FROM tidemark_rereads WHERE name = ?1 AND id = ?2;`,
  grave: `SELECT row FROM tidemark_graves WHERE tbl = ?1 AND key = ?2;`,
  gravePut: `INSERT OR REPLACE INTO tidemark_graves VALUES (?1, ?2, ?3);`,
  gravesDrop: `DELETE FROM tidemark_graves WHERE NOT EXISTS (SELECT 1 FROM tidemark_log l
  WHERE l.tbl = tidemark_graves.tbl AND l.key = tidemark_graves.key AND l.op BETWEEN 1 AND 5);`,
  graveCount: `SELECT count(*) FROM tidemark_graves;`,
  letters: `SELECT id, change, code, message, at, row FROM tidemark_letters ORDER BY id;`,
  letter: `SELECT id, change, code, message, at, row FROM tidemark_letters WHERE id = ?1;`,
  letterAdd: `INSERT INTO tidemark_letters (name, record, code, message, at, change, row)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7);`,
  letterDrop: `DELETE FROM tidemark_letters WHERE id = ?1;`,
  letterDropRefused: `DELETE FROM tidemark_letters WHERE name = ?1 AND record = ?2 AND code = 'constraint';`,
  letterCount: `SELECT count(*) FROM tidemark_letters;`,
  letterOf: `SELECT EXISTS (SELECT 1 FROM tidemark_letters WHERE name = ?1 AND record = ?2);`,
  lettersSaying: `SELECT name, record, row FROM tidemark_letters WHERE message LIKE ?1 AND row IS NOT NULL;`,
  letterRecords: `SELECT DISTINCT name, record FROM tidemark_letters;`,
  journalAdd: `INSERT INTO tidemark_journal (seq, heads) VALUES (?1, ?2);`,
  journalLast: `SELECT n, seq FROM tidemark_journal ORDER BY n DESC LIMIT 1;`,
  journalPast: `SELECT seq, heads FROM tidemark_journal WHERE seq > ?1 ORDER BY n;`,
  journalDropPast: `DELETE FROM tidemark_journal WHERE seq > ?1;`,
  journalDropSafe: `DELETE FROM tidemark_journal WHERE seq <= ?1;`,
  journalDropOld: `DELETE FROM tidemark_journal WHERE n <= ?1;`,
  losses: `SELECT loss FROM tidemark_losses WHERE at >= ?1 AND dropped = ?2 ORDER BY at, n;`,
  lossesOf: `SELECT loss FROM tidemark_losses WHERE name = ?1 AND record = ?2 AND stamp = ?3;`,
  lossPut: `INSERT OR REPLACE INTO tidemark_losses (name, record, stamp, fields, at, dropped, loss)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7);`,
  lossesTrim: `DELETE FROM tidemark_losses WHERE at < ?1 OR n NOT IN (
  SELECT n FROM tidemark_losses ORDER BY at DESC, n DESC LIMIT ?2);`,
  exchangeAdd: `INSERT INTO tidemark_exchanges (entry) VALUES (?1);`,
  exchangesTrim: `DELETE FROM tidemark_exchanges WHERE n NOT IN (
  SELECT n FROM tidemark_exchanges ORDER BY n DESC LIMIT ?1);`,
  exchanges: `SELECT entry FROM tidemark_exchanges ORDER BY n;`,
  shownAdd: `INSERT OR IGNORE INTO tidemark_shown VALUES (?1, ?2);`,
  shownPending: `INSERT OR IGNORE INTO tidemark_shown SELECT tbl, key FROM tidemark_log WHERE op BETWEEN 1 AND 5;`,
  shownClear: `DELETE FROM tidemark_shown;`,
  extras: `SELECT field, stored, value FROM tidemark_extras WHERE tbl = ?1 AND key = ?2;`,
  extrasCount: `SELECT count(*) FROM tidemark_extras;`,
  extraPut: `INSERT OR REPLACE INTO tidemark_extras VALUES (?1, ?2, ?3, ?4, ?5);`,
  extraDrop: `DELETE FROM tidemark_extras WHERE tbl = ?1 AND key = ?2 AND field = ?3;`,
  extrasDrop: `DELETE FROM tidemark_extras WHERE tbl = ?1 AND key = ?2;`,
  clear: `DELETE FROM tidemark_extras; DELETE FROM tidemark_graves; DELETE FROM tidemark_shown;
DELETE FROM tidemark_rereads; DELETE FROM tidemark_letters; DELETE FROM tidemark_journal;
DELETE FROM tidemark_losses; DELETE FROM tidemark_exchanges;
DELETE FROM tidemark_log WHERE entry < (SELECT max(entry) FROM tidemark_log);
UPDATE tidemark_state SET cursor = NULL, known = NULL, clock = NULL, hub = NULL, sweeping = 0,
  safe = 0, old = 0, term = term + 1;`,
  tableKind: `SELECT l.type, (SELECT count(*) FROM pragma_table_xinfo(l.name, 'main') WHERE pk > 0),
  l.wr = 0 AND (SELECT count(*) = 1 AND max(upper(type)) = 'INTEGER'
    FROM pragma_table_xinfo(l.name, 'main') WHERE pk > 0)
    AND NOT EXISTS (SELECT 1 FROM pragma_index_list(l.name, 'main') WHERE origin = 'pk')
    AND NOT EXISTS (SELECT 1 FROM pragma_foreign_key_list(l.name, 'main') f,
        pragma_table_xinfo(l.name, 'main') c
      WHERE c.pk = 1 AND lower(f."from") = lower(c.name) AND lower(f."table") <> lower(l.name)),
  l.name
FROM pragma_table_list(?1) l WHERE l.schema = 'main';`,
  tableColumns: `SELECT name,
  CASE WHEN lower(type) LIKE '%int%' THEN 'integer'
    WHEN lower(type) LIKE '%char%' OR lower(type) LIKE '%clob%' OR lower(type) LIKE '%text%'
      THEN 'text'
    WHEN lower(type) LIKE '%blob%' OR lower(type) IN ('', 'any') THEN 'none'
    WHEN lower(type) LIKE '%real%' OR lower(type) LIKE '%floa%' OR lower(type) LIKE '%doub%'
      THEN 'real'
    ELSE 'numeric' END,
  pk, CASE WHEN dflt_value GLOB '"*"'
      THEN quote(replace(substr(dflt_value, 2, length(dflt_value) - 2), '""', '"'))
    WHEN dflt_value GLOB '\`*\`'
      THEN quote(replace(substr(dflt_value, 2, length(dflt_value) - 2), '\`\`', '\`'))
    WHEN dflt_value GLOB '[[]*' THEN quote(substr(dflt_value, 2, length(dflt_value) - 2))
    WHEN dflt_value GLOB '[A-Za-z_]*' AND dflt_value NOT GLOB '*[^A-Za-z0-9_$]*'
        AND lower(dflt_value) NOT IN ('null', 'true', 'false', 'current_time', 'current_date',
          'current_timestamp') THEN quote(dflt_value)
    ELSE coalesce(dflt_value, 'NULL') END
FROM pragma_table_xinfo(?1, 'main') WHERE hidden = 0 ORDER BY cid;`,
  tableTexts: `WITH
synced AS (SELECT tbl, name, 'main."' || replace(name, '"', '""') || '"' AS quoted, counted, known
  FROM tidemark_tables WHERE tbl = ?1),
columns AS (SELECT c.cid, c.pk, '"' || replace(c.name, '"', '""') || '"' AS quoted
  FROM synced, pragma_table_xinfo(synced.name, 'main') c WHERE c.hidden = 0),
indexes AS (SELECT
    EXISTS (SELECT 1 FROM pragma_index_list(synced.name, 'main') WHERE "unique" AND origin <> 'pk')
      AS others,
    EXISTS (SELECT 1 FROM pragma_index_list(synced.name, 'main') i,
        pragma_index_xinfo(i.name, 'main') x
      WHERE i.origin = 'pk' AND x.key AND upper(x.coll) <> 'BINARY') AS twins
  FROM synced),
listed AS (SELECT group_concat(quoted, ', ') AS all_columns, group_concat('?', ', ') AS marks,
    coalesce(group_concat(CASE WHEN pk = 0 THEN quoted || ' = excluded.' || quoted END, ', '), '')
    AS sets,
    group_concat(CASE WHEN pk = 0 THEN quoted || ' = ?' END, ', ') AS changes
  FROM (SELECT * FROM columns ORDER BY cid)),
keyed AS (SELECT group_concat(columns.quoted, ', ') AS keys, max(columns.quoted) AS one,
    CASE twins WHEN 0 THEN group_concat(columns.quoted || ' = ? COLLATE BINARY', ' AND ')
      ELSE '(' || group_concat(columns.quoted, ', ') || ') IN (SELECT '
        || group_concat('x.' || columns.quoted, ', ') || ' FROM (SELECT '
        || group_concat('? AS p' || pk, ', ') || ') AS sought, ' || synced.quoted || ' AS x WHERE '
        || group_concat('x.' || columns.quoted || ' = sought.p' || pk || ' AND x.' || columns.quoted
          || ' = sought.p' || pk || ' COLLATE BINARY', ' AND ') || ')' END AS is_key,
    CASE count(*) WHEN 1 THEN max(columns.quoted)
      ELSE 'json_array(' || group_concat('CASE typeof(' || columns.quoted || ') WHEN ''blob'' THEN '
        || 'json_object(''blob'', hex(' || columns.quoted || ')) ELSE ' || columns.quoted || ' END',
        ', ') || ')' END || ' COLLATE BINARY' AS key,
    group_concat('?', ', ') AS marks,
    group_concat('(typeof(' || columns.quoted || ') IN (''text'', ''blob'') OR ' || columns.quoted
      || ' = CAST(' || columns.quoted || ' AS INTEGER) AND ' || columns.quoted
      || ' BETWEEN -9007199254740991 AND 9007199254740991)', ' AND ') AS has_name
  FROM synced, indexes, (SELECT * FROM columns WHERE pk > 0 ORDER BY pk) AS columns)
SELECT
  'SELECT ' || all_columns || ' FROM ' || synced.quoted || ' WHERE ' || is_key,
  'INSERT OR ABORT INTO ' || synced.quoted || ' AS tidemark (' || all_columns || ') VALUES ('
    || listed.marks || ')' || CASE twins WHEN 1 THEN '' ELSE ' ON CONFLICT (' || keys || ') DO ' || CASE sets
    WHEN '' THEN 'NOTHING' ELSE 'UPDATE SET ' || sets END END,
  'DELETE FROM ' || synced.quoted || ' WHERE ' || is_key,
  'SELECT ' || all_columns || ' FROM ' || synced.quoted || ' ORDER BY ' || keys || ' LIMIT ?',
  'SELECT ' || all_columns || ' FROM ' || synced.quoted || ' WHERE (' || keys || ') > ('
    || keyed.marks || ') ORDER BY ' || keys || ' LIMIT ?',
  'UPDATE OR ABORT ' || synced.quoted || ' SET ',
  ' WHERE ' || is_key,
  'DELETE FROM ' || synced.quoted || ' WHERE ' || key
    || ' NOT IN (SELECT key FROM tidemark_shown WHERE tbl = ' || tbl || ') AND ' || has_name,
  'INSERT INTO tidemark_log (entry, tbl, key, op, mask, time, node) '
    || 'SELECT ?1 - row_number() OVER (), ' || tbl || ', ' || key || ', ?2, '
    || CASE counted WHEN 1 THEN 'CASE WHEN ?2 = 1 AND ' || one || ' > ' || known
      || ' THEN lower(hex(randomblob(8))) END' ELSE 'NULL' END
    || ', ?3 + row_number() OVER (), ?4 FROM ' || synced.quoted
    || ' WHERE ' || key || ' NOT IN (SELECT key FROM tidemark_log WHERE tbl = ' || tbl
    || ' AND op BETWEEN 1 AND 5 AND key IS NOT NULL) OR ' || key || ' IS NULL',
  CASE WHEN others OR twins THEN 'INSERT OR ABORT INTO ' || synced.quoted
    || ' AS tidemark (' || all_columns || ') VALUES (' || listed.marks
    || ') ON CONFLICT DO UPDATE SET ' || one || ' = ' || one || ' RETURNING ' || keys END,
  CASE twins WHEN 1 THEN coalesce('UPDATE OR ABORT ' || synced.quoted || ' SET ' || changes,
    'SELECT 1 FROM ' || synced.quoted) || ' WHERE ' || is_key END
FROM synced, indexes, listed, keyed;`,
  columnTexts: `WITH
synced AS (SELECT tbl, 'main."' || replace(name, '"', '""') || '"' AS quoted, name
  FROM tidemark_tables WHERE tbl = ?1),
added AS (SELECT c.name, '"' || replace(c.name, '"', '""') || '"' AS quoted
  FROM synced, pragma_table_xinfo(synced.name, 'main') c WHERE c.name = ?2),
keyed AS (SELECT CASE count(*) WHEN 1 THEN max(quoted)
      ELSE 'json_array(' || group_concat('CASE typeof(' || quoted || ') WHEN ''blob'' THEN '
        || 'json_object(''blob'', hex(' || quoted || ')) ELSE ' || quoted || ' END', ', ') || ')'
      END || ' COLLATE BINARY' AS key
  FROM (SELECT '"' || replace(c.name, '"', '""') || '"' AS quoted
    FROM synced, pragma_table_xinfo(synced.name, 'main') c WHERE c.pk > 0 ORDER BY c.pk)),
placed AS (SELECT (SELECT group_concat(value = ?2, '')
    FROM (SELECT value FROM json_each(t.fields) ORDER BY key)) AS mask
  FROM tidemark_tables t WHERE t.tbl = ?1)
SELECT 'INSERT OR IGNORE INTO tidemark_extras SELECT ' || tbl || ', ' || key || ', '
    || quote(added.name) || ', ' || added.quoted || ', ''{"$tm:absent":0}'' FROM ' || synced.quoted
    || ' WHERE ' || added.quoted || ' IS NOT NULL AND ' || added.quoted || ' IS ?1',
  'INSERT INTO tidemark_log (entry, tbl, key, op, mask, time, node) SELECT '
    || '?1 - row_number() OVER (), ' || tbl || ', ' || key || ', 2, ' || quote(mask)
    || ', ?2 + row_number() OVER (), ?3 FROM ' || synced.quoted || ' WHERE ' || added.quoted
    || ' IS NOT NULL AND ' || added.quoted || ' IS NOT ?4 AND ' || key
    || ' NOT IN (SELECT key FROM tidemark_log WHERE tbl = ' || tbl
    || ' AND op BETWEEN 1 AND 5 AND key IS NOT NULL)'
FROM synced, added, keyed, placed;`,
  fieldExtras: `SELECT key, value FROM tidemark_extras WHERE tbl = ?1 AND field = ?2;`,
  tables: `SELECT tbl, name, merge, covered, counted, fields FROM tidemark_tables ORDER BY tbl;`,
  tableAdd: `INSERT INTO tidemark_tables (name, merge, covered, counted, fields) VALUES (?1, ?2, 1, ?3, '[]')
ON CONFLICT (name) DO UPDATE SET merge = excluded.merge, covered = 1, counted = excluded.counted;`,
  tableRenamed: `UPDATE tidemark_tables SET name = ?1 WHERE name <> ?1 AND tbl = (
    SELECT CAST(substr(name, 10) AS INTEGER) FROM sqlite_schema WHERE type = 'trigger'
      AND tbl_name = ?1 AND name LIKE 'tidemark\\_%\\_insert' ESCAPE '\\')
  AND NOT EXISTS (SELECT 1 FROM tidemark_tables WHERE name = ?1);`,
  tableDropped: `DELETE FROM tidemark_log WHERE tbl IN (SELECT tbl FROM tidemark_tables t
  WHERE NOT EXISTS (SELECT 1 FROM sqlite_schema s WHERE s.type = 'table' AND s.name = t.name)
    AND NOT EXISTS (SELECT 1 FROM sqlite_schema s WHERE s.type = 'trigger'
      AND s.name = 'tidemark_' || t.tbl || '_insert'));`,
  tableUncover: `UPDATE tidemark_tables SET covered = 0 WHERE name NOT IN (SELECT value FROM json_each(?1));`,
  tableKnown: `UPDATE tidemark_tables SET known = max(known, ?2) WHERE tbl = ?1;`,
  tableFields: `UPDATE tidemark_tables SET fields = (SELECT json_group_array(field) FROM (
    SELECT value AS field FROM json_each(tidemark_tables.fields)
    UNION ALL
    SELECT c.name FROM pragma_table_xinfo(tidemark_tables.name, 'main') c WHERE c.hidden = 0
      AND c.name NOT IN (SELECT value FROM json_each(tidemark_tables.fields))))
WHERE tbl = ?1;`,
  tableTriggers: `SELECT name, CASE WHEN EXISTS (SELECT 1 FROM sqlite_schema o
    WHERE o.type = 'trigger' AND o.rowid > s.rowid AND lower(o.tbl_name) = lower(s.tbl_name)
      AND o.name NOT LIKE 'tidemark\\_%' ESCAPE '\\')
  THEN NULL ELSE 'CREATE TRIGGER main.' || substr(sql, 16) END
FROM sqlite_schema s
WHERE type = 'trigger' AND name LIKE 'tidemark\\_' || ?1 || '\\_%' ESCAPE '\\';`,
  tableRebuilt: `SELECT NOT EXISTS (SELECT 1 FROM tidemark_tables t JOIN sqlite_schema s ON s.type = 'trigger'
    AND s.name = 'tidemark_' || t.tbl || '_insert' AND lower(s.tbl_name) = lower(t.name)
  WHERE t.tbl = ?1);`,
  tableSetFields: `UPDATE tidemark_tables SET fields = ?2 WHERE tbl = ?1;`,
  triggers: `--
WITH
synced AS (SELECT tbl, name, fields, counted,
    '"' || replace(name, '"', '""') || '"' AS quoted
  FROM tidemark_tables WHERE tbl = ?1),
all_columns AS (SELECT c.cid, c.name, c.pk, c.hidden,
    '"' || replace(c.name, '"', '""') || '"' AS quoted
  FROM synced, pragma_table_xinfo(synced.name, 'main') c WHERE c.hidden IN (0, 2, 3)),
columns AS (SELECT * FROM all_columns WHERE hidden = 0),
sources (source) AS (VALUES ('new.'), ('old.'), ('')),
parts AS (SELECT source, pk, source || quoted AS part FROM sources, columns WHERE pk > 0
  ORDER BY source, pk),
keys AS (SELECT max(iif(source = 'new.', key, NULL)) AS new_key,
    max(iif(source = 'old.', key, NULL)) AS old_key, max(iif(source = '', key, NULL)) AS own_key
  FROM (SELECT source, CASE count(*)
      WHEN 1 THEN max(part)
      ELSE 'json_array(' || group_concat('CASE typeof(' || part || ') WHEN ''blob'' THEN '
        || 'json_object(''blob'', hex(' || part || ')) ELSE ' || part || ' END', ', ') || ')' END
      AS key
    FROM parts GROUP BY source)),
matches AS (SELECT group_concat(quoted || ' = new.' || quoted, ' AND ') AS found,
    group_concat(quoted || ' = new.' || quoted || ' COLLATE BINARY', ' AND ') AS exact,
    group_concat(quoted || ' = old.' || quoted || ' COLLATE BINARY', ' AND ') AS own,
    group_concat('old.' || quoted || ' IS new.' || quoted || ' COLLATE BINARY', ' AND ') AS same
  FROM (SELECT quoted FROM columns WHERE pk > 0 ORDER BY pk)),
places AS (SELECT f.key AS place, c.quoted AS quoted
  FROM synced, json_each(synced.fields) f LEFT JOIN columns c ON c.name = f.value AND c.pk = 0
  ORDER BY f.key),
masks AS (SELECT CASE ?2 WHEN 1 THEN 'NULL' ELSE group_concat(updated, ' || ') END AS updated,
    CASE ?2 WHEN 1 THEN 'NULL' ELSE group_concat(replaced, ' || ') END AS replaced
  FROM (SELECT '(' || group_concat(CASE WHEN quoted IS NULL THEN '''0'''
        ELSE '(old.' || quoted || ' IS NOT new.' || quoted || ' COLLATE BINARY)' END, ' || ') || ')'
        AS updated,
      '(' || group_concat(CASE WHEN quoted IS NULL THEN '''0'''
        ELSE '(' || quoted || ' IS NOT new.' || quoted || ' COLLATE BINARY)' END, ' || ') || ')'
        AS replaced
    FROM places GROUP BY place / 100 ORDER BY place / 100)),
indexes AS (SELECT i.name, s.sql,
    i.partial OR EXISTS (SELECT 1 FROM pragma_index_xinfo(i.name, 'main') WHERE cid = -2) AS told
  FROM synced, pragma_index_list(synced.name, 'main') i
    LEFT JOIN sqlite_schema s ON s.type = 'index' AND s.name = i.name
  WHERE i."unique" AND ?2 = 0 AND (i.origin <> 'pk' OR EXISTS (
    SELECT 1 FROM pragma_index_xinfo(i.name, 'main') WHERE key AND upper(coll) <> 'BINARY'))),
walk (name, sql, at, depth, quote, c) AS (
  SELECT name, sql, 0, 0, '', '' FROM indexes WHERE told
  UNION ALL
  SELECT name, sql, at + 1, CASE WHEN quote <> '' THEN depth
      ELSE depth + (substr(sql, at + 1, 1) = '(') - (substr(sql, at + 1, 1) = ')') END,
    CASE quote WHEN '' THEN CASE substr(sql, at + 1, 1)
        WHEN '''' THEN '''' WHEN '"' THEN '"' WHEN '\`' THEN '\`' WHEN '[' THEN ']'
        WHEN '-' THEN iif(substr(sql, at + 2, 1) = '-', char(10), '')
        WHEN '/' THEN iif(substr(sql, at + 2, 1) = '*', '*', '') ELSE '' END
      WHEN '*' THEN iif(c || substr(sql, at + 1, 1) = '*/', '', '*')
      ELSE iif(substr(sql, at + 1, 1) = quote, '', quote) END,
    substr(sql, at + 1, 1)
  FROM walk WHERE at < length(sql)),
ends AS (SELECT name, min(at) FILTER (WHERE c = '(' AND depth = 1) AS first,
    min(at) FILTER (WHERE c = ')' AND depth = 0) AS last FROM walk WHERE quote = '' GROUP BY name),
terms AS (SELECT name, row_number() OVER (PARTITION BY name ORDER BY at) - 1 AS seqno,
    trim(substr(sql, at + 1, lead(at) OVER (PARTITION BY name ORDER BY at) - at - 1),
      ' ' || char(9, 10, 13)) AS term
  FROM walk JOIN ends USING (name) WHERE quote = '' AND at BETWEEN first AND last
    AND (at IN (first, last) OR c = ',' AND depth = 1)),
conditions AS (SELECT name, substr(trim(substr(sql, last + 1), ' ' || char(9, 10, 13)), 6) AS said
  FROM indexes JOIN ends USING (name)),
news AS (SELECT ' FROM (SELECT ' || group_concat('new.' || quoted || ' AS ' || quoted, ', ') || '))'
    AS of_new FROM all_columns),
parts_taken AS (SELECT i.name, i.told, u.quoted, CASE WHEN u.quoted IS NOT NULL
    THEN u.quoted || ' = new.' || u.quoted || ' COLLATE "' || x.coll || '"'
    ELSE '(' || said || ') = (SELECT (' || said || ')' || of_new END AS taken
  FROM news, indexes i, pragma_index_xinfo(i.name, 'main') x
    LEFT JOIN all_columns u ON u.cid = x.cid
    LEFT JOIN (SELECT name, seqno, substr(term, 1, length(term) - CASE
        WHEN lower(term) GLOB '*[^a-z0-9_]desc' THEN 4 WHEN lower(term) GLOB '*[^a-z0-9_]asc' THEN 3
        ELSE 0 END) AS said FROM terms) t ON t.name = i.name AND t.seqno = x.seqno
  WHERE x.key),
uniques AS (SELECT p.name, '(' || group_concat(taken, ' AND ') || coalesce((SELECT
      ' AND (' || said || ') AND (SELECT (' || said || ')' || of_new FROM news, conditions c
      WHERE c.name = p.name AND said <> ''), '') || ')' AS taken,
    CASE max(told) WHEN 1 THEN '1' ELSE group_concat('old.' || quoted || ' IS NOT new.' || quoted
      || ' COLLATE BINARY', ' OR ') END AS moved
  FROM parts_taken p GROUP BY p.name),
rivals AS (SELECT group_concat(taken, ' OR ') AS taken, group_concat(moved, ' OR ') AS moved
  FROM uniques),
stamps (time) AS (VALUES (
  '(SELECT max((CAST((julianday(''now'') - 2440587.5) * 86400000 AS INTEGER) << 16) + ahead, '
  || 'time + 1) FROM tidemark_log, tidemark_clock WHERE one = 1 ORDER BY entry DESC LIMIT 1)')),
notes (time) AS (VALUES (
  '(SELECT time FROM tidemark_log ORDER BY entry DESC LIMIT 1)')),
made AS (SELECT 'tidemark_' || tbl || '_' AS prefix, tbl, quoted AS onto, found, same,
    exact || ') AND NOT (' || own AS staying,
    quoted || ' AS tidemark' AS reading,
    CASE counted WHEN 1 THEN 'lower(hex(randomblob(8)))' ELSE 'NULL' END AS born,
    coalesce(updated, '''''') AS updated, coalesce(replaced, '''''') AS replaced,
    taken, moved, stamps.time AS stamp, notes.time AS note,
    'INSERT INTO tidemark_log (tbl, key, op, mask, time) SELECT ' || tbl || ', ' AS noting,
    new_key, old_key, own_key
  FROM synced, keys, matches, masks, rivals, stamps, notes),
kinds (n, kind) AS (VALUES (1, 'insert'), (2, 'delete'), (3, 'update'), (4, 'rekey'), (5, 'found'),
  (6, 'rival'), (7, 'ousts'))
SELECT prefix || kind AS name, 'CREATE TRIGGER main.' || prefix || kind || CASE kind
  WHEN 'insert' THEN ' AFTER INSERT ON ' || onto
    || ' BEGIN INSERT INTO tidemark_log (tbl, key, op, mask, time) VALUES (' || tbl || ', '
    || new_key || ', 1, ' || born || ', ' || stamp || '); END'
  WHEN 'delete' THEN ' AFTER DELETE ON ' || onto
    || ' BEGIN INSERT INTO tidemark_log (tbl, key, op, time) VALUES (' || tbl || ', ' || old_key
    || ', 4, ' || stamp || '); END'
  WHEN 'update' THEN ' AFTER UPDATE ON ' || onto || ' WHEN ' || same
    || ' BEGIN INSERT INTO tidemark_log (tbl, key, op, mask, time) VALUES (' || tbl || ', '
    || new_key || ', ' || CASE ?2 WHEN 1 THEN 3 ELSE 2 END || ', ' || updated || ', ' || stamp
    || '); END'
  WHEN 'rekey' THEN ' AFTER UPDATE ON ' || onto || ' WHEN NOT (' || same
    || ') BEGIN INSERT INTO tidemark_log (tbl, key, op, time) VALUES (' || tbl || ', ' || old_key
    || ', 4, ' || stamp || '); '
    || 'INSERT INTO tidemark_log (tbl, key, op, mask, time) VALUES (' || tbl || ', ' || new_key
    || ', 1, ' || born || ', ' || stamp || '); END'
  WHEN 'found' THEN ' BEFORE INSERT ON ' || onto || ' WHEN EXISTS (SELECT 1 FROM ' || reading
    || ' WHERE ' || found || ') BEGIN ' || noting || own_key || ', 6, ' || replaced || ', ' || note
    || ' FROM ' || reading || ' WHERE ' || found || '; END'
  WHEN 'rival' THEN ' BEFORE INSERT ON ' || onto || ' WHEN EXISTS (SELECT 1 FROM ' || reading
    || ' WHERE ' || taken || ') BEGIN ' || noting || own_key || ', 7, ' || new_key || ', ' || note
    || ' FROM ' || reading || ' WHERE (' || taken || ') AND NOT (' || found || '); END'
  ELSE ' BEFORE UPDATE ON ' || onto || ' WHEN ' || moved || ' BEGIN ' || noting || own_key
    || ', 7, ' || new_key || ', ' || note || ' FROM ' || reading || ' WHERE (' || taken
    || ') AND NOT (' || staying || '); END'
  END AS text FROM made, kinds ORDER BY n;`,
  hasAppTriggers: `SELECT EXISTS (SELECT 1 FROM sqlite_schema
  WHERE type = 'trigger' AND name NOT LIKE 'tidemark\\_%' ESCAPE '\\');`,
  appTriggers: `WITH
spoken AS (SELECT name, sql, ' ' || lower(sql) || ' ' AS said FROM sqlite_schema
  WHERE type = 'trigger' AND name NOT LIKE 'tidemark\\_%' ESCAPE '\\'
    AND lower(tbl_name) IN (SELECT lower(name) FROM tidemark_tables WHERE covered)
  UNION ALL SELECT NULL, NULL, ' ' || lower(name) || ' ' FROM tidemark_tables WHERE covered),
split AS (SELECT name, sql, replace(replace(replace(replace(replace(replace(replace(replace(
    replace(replace(said, char(10), ' '), char(13), ' '), char(9), ' '), '"', ''), '\`', ''),
    '[', ''), ']', ''), '(', ' ( '), ')', ' ) '), ';', ' ; ') AS said FROM spoken),
words AS (SELECT name, sql, replace(replace(replace(said, ' ', char(1, 2)), char(2, 1), ''),
    char(1, 2), ' ') AS said FROM split),
told AS (SELECT name, sql, replace(replace(replace(replace(replace(said, ' update or replace ',
    ' update '), ' update or ignore ', ' update '), ' update or abort ', ' update '),
    ' update or fail ', ' update '), ' update or rollback ', ' update ') AS said
  FROM words WHERE name IS NOT NULL)
SELECT name, 'CREATE TRIGGER main.' || substr(sql, 16) FROM told
WHERE ?1 = 'all' OR instr(said, ' raise ( rollback') OR instr(said, ' raise ( ignore')
  OR EXISTS (SELECT 1 FROM words t WHERE t.name IS NULL AND (instr(told.said, ' into' || t.said)
    OR instr(told.said, ' update' || t.said || 'set ')
    OR instr(told.said, ' delete from' || t.said)));`,
  ownTriggers: `SELECT name, 'CREATE TRIGGER main.' || substr(sql, 16) FROM sqlite_schema
WHERE type = 'trigger' AND name LIKE 'tidemark\\_%' ESCAPE '\\';`,
} as const;
