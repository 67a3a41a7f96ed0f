-- Records that get another key, because another device's record has theirs: SQLite counted to the
-- same number on both. All that refers to them goes with them.

-- @ log_reused
-- ?1: after which entry. A creation behind other pending writes of its record: the device deleted
-- that and took its number again. To its database it is the same record, so it is none of its own.
-- (The sign: the range is looked up, and the rest of the log only if there is a creation in it.)
UPDATE tidemark_log SET mask = NULL
WHERE entry > ?1 AND op IN (1, 5) AND mask IS NOT NULL AND +entry IN (
  SELECT entry FROM (
    SELECT entry, coalesce(place, entry) AS place,
      min(coalesce(place, entry)) OVER (PARTITION BY tbl, key) AS first
    FROM tidemark_log WHERE op BETWEEN 1 AND 5 AND (tbl, key) IN (
      SELECT tbl, key FROM tidemark_log WHERE op = 4
        AND tbl IN (SELECT tbl FROM tidemark_tables WHERE counted)))
  WHERE place > first);

-- @ log_untaken
-- ?1: JSON, entries of creations that no hub took, though they were sent.
UPDATE tidemark_log SET op = 1 WHERE op = 5 AND entry IN (SELECT value FROM json_each(?1));

-- @ log_known
-- ?1, ?2: a record that was not created here alone.
UPDATE tidemark_log SET op = 3, mask = NULL WHERE op IN (1, 5) AND tbl = ?1 AND key = ?2;

-- @ log_drop_record
DELETE FROM tidemark_log WHERE op BETWEEN 1 AND 5 AND tbl = ?1 AND key = ?2;

-- @ renumber_texts
-- ?1: a counted table by its number. Rows: a kind and a statement. `most`: the greatest number that a
-- row, a write or a reference has. `late`: removes the rows whose new number has come from the hub.
-- `row`: renumbers the others. `keys`: adds to the moves the rows of another table whose keys refer
-- to these. `refs`: updates what refers in keys, or in a table that is not synced; `fields`: what
-- refers in other columns.
WITH RECURSIVE
root AS (SELECT t.tbl, s.name, '"' || replace(s.name, '"', '""') || '"' AS quoted, c.name AS id,
    '"' || replace(c.name, '"', '""') || '"' AS quoted_id
  FROM tidemark_tables t JOIN sqlite_schema s ON s.type = 'table' AND lower(s.name) = lower(t.name),
    pragma_table_xinfo(s.name) c
  WHERE t.tbl = ?1 AND c.pk = 1),
links AS (SELECT s.name AS child, f."from" AS child_column, f."table" AS parent,
    coalesce(f."to", (SELECT p.name FROM pragma_table_xinfo(f."table") p WHERE p.pk = f.seq + 1))
      AS parent_column
  FROM sqlite_schema s, pragma_foreign_key_list(s.name) f WHERE s.type = 'table'),
-- The columns that have these numbers, by way of others as well.
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
-- Of a table that is not synced, all is written at once: nobody records it.
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
  'UPDATE ' || onto || ' SET ' || sets || ' WHERE ' || moved FROM sets;

-- @ sequence_raise
-- ?1: a table by its name, ?2: a number that its rows have got to otherwise than by an insert.
UPDATE sqlite_sequence SET seq = ?2 WHERE name = ?1 AND seq < ?2;

-- @ moves_add
-- ?1: a table by its number, ?2: JSON, pairs of an old and a new key.
INSERT INTO tidemark_moves SELECT ?1, value ->> 0, value ->> 1 FROM json_each(?2);

-- @ moves_made
-- ?1: a table by its number. What its moves have moved of other tables, and hubs may know: the
-- table's number, the old key, and the new one.
SELECT m.tbl, m.old, m.new FROM tidemark_moves m WHERE m.tbl <> ?1 AND NOT EXISTS (
  SELECT 1 FROM tidemark_log l WHERE l.op = 1 AND l.tbl = m.tbl AND l.key = m.new);

-- @ moves_log
-- Under their new keys, no hub holds them.
UPDATE tidemark_log SET op = CASE op WHEN 5 THEN 1 ELSE op END,
  key = (SELECT new FROM tidemark_moves m
    WHERE m.tbl = tidemark_log.tbl AND m.old = tidemark_log.key)
WHERE op BETWEEN 1 AND 5 AND (tbl, key) IN (SELECT tbl, old FROM tidemark_moves);

-- @ moves_graves
UPDATE tidemark_graves SET key = (SELECT new FROM tidemark_moves m
  WHERE m.tbl = tidemark_graves.tbl AND m.old = tidemark_graves.key)
WHERE (tbl, key) IN (SELECT tbl, old FROM tidemark_moves);

-- @ moves_extras
UPDATE tidemark_extras SET key = (SELECT new FROM tidemark_moves m
  WHERE m.tbl = tidemark_extras.tbl AND m.old = tidemark_extras.key)
WHERE (tbl, key) IN (SELECT tbl, old FROM tidemark_moves);

-- @ moves_unsent
-- ?1: after which entry. What refers in a row that was never sent needs no write of its own: the
-- row is sent as it is then.
DELETE FROM tidemark_log WHERE entry > ?1 AND op = 2 AND (tbl, key) IN (
  SELECT tbl, key FROM tidemark_log WHERE op = 1 AND entry <= ?1);

-- @ moves_clear
DELETE FROM tidemark_moves;

-- @ random_number
-- A key that may be free.
SELECT 1 + abs(random() % 9007199254740991);
