// Files with shapes that real applications have.

/** A browser's places: INTEGER PRIMARY KEYs, foreign keys, a unique place, a search index. */
export const places = `
  CREATE TABLE moz_places (
    id INTEGER PRIMARY KEY, url LONGVARCHAR, title LONGVARCHAR, rev_host LONGVARCHAR,
    visit_count INTEGER DEFAULT 0, hidden INTEGER DEFAULT 0 NOT NULL, last_visit_date INTEGER,
    guid TEXT, url_hash INTEGER DEFAULT 0 NOT NULL
  );
  CREATE INDEX moz_places_url_hashindex ON moz_places (url_hash);
  CREATE UNIQUE INDEX moz_places_guid_uniqueindex ON moz_places (guid);
  CREATE TABLE moz_historyvisits (
    id INTEGER PRIMARY KEY, from_visit INTEGER,
    place_id INTEGER REFERENCES moz_places (id) ON DELETE CASCADE, visit_date INTEGER
  );
  CREATE VIEW moz_top AS SELECT url, visit_count FROM moz_places ORDER BY visit_count DESC;
  CREATE VIRTUAL TABLE moz_search USING fts5 (title, content = 'moz_places', content_rowid = 'id');
  CREATE TRIGGER moz_places_ai AFTER INSERT ON moz_places BEGIN
    INSERT INTO moz_search (rowid, title) VALUES (new.id, new.title);
  END;
  CREATE TRIGGER moz_places_ad AFTER DELETE ON moz_places BEGIN
    INSERT INTO moz_search (moz_search, rowid, title) VALUES ('delete', old.id, old.title);
  END;
  CREATE TRIGGER moz_places_au AFTER UPDATE ON moz_places BEGIN
    INSERT INTO moz_search (moz_search, rowid, title) VALUES ('delete', old.id, old.title);
    INSERT INTO moz_search (rowid, title) VALUES (new.id, new.title);
  END;
`;
export const placesTables = 'moz_places,moz_historyvisits';

/** What else there is: generated columns, WITHOUT ROWID, STRICT, composite keys, blobs. */
export const shapes = `
  CREATE TABLE invoices (
    number TEXT PRIMARY KEY, net REAL NOT NULL, rate REAL NOT NULL DEFAULT 0.19,
    gross REAL GENERATED ALWAYS AS (net * (1 + rate)) STORED,
    label TEXT AS (number || '!') VIRTUAL
  );
  CREATE TABLE settings (
    scope TEXT, name TEXT, value ANY, PRIMARY KEY (scope, name)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE files (hash TEXT PRIMARY KEY, body BLOB, size INTEGER);
  CREATE TABLE scratch (a, b);
`;
export const shapesTables = 'invoices,settings,files';

export const todos = 'CREATE TABLE todos (id TEXT PRIMARY KEY, title TEXT, done INTEGER);';
