-- The app's tables: what they are, and the statements that read and write their rows.

-- @ table_kind
-- ?1: a name. Rows: kind, columns in the primary key, whether SQLite counts the keys: not where
-- they are another table's.
SELECT l.type, (SELECT count(*) FROM pragma_table_xinfo(l.name) WHERE pk > 0),
  l.wr = 0 AND (SELECT count(*) = 1 AND max(upper(type)) = 'INTEGER'
    FROM pragma_table_xinfo(l.name) WHERE pk > 0)
    AND NOT EXISTS (SELECT 1 FROM pragma_foreign_key_list(l.name) f, pragma_table_xinfo(l.name) c
      WHERE c.pk = 1 AND lower(f."from") = lower(c.name) AND lower(f."table") <> lower(l.name))
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
  pk, coalesce(dflt_value, 'NULL')
FROM pragma_table_xinfo(?1) WHERE hidden = 0 ORDER BY cid;

-- @ table_texts
-- ?1: a table by its number. One row: statements that take a row's values in the order of its
-- columns, then the key's parts: read, put, remove; the first rows in the order of keys, and those
-- after a key; the two halves of an update; the sweep; the adoption; and the keys of other rows
-- that hold a place of this one in a unique index (null: there is no such index).
WITH
synced AS (SELECT tbl, name, '"' || replace(name, '"', '""') || '"' AS quoted, counted, known
  FROM tidemark_tables WHERE tbl = ?1),
columns AS (SELECT c.cid, c.pk, '"' || replace(c.name, '"', '""') || '"' AS quoted,
    '?' || row_number() OVER (ORDER BY c.cid) AS mark
  FROM synced, pragma_table_xinfo(synced.name) c WHERE c.hidden = 0),
uniques AS (SELECT '(' || group_concat(u.quoted || ' = ' || u.mark, ' AND ') || ')' AS taken
  FROM synced, pragma_index_list(synced.name) i, pragma_index_info(i.name) x,
    columns u ON u.cid = x.cid
  WHERE i."unique" AND i.origin <> 'pk' GROUP BY i.name),
rivals AS (SELECT group_concat(taken, ' OR ') AS taken,
    -- All values are bound, so all are named.
    (SELECT group_concat(quoted || ' = ' || mark || ' COLLATE BINARY', ' AND ') FROM columns
      WHERE pk > 0) AS own,
    (SELECT '?' || count(*) || ' IS ?' || count(*) FROM columns) AS bound
  FROM uniques),
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
  'INSERT INTO tidemark_log (entry, tbl, key, op, mask, time, node) '
    || 'SELECT ?1 - row_number() OVER (), ' || tbl || ', ' || key || ', ?2, '
    || CASE counted WHEN 1 THEN 'CASE WHEN ?2 = 1 AND ' || key || ' > ' || known
      || ' THEN lower(hex(randomblob(8))) END' ELSE 'NULL' END
    || ', ?3 + row_number() OVER (), ?4 FROM ' || synced.quoted
    || ' WHERE ' || key || ' NOT IN (SELECT key FROM tidemark_log WHERE tbl = ' || tbl
    || ' AND op BETWEEN 1 AND 5)',
  'SELECT ' || keys || ' FROM ' || synced.quoted || ' WHERE (' || rivals.taken || ') AND NOT ('
    || own || ') AND ' || bound
FROM synced, listed, keyed, rivals;

-- @ column_texts
-- ?1: a table by its number, ?2: a column that has come since it was synced. Two statements: marks
-- rows that hold its default as having no such field; logs what other rows hold in it, as written
-- before everything else (?1: below which entry, ?2: after which time, ?3: by which node).
WITH
synced AS (SELECT tbl, '"' || replace(name, '"', '""') || '"' AS quoted, name
  FROM tidemark_tables WHERE tbl = ?1),
added AS (SELECT c.name, '"' || replace(c.name, '"', '""') || '"' AS quoted,
    coalesce(dflt_value, 'NULL') AS value
  FROM synced, pragma_table_xinfo(synced.name) c WHERE c.name = ?2),
keyed AS (SELECT CASE count(*) WHEN 1 THEN max(quoted)
      ELSE 'json_array(' || group_concat('CASE typeof(' || quoted || ') WHEN ''blob'' THEN '
        || 'json_object(''blob'', hex(' || quoted || ')) ELSE ' || quoted || ' END', ', ') || ')'
      END AS key
  FROM (SELECT '"' || replace(c.name, '"', '""') || '"' AS quoted
    FROM synced, pragma_table_xinfo(synced.name) c WHERE c.pk > 0 ORDER BY c.pk)),
placed AS (SELECT (SELECT group_concat(f.value = ?2, '') FROM json_each(t.fields) f) AS mask
  FROM tidemark_tables t WHERE t.tbl = ?1)
SELECT 'INSERT OR IGNORE INTO tidemark_extras SELECT ' || tbl || ', ' || key || ', '
    || quote(added.name) || ', ' || added.quoted || ', ''{"$tm:absent":0}'' FROM ' || synced.quoted
    || ' WHERE ' || added.quoted || ' IS NOT NULL AND ' || added.quoted || ' IS (' || value || ')',
  'INSERT INTO tidemark_log (entry, tbl, key, op, mask, time, node) SELECT '
    || '?1 - row_number() OVER (), ' || tbl || ', ' || key || ', 2, ' || quote(mask)
    || ', ?2 + row_number() OVER (), ?3 FROM ' || synced.quoted || ' WHERE ' || added.quoted
    || ' IS NOT NULL AND ' || added.quoted || ' IS NOT (' || value || ') AND ' || key
    || ' NOT IN (SELECT key FROM tidemark_log WHERE tbl = ' || tbl || ' AND op BETWEEN 1 AND 5)'
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
    SELECT c.name FROM pragma_table_xinfo(tidemark_tables.name) c WHERE c.hidden = 0
      AND c.name NOT IN (SELECT value FROM json_each(tidemark_tables.fields))))
WHERE tbl = ?1;

-- @ table_triggers
-- Those that there are of a table, by its number.
SELECT name FROM sqlite_schema WHERE type = 'trigger' AND name LIKE 'tidemark\_' || ?1 || '\_%'
  ESCAPE '\';

-- @ table_set_fields
UPDATE tidemark_tables SET fields = ?2 WHERE tbl = ?1;
