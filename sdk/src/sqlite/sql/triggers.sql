-- The triggers that record what any program writes to a synced table, made from its columns: SQL
-- that writes SQL, so that C++ and TypeScript make the same. Values never enter the log: it says
-- which record was written, when, and which of its fields.

-- @ triggers
-- ?1: a table by its number; ?2: 1 while the app changes its schema: then no trigger names a column
-- that is not of the key, or it could not be dropped, and every update counts as a whole write.
-- Rows: name, text; a null text: there is none.
--
-- REPLACE deletes rows without a word, and without their delete triggers. So what is there before
-- an INSERT is noted, under its key (op 6) and in unique indexes (op 7), and settled later, by what
-- followed. A key that an UPDATE changes is the delete of one record and the creation of another.
WITH
synced AS (SELECT tbl, name, fields, counted,
    '"' || replace(name, '"', '""') || '"' AS quoted
  FROM tidemark_tables WHERE tbl = ?1),
columns AS (SELECT c.cid, c.name, c.pk, '"' || replace(c.name, '"', '""') || '"' AS quoted
  FROM synced, pragma_table_xinfo(synced.name) c WHERE c.hidden = 0),
sources (source) AS (VALUES ('new.'), ('old.'), ('')),
parts AS (SELECT source, pk, source || quoted AS part FROM sources, columns WHERE pk > 0
  ORDER BY source, pk),
keys AS (SELECT source, CASE count(*)
    WHEN 1 THEN max(part)
    ELSE 'json_array(' || group_concat('CASE typeof(' || part || ') WHEN ''blob'' THEN '
      || 'json_object(''blob'', hex(' || part || ')) ELSE ' || part || ' END', ', ') || ')' END
    AS key
  FROM parts GROUP BY source),
matches AS (SELECT group_concat(quoted || ' = new.' || quoted, ' AND ') AS found,
    group_concat('old.' || quoted || ' IS new.' || quoted || ' COLLATE BINARY', ' AND ') AS same
  FROM (SELECT quoted FROM columns WHERE pk > 0 ORDER BY pk)),
places AS (SELECT f.key AS place, c.quoted AS quoted
  FROM synced, json_each(synced.fields) f LEFT JOIN columns c ON c.name = f.value AND c.pk = 0
  ORDER BY f.key),
masks AS (SELECT CASE ?2 WHEN 1 THEN 'NULL' ELSE
    group_concat(CASE WHEN quoted IS NULL THEN '''0'''
      ELSE '(old.' || quoted || ' IS NOT new.' || quoted || ' COLLATE BINARY)' END, ' || ') END
      AS updated,
    CASE ?2 WHEN 1 THEN 'NULL' ELSE group_concat(CASE WHEN quoted IS NULL THEN '''0'''
      ELSE '(' || quoted || ' IS NOT new.' || quoted || ' COLLATE BINARY)' END, ' || ') END
      AS replaced
  FROM places),
uniques AS (SELECT i.name, '(' || group_concat(u.quoted || ' = new.' || u.quoted, ' AND ') || ')'
    AS taken,
    group_concat('old.' || u.quoted || ' IS NOT new.' || u.quoted || ' COLLATE BINARY', ' OR ')
    AS moved
  FROM synced, pragma_index_list(synced.name) i, pragma_index_info(i.name) x,
    columns u ON u.cid = x.cid
  WHERE i."unique" AND i.origin <> 'pk' AND ?2 = 0 GROUP BY i.name),
rivals AS (SELECT group_concat(taken, ' OR ') AS taken, group_concat(moved, ' OR ') AS moved
  FROM uniques),
-- The greatest of the clock's time and the one after the last stamp.
stamps (time) AS (VALUES (
  '(SELECT max((CAST((julianday(''now'') - 2440587.5) * 86400000 AS INTEGER) << 16) + ahead, '
  || 'time + 1) FROM tidemark_log, tidemark_clock WHERE one = 1 ORDER BY entry DESC LIMIT 1)')),
-- What is only noted has the last stamp: whoever follows goes on from it.
notes (time) AS (VALUES (
  '(SELECT time FROM tidemark_log ORDER BY entry DESC LIMIT 1)')),
made AS (SELECT 'tidemark_' || tbl || '_' AS prefix, tbl, quoted AS onto, found, same,
    -- What tells a record from another device's of the same number.
    CASE counted WHEN 1 THEN 'lower(hex(randomblob(8)))' ELSE 'NULL' END AS born,
    coalesce(updated, '''''') AS updated, coalesce(replaced, '''''') AS replaced,
    taken, moved, stamps.time AS stamp, notes.time AS note,
    'INSERT INTO tidemark_log (tbl, key, op, mask, time) SELECT ' || tbl || ', ' AS noting,
    (SELECT key FROM keys WHERE source = 'new.') AS new_key,
    (SELECT key FROM keys WHERE source = 'old.') AS old_key,
    (SELECT key FROM keys WHERE source = '') AS own_key
  FROM synced, matches, masks, rivals, stamps, notes)
SELECT prefix || 'insert' AS name, 'CREATE TRIGGER ' || prefix || 'insert AFTER INSERT ON ' || onto
  || ' BEGIN INSERT INTO tidemark_log (tbl, key, op, mask, time) VALUES (' || tbl || ', '
  || new_key || ', 1, ' || born || ', ' || stamp || '); END' AS text FROM made
UNION ALL
SELECT prefix || 'delete', 'CREATE TRIGGER ' || prefix || 'delete AFTER DELETE ON ' || onto
  || ' BEGIN INSERT INTO tidemark_log (tbl, key, op, time) VALUES (' || tbl || ', ' || old_key
  || ', 4, ' || stamp || '); END' FROM made
UNION ALL
SELECT prefix || 'update', 'CREATE TRIGGER ' || prefix || 'update AFTER UPDATE ON ' || onto
  || ' WHEN ' || same || ' BEGIN INSERT INTO tidemark_log (tbl, key, op, mask, time) VALUES ('
  || tbl || ', ' || new_key || ', ' || CASE ?2 WHEN 1 THEN 3 ELSE 2 END || ', ' || updated || ', '
  || stamp || '); END' FROM made
UNION ALL
SELECT prefix || 'rekey', 'CREATE TRIGGER ' || prefix || 'rekey AFTER UPDATE ON ' || onto
  || ' WHEN NOT (' || same || ') BEGIN INSERT INTO tidemark_log (tbl, key, op, time) VALUES ('
  || tbl || ', ' || old_key || ', 4, ' || stamp || '); '
  || 'INSERT INTO tidemark_log (tbl, key, op, mask, time) VALUES (' || tbl || ', ' || new_key
  || ', 1, ' || born || ', ' || stamp || '); END' FROM made
UNION ALL
SELECT prefix || 'found', 'CREATE TRIGGER ' || prefix || 'found BEFORE INSERT ON ' || onto
  || ' WHEN EXISTS (SELECT 1 FROM ' || onto || ' WHERE ' || found || ') BEGIN '
  || noting || own_key || ', 6, ' || replaced || ', ' || note || ' FROM ' || onto || ' WHERE '
  || found || '; END' FROM made
UNION ALL
SELECT prefix || 'rival', CASE WHEN taken IS NOT NULL THEN 'CREATE TRIGGER ' || prefix
  || 'rival BEFORE INSERT ON ' || onto
  || ' WHEN EXISTS (SELECT 1 FROM ' || onto || ' WHERE ' || taken || ') BEGIN '
  || noting || own_key || ', 7, ' || new_key || ', ' || note || ' FROM ' || onto
  || ' WHERE (' || taken || ') AND NOT (' || found || '); END' END
  FROM made
UNION ALL
SELECT prefix || 'ousts', CASE WHEN taken IS NOT NULL THEN 'CREATE TRIGGER ' || prefix
  || 'ousts BEFORE UPDATE ON ' || onto || ' WHEN ' || moved || ' BEGIN '
  || noting || own_key || ', 7, ' || new_key || ', ' || note || ' FROM ' || onto
  || ' WHERE (' || taken || ') AND NOT (' || found || '); END' END
  FROM made;

-- @ app_triggers
-- ?1: 'all', or 'synced': those that write to a synced table, whose effect comes with the page from
-- whoever wrote it. Rows: name, text.
WITH told AS (SELECT name, sql, ' ' || replace(replace(replace(replace(replace(replace(replace(
    lower(sql), char(10), ' '), char(13), ' '), char(9), ' '), '"', ''), '(', ' ('), '   ', ' '),
    '  ', ' ') || ' ' AS said
  FROM sqlite_schema WHERE type = 'trigger' AND name NOT LIKE 'tidemark\_%' ESCAPE '\'
    AND lower(tbl_name) IN (SELECT lower(name) FROM tidemark_tables WHERE covered))
SELECT name, sql FROM told WHERE ?1 = 'all' OR EXISTS (SELECT 1 FROM tidemark_tables t
  WHERE t.covered AND (said LIKE '% into ' || lower(t.name) || ' %'
    OR said LIKE '% update ' || lower(t.name) || ' set %'
    OR said LIKE '% update or % ' || lower(t.name) || ' set %'
    OR said LIKE '% delete from ' || lower(t.name) || ' %'
    OR said LIKE '% delete from ' || lower(t.name) || ';%'));

-- @ own_triggers
-- Tidemark's own. Rows: name, text.
SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' AND name LIKE 'tidemark\_%' ESCAPE '\';
