-- The app's tables: what they are, and the statements that read and write their rows.

-- @ table_kind
-- ?1: a name. Rows: kind, columns in the primary key, whether SQLite counts the keys.
SELECT l.type, (SELECT count(*) FROM pragma_table_xinfo(l.name) WHERE pk > 0),
  l.wr = 0 AND (SELECT count(*) = 1 AND max(upper(type)) = 'INTEGER'
    FROM pragma_table_xinfo(l.name) WHERE pk > 0)
FROM pragma_table_list(?1) l WHERE l.schema = 'main';

-- @ table_columns
-- ?1: a table by its name. Rows: name, affinity, place in the key or 0, and what to store for a
-- field that a row lacks, as SQL. Generated columns are nobody's to write.
-- https://sqlite.org/datatype3.html, 3.1
SELECT name,
  CASE WHEN type LIKE '%INT%' THEN 'integer'
    WHEN type LIKE '%CHAR%' OR type LIKE '%CLOB%' OR type LIKE '%TEXT%' THEN 'text'
    WHEN type LIKE '%BLOB%' OR type = '' OR upper(type) = 'ANY' THEN 'none'
    WHEN type LIKE '%REAL%' OR type LIKE '%FLOA%' OR type LIKE '%DOUB%' THEN 'real'
    ELSE 'numeric' END,
  pk, CASE WHEN "notnull" THEN coalesce(dflt_value, 'NULL') ELSE 'NULL' END
FROM pragma_table_xinfo(?1) WHERE hidden = 0 ORDER BY cid;

-- @ table_texts
-- ?1: a table by its number. One row: statements that take a row's values in the order of its
-- columns, then the key's parts: read, insert or replace, delete; one that reads keys and rows in
-- the order of keys; and a key as the log has it.
WITH
synced AS (SELECT tbl, name, '"' || replace(name, '"', '""') || '"' AS quoted
  FROM tidemark_tables WHERE tbl = ?1),
columns AS (SELECT c.cid, c.pk, '"' || replace(c.name, '"', '""') || '"' AS quoted
  FROM synced, pragma_table_xinfo(synced.name) c WHERE c.hidden = 0),
listed AS (SELECT group_concat(quoted, ', ') AS all_columns, group_concat('?', ', ') AS marks,
    coalesce(group_concat(CASE WHEN pk = 0 THEN quoted || ' = excluded.' || quoted END, ', '), '')
    AS sets
  FROM (SELECT * FROM columns ORDER BY cid)),
keyed AS (SELECT group_concat(quoted, ', ') AS keys,
    group_concat(quoted || ' = ? COLLATE BINARY', ' AND ') AS is_key,
    CASE count(*) WHEN 1 THEN max(quoted)
      ELSE 'json_array(' || group_concat('CASE typeof(' || quoted || ') WHEN ''blob'' THEN '
        || 'json_object(''blob'', hex(' || quoted || ')) ELSE ' || quoted || ' END', ', ') || ')'
      END AS key,
    group_concat('?', ', ') AS marks
  FROM (SELECT * FROM columns WHERE pk > 0 ORDER BY pk))
SELECT
  'SELECT ' || all_columns || ' FROM ' || synced.quoted || ' WHERE ' || is_key,
  'INSERT INTO ' || synced.quoted || ' (' || all_columns || ') VALUES (' || listed.marks
    || ') ON CONFLICT (' || keys || ') DO ' || CASE sets WHEN '' THEN 'NOTHING'
    ELSE 'UPDATE SET ' || sets END,
  'DELETE FROM ' || synced.quoted || ' WHERE ' || is_key,
  'SELECT ' || all_columns || ' FROM ' || synced.quoted || ' ORDER BY ' || keys || ' LIMIT ?',
  'SELECT ' || all_columns || ' FROM ' || synced.quoted || ' WHERE (' || keys || ') > ('
    || keyed.marks || ') ORDER BY ' || keys || ' LIMIT ?',
  'UPDATE ' || synced.quoted || ' SET ',
  ' WHERE ' || is_key,
  'DELETE FROM ' || synced.quoted || ' WHERE NOT EXISTS (SELECT 1 FROM tidemark_shown s'
    || ' WHERE s.tbl = ' || tbl || ' AND s.key = ' || key || ')',
  'INSERT INTO tidemark_log (entry, tbl, key, op, time, node) SELECT ?1 - row_number() OVER (), '
    || tbl || ', ' || key || ', ?2, ?3 + row_number() OVER (), ?4 FROM ' || synced.quoted
    || ' WHERE ' || key || ' NOT IN (SELECT key FROM tidemark_log WHERE tbl = ' || tbl
    || ' AND op BETWEEN 1 AND 5)'
FROM synced, listed, keyed;

-- @ tables
SELECT tbl, name, merge, covered, counted, fields FROM tidemark_tables ORDER BY tbl;

-- @ table_add
INSERT INTO tidemark_tables (name, merge, covered, counted, fields) VALUES (?1, ?2, 1, ?3, '[]')
ON CONFLICT (name) DO UPDATE SET merge = excluded.merge, covered = 1, counted = excluded.counted;

-- @ table_uncover
-- ?1: JSON, the names that are covered now.
UPDATE tidemark_tables SET covered = 0 WHERE name NOT IN (SELECT value FROM json_each(?1));

-- @ table_fields
-- Gives new columns of a table, by its number, their places behind those that have one.
UPDATE tidemark_tables SET fields = (SELECT json_group_array(field) FROM (
    SELECT value AS field FROM json_each(tidemark_tables.fields)
    UNION ALL
    SELECT c.name FROM pragma_table_xinfo(tidemark_tables.name) c WHERE c.hidden = 0
      AND c.name NOT IN (SELECT value FROM json_each(tidemark_tables.fields))))
WHERE tbl = ?1;

-- @ table_triggers
-- Those that there are of a table, by its number.
SELECT name FROM sqlite_schema WHERE type = 'trigger' AND name LIKE 'tidemark\_' || ?1 || '\_%'
  ESCAPE '\';

-- @ table_set_fields
UPDATE tidemark_tables SET fields = ?2 WHERE tbl = ?1;
