-- What a device keeps of its sync besides the log.

-- @ state
SELECT device, term, cursor, known, clock, offset_ms, hub, sweeping, safe, old FROM tidemark_state;

-- @ state_put
UPDATE tidemark_state SET device = ?1, term = ?2, cursor = ?3, known = ?4, clock = ?5,
  offset_ms = ?6, hub = ?7, sweeping = ?8, safe = ?9, old = ?10;

-- @ clock_put
UPDATE tidemark_clock SET ahead = ?1;

-- @ rereads
SELECT name, id FROM tidemark_rereads ORDER BY n LIMIT ?1;

-- @ reread_count
SELECT count(*) FROM tidemark_rereads;

-- @ reread_has
SELECT EXISTS (SELECT 1 FROM tidemark_rereads WHERE name = ?1 AND id = ?2);

-- @ reread_add
INSERT OR IGNORE INTO tidemark_rereads (name, id) VALUES (?1, ?2);

-- @ reread_drop
DELETE FROM tidemark_rereads WHERE name = ?1 AND id = ?2;

-- @ grave
SELECT row FROM tidemark_graves WHERE tbl = ?1 AND key = ?2;

-- @ grave_put
INSERT OR REPLACE INTO tidemark_graves VALUES (?1, ?2, ?3);

-- @ graves_drop
-- Rows kept aside are needed only for what is pending.
DELETE FROM tidemark_graves WHERE NOT EXISTS (SELECT 1 FROM tidemark_log l
  WHERE l.tbl = tidemark_graves.tbl AND l.key = tidemark_graves.key AND l.op BETWEEN 1 AND 5);

-- @ grave_count
SELECT count(*) FROM tidemark_graves;

-- @ letters
SELECT id, change, code, message, at, row FROM tidemark_letters ORDER BY id;

-- @ letter
SELECT id, change, code, message, at, row FROM tidemark_letters WHERE id = ?1;

-- @ letter_add
INSERT INTO tidemark_letters (name, record, code, message, at, change, row)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7);

-- @ letter_drop
DELETE FROM tidemark_letters WHERE id = ?1;

-- @ letter_drop_refused
-- Of a record that came again.
DELETE FROM tidemark_letters WHERE name = ?1 AND record = ?2 AND code = 'constraint';

-- @ letter_count
SELECT count(*) FROM tidemark_letters;

-- @ letter_of
SELECT EXISTS (SELECT 1 FROM tidemark_letters WHERE name = ?1 AND record = ?2);

-- @ letters_saying
-- ?1: a pattern of messages. Rows: table, record, row.
SELECT name, record, row FROM tidemark_letters WHERE message LIKE ?1 AND row IS NOT NULL;

-- @ letter_records
SELECT DISTINCT name, record FROM tidemark_letters;

-- @ journal_add
INSERT INTO tidemark_journal (seq, heads) VALUES (?1, ?2);

-- @ journal_last
SELECT n, seq FROM tidemark_journal ORDER BY n DESC LIMIT 1;

-- @ journal_past
SELECT seq, heads FROM tidemark_journal WHERE seq > ?1 ORDER BY n;

-- @ journal_drop_past
DELETE FROM tidemark_journal WHERE seq > ?1;

-- @ journal_drop_safe
DELETE FROM tidemark_journal WHERE seq <= ?1;

-- @ journal_drop_old
DELETE FROM tidemark_journal WHERE n <= ?1;

-- @ losses
-- ?1: since when; ?2: whether they were dropped.
SELECT loss FROM tidemark_losses WHERE at >= ?1 AND dropped = ?2 ORDER BY at, n;

-- @ losses_of
SELECT loss FROM tidemark_losses WHERE name = ?1 AND record = ?2 AND stamp = ?3;

-- @ loss_put
INSERT OR REPLACE INTO tidemark_losses (name, record, stamp, fields, at, dropped, loss)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7);

-- @ losses_trim
-- ?1: since when they are kept; ?2: how many.
DELETE FROM tidemark_losses WHERE at < ?1 OR n NOT IN (
  SELECT n FROM tidemark_losses ORDER BY at DESC, n DESC LIMIT ?2);

-- @ exchange_add
INSERT INTO tidemark_exchanges (entry) VALUES (?1);

-- @ exchanges_trim
DELETE FROM tidemark_exchanges WHERE n NOT IN (
  SELECT n FROM tidemark_exchanges ORDER BY n DESC LIMIT ?1);

-- @ exchanges
SELECT entry FROM tidemark_exchanges ORDER BY n;

-- @ shown_add
INSERT OR IGNORE INTO tidemark_shown VALUES (?1, ?2);

-- @ shown_pending
-- What is pending stays as well, and what became a letter.
INSERT OR IGNORE INTO tidemark_shown SELECT tbl, key FROM tidemark_log WHERE op BETWEEN 1 AND 5;

-- @ shown_clear
DELETE FROM tidemark_shown;

-- @ extras
SELECT field, stored, value FROM tidemark_extras WHERE tbl = ?1 AND key = ?2;

-- @ extras_count
SELECT count(*) FROM tidemark_extras;

-- @ extra_put
INSERT OR REPLACE INTO tidemark_extras VALUES (?1, ?2, ?3, ?4, ?5);

-- @ extra_drop
DELETE FROM tidemark_extras WHERE tbl = ?1 AND key = ?2 AND field = ?3;

-- @ extras_drop
DELETE FROM tidemark_extras WHERE tbl = ?1 AND key = ?2;

-- @ clear
DELETE FROM tidemark_extras; DELETE FROM tidemark_graves; DELETE FROM tidemark_shown;
DELETE FROM tidemark_rereads; DELETE FROM tidemark_letters; DELETE FROM tidemark_journal;
DELETE FROM tidemark_losses; DELETE FROM tidemark_exchanges;
DELETE FROM tidemark_log WHERE entry < (SELECT max(entry) FROM tidemark_log);
UPDATE tidemark_state SET cursor = NULL, known = NULL, clock = NULL, hub = NULL, sweeping = 0,
  safe = 0, old = 0, term = term + 1;
