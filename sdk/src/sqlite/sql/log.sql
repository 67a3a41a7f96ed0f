-- The log: reading what waits, and what becomes of it.

-- @ log_read
-- ?1: after which entry; ?2: how many. Boundaries (op 0) included: what lies between two of them is
-- sent together.
SELECT * FROM tidemark_entries WHERE entry > ?1 ORDER BY entry LIMIT ?2;

-- @ log_behind
-- ?1: an entry. What comes after it, of the records that are written up to it.
SELECT * FROM tidemark_entries WHERE entry > ?1 AND op BETWEEN 1 AND 5 AND (tbl, key) IN (
  SELECT tbl, key FROM tidemark_log WHERE entry <= ?1 AND op BETWEEN 1 AND 5) ORDER BY entry;

-- @ log_key_bytes
SELECT hex(key) FROM tidemark_log WHERE entry = ?1;

-- @ log_of
-- ?1: JSON, [table, key] of records.
SELECT * FROM tidemark_entries WHERE op BETWEEN 1 AND 5 AND (tbl, key) IN (
  SELECT value ->> 0, value ->> 1 FROM json_each(?1)) ORDER BY entry;

-- @ log_count
-- What is pending, and up to which entry it was counted.
SELECT count(*), (SELECT max(entry) FROM tidemark_log) FROM tidemark_log WHERE op BETWEEN 1 AND 5;

-- @ log_since
SELECT count(*), coalesce(max(entry), ?1) FROM tidemark_log WHERE entry > ?1 AND op BETWEEN 1 AND 5;

-- @ log_adopted
SELECT count(*) FROM tidemark_log WHERE op BETWEEN 1 AND 5 AND time < 1 << 32 AND offer IS NULL;

-- @ log_newest
SELECT max(stamp) FROM tidemark_entries WHERE op BETWEEN 1 AND 5 AND offer IS NULL;

-- @ log_first
SELECT min(entry) FROM tidemark_log;

-- @ log_last
SELECT max(entry) FROM tidemark_log;

-- @ log_settled
-- The last boundary that was settled: what is to be settled comes after it.
SELECT entry FROM tidemark_log WHERE op = 0 AND mask IS NULL ORDER BY entry DESC LIMIT 1;

-- @ log_noted
-- ?1: after which entry. What is to be settled, each with the write that it was noted for, or what
-- shows that there was none. What foreign keys and a change of the key do lies between.
SELECT n.entry, n.tbl, n.key, n.op, n.mask, w.entry, w.key, w.op
FROM tidemark_log n LEFT JOIN tidemark_log w ON w.entry = (
  SELECT min(x.entry) FROM tidemark_log x WHERE x.entry > n.entry AND x.tbl = n.tbl
    AND CASE n.op WHEN 6 THEN x.op = 1 OR x.op IN (2, 3, 4) AND x.key = n.key
      ELSE CASE n.mask WHEN -1 THEN x.op = 1 ELSE x.op IN (1, 2) AND x.key = n.mask END END)
WHERE n.entry > ?1 AND n.op IN (6, 7) ORDER BY n.entry;

-- @ log_settle_delete
UPDATE tidemark_log SET op = 4, mask = NULL, time = (SELECT time FROM tidemark_log WHERE entry = ?2)
WHERE entry = ?1;

-- @ log_settle_change
-- ?2: null: which fields differ is not known.
UPDATE tidemark_log SET op = CASE WHEN ?2 IS NULL THEN 3 ELSE 2 END, mask = ?2 WHERE entry = ?1;

-- @ log_remove
-- ?1: JSON, entries.
DELETE FROM tidemark_log WHERE entry IN (SELECT value FROM json_each(?1));

-- @ log_remove_noted
-- ?1: after which entry.
DELETE FROM tidemark_log WHERE entry > ?1 AND op IN (6, 7);

-- @ log_remove_empty
-- ?1: after which entry. Updates that changed no field there was.
DELETE FROM tidemark_log WHERE entry > ?1 AND op = 2 AND mask NOT LIKE '%1%' AND columns IS NULL
  AND length(mask) >= (SELECT json_array_length(fields) FROM tidemark_tables t
    WHERE t.tbl = tidemark_log.tbl);

-- @ log_remove_after
DELETE FROM tidemark_log WHERE entry > ?1;

-- @ log_remove_adopted
DELETE FROM tidemark_log WHERE op BETWEEN 1 AND 5 AND time < 1 << 32 AND offer IS NULL;

-- @ log_bound
-- What was committed so far ends here, and is settled.
INSERT INTO tidemark_log (op, time) SELECT 0, time FROM tidemark_log
WHERE entry = (SELECT max(entry) FROM tidemark_log) AND (op <> 0 OR mask IS NOT NULL);

-- @ log_end
-- A transaction ends here, and is to be settled.
INSERT INTO tidemark_log (op, mask, time) SELECT 0, 1, time FROM tidemark_log
WHERE entry = (SELECT max(entry) FROM tidemark_log) AND op <> 0;

-- @ log_unbind
-- Boundaries with nothing between them and the next.
DELETE FROM tidemark_log WHERE op = 0 AND (SELECT n.op FROM tidemark_log n
  WHERE n.entry > tidemark_log.entry ORDER BY n.entry LIMIT 1) = 0;

-- @ log_raise
-- ?1: a time that the next stamp is to be past. The last row is a boundary.
UPDATE tidemark_log SET time = max(time, ?1) WHERE entry = (SELECT max(entry) FROM tidemark_log);

-- @ log_set_time
UPDATE tidemark_log SET time = ?1 WHERE entry = (SELECT max(entry) FROM tidemark_log);

-- @ log_sent
UPDATE tidemark_log SET op = 5 WHERE op = 1 AND entry IN (SELECT value FROM json_each(?1));

-- @ log_whole
UPDATE tidemark_log SET op = 3, mask = NULL WHERE op IN (1, 2, 5) AND columns IS NULL
  AND entry IN (SELECT value FROM json_each(?1));

-- @ log_columns
UPDATE tidemark_log SET columns = ?2 WHERE entry = ?1;

-- @ log_later
-- ?1: an entry that goes behind all others; ?2: the name of its transaction.
INSERT INTO tidemark_log (tbl, key, op, mask, time, node, place, tx, offer, columns)
SELECT tbl, key, op, mask, time, coalesce(node, (SELECT e.node FROM tidemark_eras e
    WHERE e.entry <= l.entry ORDER BY e.entry DESC LIMIT 1)), coalesce(place, entry), ?2, offer,
  columns
FROM tidemark_log l WHERE entry = ?1;

-- @ log_stamp
UPDATE tidemark_log SET time = ?2, node = ?3 WHERE entry = ?1;

-- @ log_add
INSERT INTO tidemark_log (entry, tbl, key, op, mask, time, node, tx, offer, columns)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10);

-- @ log_has
SELECT EXISTS (SELECT 1 FROM tidemark_log WHERE tbl = ?1 AND key = ?2 AND op BETWEEN 1 AND 5);

-- @ log_now
-- The stamp that a write made now would have, as its time.
SELECT max((CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) << 16) + ahead,
  (SELECT time FROM tidemark_log WHERE entry = (SELECT max(entry) FROM tidemark_log)) + 1)
FROM tidemark_clock WHERE one = 1;

-- @ era
-- From the next entry on, this node stamps.
INSERT OR REPLACE INTO tidemark_eras SELECT max(entry) + 1, ?1 FROM tidemark_log;

-- @ era_drop
-- Those that no entry is of.
DELETE FROM tidemark_eras WHERE entry < (SELECT max(e.entry) FROM tidemark_eras e
  WHERE e.entry <= (SELECT min(entry) FROM tidemark_log WHERE op <> 0 AND node IS NULL));
