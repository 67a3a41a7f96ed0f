-- The app's tables: what they are, and the statements that read and write their rows.

-- @ table_kind
-- ?1: a name. Rows: kind, columns in the primary key, whether SQLite counts the keys: not where
-- they are another table's; the name as the schema has it.
SELECT l.type, (SELECT count(*) FROM pragma_table_xinfo(l.name, 'main') WHERE pk > 0),
  l.wr = 0 AND (SELECT count(*) = 1 AND max(upper(type)) = 'INTEGER'
    FROM pragma_table_xinfo(l.name, 'main') WHERE pk > 0)
    -- One that has an index is a column like others: INTEGER PRIMARY KEY DESC.
    AND NOT EXISTS (SELECT 1 FROM pragma_index_list(l.name, 'main') WHERE origin = 'pk')
    AND NOT EXISTS (SELECT 1 FROM pragma_foreign_key_list(l.name, 'main') f,
        pragma_table_xinfo(l.name, 'main') c
      WHERE c.pk = 1 AND lower(f."from") = lower(c.name) AND lower(f."table") <> lower(l.name)),
  l.name
FROM pragma_table_list(?1) l WHERE l.schema = 'main';

-- @ table_columns
-- ?1: a table by its name. Rows: name, affinity, place in the key or 0, and what to store for a
-- field that a row lacks, as SQL. Generated columns are nobody's to write.
-- https://sqlite.org/datatype3.html, 3.1
SELECT name,
  -- Whatever LIKE makes of capital letters in this connection.
  CASE WHEN lower(type) LIKE '%int%' THEN 'integer'
    WHEN lower(type) LIKE '%char%' OR lower(type) LIKE '%clob%' OR lower(type) LIKE '%text%'
      THEN 'text'
    WHEN lower(type) LIKE '%blob%' OR lower(type) IN ('', 'any') THEN 'none'
    WHEN lower(type) LIKE '%real%' OR lower(type) LIKE '%floa%' OR lower(type) LIKE '%doub%'
      THEN 'real'
    ELSE 'numeric' END,
  -- A name that stands for a text.
  pk, CASE WHEN dflt_value GLOB '"*"'
      THEN quote(replace(substr(dflt_value, 2, length(dflt_value) - 2), '""', '"'))
    WHEN dflt_value GLOB '`*`'
      THEN quote(replace(substr(dflt_value, 2, length(dflt_value) - 2), '``', '`'))
    WHEN dflt_value GLOB '[[]*' THEN quote(substr(dflt_value, 2, length(dflt_value) - 2))
    WHEN dflt_value GLOB '[A-Za-z_]*' AND dflt_value NOT GLOB '*[^A-Za-z0-9_$]*'
        AND lower(dflt_value) NOT IN ('null', 'true', 'false', 'current_time', 'current_date',
          'current_timestamp') THEN quote(dflt_value)
    ELSE coalesce(dflt_value, 'NULL') END
FROM pragma_table_xinfo(?1, 'main') WHERE hidden = 0 ORDER BY cid;

-- @ table_texts
-- ?1: a table by its number. One row: statements that take a row's values in the order of its
-- columns, then the key's parts: read, put, remove; the first rows in the order of keys, and those
-- after a key; the two halves of an update; the sweep; the adoption; the probe, which gives the key
-- of a row that has a place of this one in a unique index, whatever that is made of, or its own;
-- and, of keys that are equal to others by their collation, what changes a row that is there. Its
-- put makes a row, and is refused where there is one: by another key, perhaps. (null: there are no
-- such indexes, or keys.)
WITH
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
      -- By the index first: it holds one of them at most.
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
    -- What no device can name is nobody else's.
    group_concat('(typeof(' || columns.quoted || ') IN (''text'', ''blob'') OR ' || columns.quoted
      || ' = CAST(' || columns.quoted || ' AS INTEGER) AND ' || columns.quoted
      || ' BETWEEN -9007199254740991 AND 9007199254740991)', ' AND ') AS has_name
  FROM synced, indexes, (SELECT * FROM columns WHERE pk > 0 ORDER BY pk) AS columns)
SELECT
  'SELECT ' || all_columns || ' FROM ' || synced.quoted || ' WHERE ' || is_key,
  -- The schema may say otherwise of conflicts.
  -- (A table may be called `excluded`.)
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
FROM synced, indexes, listed, keyed;

-- @ column_texts
-- ?1: a table by its number, ?2: a column that has come since it was synced. Two statements: marks
-- rows that hold its default (?1) as having no such field; logs what other rows hold in it, as
-- written before everything else (?1: below which entry, ?2: after which time, ?3: by which node,
-- ?4: the default).
WITH
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
FROM synced, added, keyed, placed;

-- @ field_extras
-- ?1: a table by its number, ?2: a field. What was kept of it beside the rows.
SELECT key, value FROM tidemark_extras WHERE tbl = ?1 AND field = ?2;

-- @ tables
SELECT tbl, name, merge, covered, counted, fields FROM tidemark_tables ORDER BY tbl;

-- @ table_add
INSERT INTO tidemark_tables (name, merge, covered, counted, fields) VALUES (?1, ?2, 1, ?3, '[]')
ON CONFLICT (name) DO UPDATE SET merge = excluded.merge, covered = 1, counted = excluded.counted;

-- @ table_renamed
-- ?1: a name. Triggers go with a table that gets another: so do its pending writes.
UPDATE tidemark_tables SET name = ?1 WHERE name <> ?1 AND tbl = (
    SELECT CAST(substr(name, 10) AS INTEGER) FROM sqlite_schema WHERE type = 'trigger'
      AND tbl_name = ?1 AND name LIKE 'tidemark\_%\_insert' ESCAPE '\')
  AND NOT EXISTS (SELECT 1 FROM tidemark_tables WHERE name = ?1);

-- @ table_dropped
-- The log of tables that are gone: nothing is left to be sent.
DELETE FROM tidemark_log WHERE tbl IN (SELECT tbl FROM tidemark_tables t
  WHERE NOT EXISTS (SELECT 1 FROM sqlite_schema s WHERE s.type = 'table' AND s.name = t.name)
    AND NOT EXISTS (SELECT 1 FROM sqlite_schema s WHERE s.type = 'trigger'
      AND s.name = 'tidemark_' || t.tbl || '_insert'));

-- @ table_uncover
-- ?1: JSON, the names that are covered now.
UPDATE tidemark_tables SET covered = 0 WHERE name NOT IN (SELECT value FROM json_each(?1));

-- @ table_known
-- ?1: a table by its number, ?2: the greatest of its keys.
UPDATE tidemark_tables SET known = max(known, ?2) WHERE tbl = ?1;

-- @ table_fields
-- Gives new columns of a table, by its number, their places behind those that have one.
UPDATE tidemark_tables SET fields = (SELECT json_group_array(field) FROM (
    SELECT value AS field FROM json_each(tidemark_tables.fields)
    UNION ALL
    SELECT c.name FROM pragma_table_xinfo(tidemark_tables.name, 'main') c WHERE c.hidden = 0
      AND c.name NOT IN (SELECT value FROM json_each(tidemark_tables.fields))))
WHERE tbl = ?1;

-- @ table_triggers
-- Those that there are of a table, by its number. Rows: name, text; no text where the app has made
-- a trigger since: SQLite fires the newest first, and what the app's then writes would be recorded
-- before what made it fire.
SELECT name, CASE WHEN EXISTS (SELECT 1 FROM sqlite_schema o
    WHERE o.type = 'trigger' AND o.rowid > s.rowid AND lower(o.tbl_name) = lower(s.tbl_name)
      AND o.name NOT LIKE 'tidemark\_%' ESCAPE '\')
  THEN NULL ELSE 'CREATE TRIGGER main.' || substr(sql, 16) END
FROM sqlite_schema s
WHERE type = 'trigger' AND name LIKE 'tidemark\_' || ?1 || '\_%' ESCAPE '\';

-- @ table_rebuilt
-- ?1: a table by its number. Whether nothing records what is written to it: a migration has made it
-- anew, copied its rows and dropped the old one, and the triggers with that.
SELECT NOT EXISTS (SELECT 1 FROM tidemark_tables t JOIN sqlite_schema s ON s.type = 'trigger'
    AND s.name = 'tidemark_' || t.tbl || '_insert' AND lower(s.tbl_name) = lower(t.name)
  WHERE t.tbl = ?1);

-- @ table_set_fields
UPDATE tidemark_tables SET fields = ?2 WHERE tbl = ?1;
