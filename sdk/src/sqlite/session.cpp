// The frame of a call.
#include "sqlite/session.h"

#include "sqlite/schema.h"
#include "sqlite/sql.h"
#include "sqlite/stamps.h"

namespace tidemark::sqlite {

void Session::stamp(const Stamping& stamping) {
  node_ = stamping.node;
  stamp_as(db_, stamping);
}

void Session::connect() {
  if (source_.connection == nullptr) {
    auto opened = open_file(source_.path, source_.options);
    if (!opened) return db_.fail(opened.error());
    own_ = *std::move(opened);
  }
  db_.use(own_ ? own_.get() : source_.connection, source_.options.host);
  connected_ = true;
}

bool Session::ready() {
  db_.forget();
  if (!connected_) connect();
  if (!db_.ok()) return false;
  if (db_.in_transaction())
    db_.fail({Errc::store_failed, "a transaction of the app is open"});
  else if (db_.is_writing())
    db_.fail({Errc::store_failed, "a statement of the app is writing"});
  else if (!covered_)
    run_cover();
  return db_.ok();
}

// The first transaction. What it changes in the file comes before nothing else does.
void Session::run_cover() {
  begin_transaction();
  cover_tables(db_, source_, node_);
  covered_ = end();
  // Not before: a file without these tables is left as it is.
  if (covered_ && own_ && source_.options.wal) db_.restore("PRAGMA journal_mode = WAL");
}

bool Session::begin() {
  if (!ready()) return false;
  begin_transaction();
  follow();
  if (!db_.ok()) end();
  return db_.ok();
}

void Session::begin_transaction() {
  // What is applied may refer to what has not come yet, or never will: deleted elsewhere.
  checked_ = db_.is("PRAGMA foreign_keys");
  if (checked_) db_.exec("PRAGMA foreign_keys = OFF");
  db_.exec("BEGIN IMMEDIATE");
}

bool Session::end() {
  db_.exec("COMMIT");
  if (!db_.ok()) {
    db_.roll_back();
    schema_ = -1;
  }
  if (checked_) db_.restore("PRAGMA foreign_keys = ON");
  checked_ = false;
  return db_.ok();
}

// The tables are read again where the schema is another, or another store covers others.
void Session::follow() {
  for (auto& [tbl, rows] : tables_) rows.refresh();
  const auto version = [&] { return integer(db_.one("PRAGMA schema_version")); };
  if (version() == schema_ && db_.all(sql::tables) == seen_) return;
  follow_schema(db_, node_);
  tables_ = tables_by_number(db_);
  schema_ = version();
  seen_ = db_.all(sql::tables);
}

}  // namespace tidemark::sqlite
