// Tables that are covered, and columns that come.
#include "sqlite/schema.h"

#include <algorithm>
#include <set>
#include <utility>

#include "json/canonical.h"
#include "sqlite/move.h"
#include "sqlite/reading.h"
#include "sqlite/sql.h"
#include "sqlite/stamps.h"
#include "sqlite/texts.h"

namespace tidemark::sqlite {
namespace {

bool has_store(Database& db) { return !db.all(sql::version).empty(); }

std::vector<std::string> new_columns(const Table& table) {
  std::vector<std::string> added;
  for (const Column& column : table.columns)
    if (std::find(table.fields.begin(), table.fields.end(), column.name) == table.fields.end())
      added.push_back(column.name);
  return added;
}

/// What a new column holds: its default is no value yet, and the rest nobody else knows.
void adopt_column(Database& db, const Table& table, const std::string& name, Node node) {
  Values texts = db.first(sql::column_texts, {table.tbl, name});
  texts.resize(2);
  if (is_null(texts[0]) || is_null(texts[1])) return;
  const Value& absent = table.columns[table.column(name)].absent;
  db.all(text(texts[0]), {absent});
  const Value adopted = db.one(sql::log_adopted);
  db.all(text(texts[1]), {first_entry(db), adopted, node_number(node), absent});
}

/// Values that came for a field before it had its column.
void take_extras(Database& db, const Table& table, const std::string& name) {
  drop_triggers(db, table.tbl);
  TableRows rows(db, table);
  for (const Values& extra : db.all(sql::field_extras, {table.tbl, name})) {
    const auto id = rows.id(extra[0]);
    if (!id || text(extra[1]) == kAbsent) continue;
    auto value = json::canonical(text(extra[1]));
    if (!value) return db.fail(damaged("tidemark_extras"));
    const auto done = rows.patch(*id, {{name, *std::move(value)}});
    if (!done) db.fail(done.error());
  }
}

/// `adopts`: the table was synced before its new columns came; else all of its rows are adopted.
void follow_columns(Database& db, const Table& table, bool adopts, Node node) {
  const auto added = new_columns(table);
  db.all(sql::table_fields, {table.tbl});
  if (adopts)
    for (const std::string& name : added) {
      adopt_column(db, table, name, node);
      take_extras(db, table, name);
    }
  rebuild_triggers(db, table.tbl);
}

/// A hub may know the numbers that there are: what is counted from here on is past them.
void keep_known(Database& db, const Table& table) {
  if (table.counted) db.all(sql::table_known, {table.tbl, greatest_number(db, table.tbl)});
}

/// Logs the rows of these tables as created before everything else, so that they never beat a
/// synced edit, and has the hub read from the beginning.
void adopt_tables(Database& db, const std::vector<Table>& tables, Node node) {
  if (tables.empty()) return;
  std::set<std::int64_t> numbers;
  for (const Table& table : tables) {
    follow_columns(db, table, false, node);
    numbers.insert(table.tbl);
  }
  Tables all = tables_by_number(db);
  adopt_rows({db, all, node}, true, numbers);
  State state = read_state(db);
  stores::move_cursor(state, std::nullopt);
  put_state(db, state);
}

/// Follows what became of a table. What a migration put into one that it made anew, nobody knows:
/// its rows are adopted.
void follow(Database& db, const Table& table, Node node) {
  if (!is_rebuilt(db, table)) return follow_columns(db, table, true, node);
  keep_known(db, table);
  adopt_tables(db, {table}, node);
}

std::set<std::string> covered_before(Database& db) {
  const auto names = covered_names(tables_by_number(db));
  return {names.begin(), names.end()};
}

/// Says in Tidemark's own tables which of the app's are synced.
void name_tables(Database& db, const SyncedTables& tables) {
  std::vector<std::string> names;
  for (const SyncedTable& table : tables) db.all(sql::table_renamed, {table.name});
  for (const auto& [name, merge] : tables) {
    const bool counted = check_table(db, name);
    const char* mode = merge == MergeMode::record ? "record" : "field";
    db.all(sql::table_add, {name, mode, std::int64_t{counted}});
    names.push_back(name);
  }
  // What is created while a table is not synced is told by its number.
  for (const auto& [tbl, rows] : tables_by_number(db)) {
    const Table& table = rows.table();
    const bool ends = std::find(names.begin(), names.end(), table.name) == names.end();
    if (table.covered && ends) keep_known(db, table);
  }
  db.all(sql::table_uncover, {text_of(names)});
}

}  // namespace

Tables tables_by_number(Database& db) {
  Tables tables;
  for (Table& table : read_tables(db)) {
    const std::int64_t tbl = table.tbl;
    tables.emplace(tbl, TableRows(db, std::move(table)));
  }
  return tables;
}

void cover_tables(Database& db, const Source& source, Node node) {
  const std::string& label = source.options.device;
  if (!has_store(db)) {
    db.exec(sql::schema);
    db.all(sql::begin, {label.empty() ? new_device_label() : label});
  }
  const auto before = covered_before(db);
  name_tables(db, source.tables);
  State state = read_state(db);
  if (!label.empty()) state.device = label;
  put_state(db, state);
  std::vector<Table> fresh;
  for (const Table& table : read_tables(db))
    if (!table.covered)
      drop_triggers(db, table.tbl);
    else if (before.contains(table.name))
      follow(db, table, node);
    else
      fresh.push_back(table);
  adopt_tables(db, fresh, node);
}

void follow_schema(Database& db, Node node) {
  db.all(sql::table_dropped);
  for (const Table& table : read_tables(db)) {
    if (!table.covered) continue;
    if (!new_columns(table).empty() || is_rebuilt(db, table))
      follow(db, table, node);
    else if (!are_newest(db, table.tbl))
      rebuild_triggers(db, table.tbl);
  }
}

}  // namespace tidemark::sqlite

namespace tidemark {

Outcome<Done> sqlite_migrate(sqlite3* connection, const std::function<Outcome<Done>()>& work) {
  using namespace sqlite;
  Database db;
  db.use(connection);
  // Within a transaction of the app, as a part of that.
  const bool nested = db.in_transaction();
  db.exec(nested ? "SAVEPOINT tidemark_migrate" : "BEGIN IMMEDIATE");
  std::set<std::int64_t> covered;
  if (db.ok() && has_store(db))
    for (const Table& table : read_tables(db))
      if (table.covered) covered.insert(table.tbl);
  for (const std::int64_t tbl : covered) rebuild_triggers(db, tbl, true);
  if (db.ok())
    if (const auto done = work(); !done) db.fail(done.error());
  if (!covered.empty())
    for (const Table& table : read_tables(db))
      // The store follows what was made anew.
      if (!table.columns.empty() && covered.contains(table.tbl) && !is_rebuilt(db, table))
        rebuild_triggers(db, table.tbl);
  db.exec(nested ? "RELEASE tidemark_migrate" : "COMMIT");
  if (db.ok()) return Done{};
  if (!nested) db.roll_back();
  if (nested && db.in_transaction())
    db.restore("ROLLBACK TO tidemark_migrate; RELEASE tidemark_migrate");
  return db.error();
}

}  // namespace tidemark
