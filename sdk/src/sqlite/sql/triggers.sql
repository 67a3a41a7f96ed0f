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
-- Generated ones may be in unique indexes.
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
-- In groups: an expression is 1,000 levels deep at most.
masks AS (SELECT CASE ?2 WHEN 1 THEN 'NULL' ELSE group_concat(updated, ' || ') END AS updated,
    CASE ?2 WHEN 1 THEN 'NULL' ELSE group_concat(replaced, ' || ') END AS replaced
  FROM (SELECT '(' || group_concat(CASE WHEN quoted IS NULL THEN '''0'''
        ELSE '(old.' || quoted || ' IS NOT new.' || quoted || ' COLLATE BINARY)' END, ' || ') || ')'
        AS updated,
      '(' || group_concat(CASE WHEN quoted IS NULL THEN '''0'''
        ELSE '(' || quoted || ' IS NOT new.' || quoted || ' COLLATE BINARY)' END, ' || ') || ')'
        AS replaced
    FROM places GROUP BY place / 100 ORDER BY place / 100)),
-- Where a key's collation makes other keys equal, they are in each other's way as well.
indexes AS (SELECT i.name, s.sql,
    i.partial OR EXISTS (SELECT 1 FROM pragma_index_xinfo(i.name, 'main') WHERE cid = -2) AS told
  FROM synced, pragma_index_list(synced.name, 'main') i
    LEFT JOIN sqlite_schema s ON s.type = 'index' AND s.name = i.name
  WHERE i."unique" AND ?2 = 0 AND (i.origin <> 'pk' OR EXISTS (
    SELECT 1 FROM pragma_index_xinfo(i.name, 'main') WHERE key AND upper(coll) <> 'BINARY'))),
-- What expressions and conditions of indexes are, only their text says: it is read character by
-- character, up to `at`, `depth` parentheses deep. `quote`: what ends the text, name or comment that
-- this one is in.
walk (name, sql, at, depth, quote, c) AS (
  SELECT name, sql, 0, 0, '', '' FROM indexes WHERE told
  UNION ALL
  SELECT name, sql, at + 1, CASE WHEN quote <> '' THEN depth
      ELSE depth + (substr(sql, at + 1, 1) = '(') - (substr(sql, at + 1, 1) = ')') END,
    CASE quote WHEN '' THEN CASE substr(sql, at + 1, 1)
        WHEN '''' THEN '''' WHEN '"' THEN '"' WHEN '`' THEN '`' WHEN '[' THEN ']'
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
-- The values of the new row, under its columns' names.
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
-- The greatest of the clock's time and the one after the last stamp.
stamps (time) AS (VALUES (
  '(SELECT max((CAST((julianday(''now'') - 2440587.5) * 86400000 AS INTEGER) << 16) + ahead, '
  || 'time + 1) FROM tidemark_log, tidemark_clock WHERE one = 1 ORDER BY entry DESC LIMIT 1)')),
-- What is only noted has the last stamp: whoever follows goes on from it.
notes (time) AS (VALUES (
  '(SELECT time FROM tidemark_log ORDER BY entry DESC LIMIT 1)')),
made AS (SELECT 'tidemark_' || tbl || '_' AS prefix, tbl, quoted AS onto, found, same,
    exact || ') AND NOT (' || own AS staying,
    -- A table may be called `new`.
    quoted || ' AS tidemark' AS reading,
    -- What tells a record from another device's of the same number.
    CASE counted WHEN 1 THEN 'lower(hex(randomblob(8)))' ELSE 'NULL' END AS born,
    coalesce(updated, '''''') AS updated, coalesce(replaced, '''''') AS replaced,
    taken, moved, stamps.time AS stamp, notes.time AS note,
    'INSERT INTO tidemark_log (tbl, key, op, mask, time) SELECT ' || tbl || ', ' AS noting,
    new_key, old_key, own_key
  FROM synced, keys, matches, masks, rivals, stamps, notes),
-- All of the above once: SQLite copies it wherever it is named.
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
  -- Null where there is no unique index.
  WHEN 'rival' THEN ' BEFORE INSERT ON ' || onto || ' WHEN EXISTS (SELECT 1 FROM ' || reading
    || ' WHERE ' || taken || ') BEGIN ' || noting || own_key || ', 7, ' || new_key || ', ' || note
    || ' FROM ' || reading || ' WHERE (' || taken || ') AND NOT (' || found || '); END'
  ELSE ' BEFORE UPDATE ON ' || onto || ' WHEN ' || moved || ' BEGIN ' || noting || own_key
    || ', 7, ' || new_key || ', ' || note || ' FROM ' || reading || ' WHERE (' || taken
    || ') AND NOT (' || staying || '); END'
  END AS text FROM made, kinds ORDER BY n;

-- @ has_app_triggers
-- Whether there is any: what follows takes SQLite longer to read than to do.
SELECT EXISTS (SELECT 1 FROM sqlite_schema
  WHERE type = 'trigger' AND name NOT LIKE 'tidemark\_%' ESCAPE '\');

-- @ app_triggers
-- ?1: 'all', or 'synced': those that write to a synced table, whose effect comes with the page from
-- whoever wrote it, and those that would undo a whole page or let a row of it go without a word.
-- Rows: name, text.
WITH
spoken AS (SELECT name, sql, ' ' || lower(sql) || ' ' AS said FROM sqlite_schema
  WHERE type = 'trigger' AND name NOT LIKE 'tidemark\_%' ESCAPE '\'
    AND lower(tbl_name) IN (SELECT lower(name) FROM tidemark_tables WHERE covered)
  UNION ALL SELECT NULL, NULL, ' ' || lower(name) || ' ' FROM tidemark_tables WHERE covered),
-- Without quotes, and with a space between any two words.
split AS (SELECT name, sql, replace(replace(replace(replace(replace(replace(replace(replace(
    replace(replace(said, char(10), ' '), char(13), ' '), char(9), ' '), '"', ''), '`', ''),
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
    OR instr(told.said, ' delete from' || t.said)));

-- @ own_triggers
-- Tidemark's own. Rows: name, text.
SELECT name, 'CREATE TRIGGER main.' || substr(sql, 16) FROM sqlite_schema
WHERE type = 'trigger' AND name LIKE 'tidemark\_%' ESCAPE '\';
