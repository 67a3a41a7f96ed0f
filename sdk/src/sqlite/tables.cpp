// Tables, read from the schema.
#include "sqlite/tables.h"

#include <sqlite3.h>

#include <algorithm>
#include <utility>

#include "sqlite/sql.h"
#include "sqlite/texts.h"

namespace tidemark::sqlite {
namespace {

std::string advice_of(const std::string& kind) {
  if (kind == "view") return "is a view: sync the tables that it shows";
  if (kind == "virtual") return "is a virtual table: sync the table that it indexes";
  return kind == "shadow" ? "belongs to a virtual table" : "";
}

// SQLite's names know no case.
bool is_own(const std::string& name) {
  constexpr const char* kPrefix = "tidemark_";
  return sqlite3_strnicmp(name.c_str(), kPrefix, 9) == 0;
}

// A default is SQL of the app's own schema: a constant, or an expression.
Value value_of(Database& db, const std::string& expression) {
  return expression == "NULL" ? Value() : db.one("SELECT " + expression);
}

void read_columns(Database& db, Table& table) {
  for (const Values& row : db.all(sql::table_columns, {table.name}))
    table.columns.push_back({text(row[0]), affinity_of(text(row[1])),
                             static_cast<std::size_t>(integer(row[2])),
                             value_of(db, text(row[3]))});
  for (std::size_t i = 0; i < table.columns.size(); ++i)
    if (table.columns[i].key > 0) table.keys.push_back(i);
  std::sort(table.keys.begin(), table.keys.end(), [&](std::size_t a, std::size_t b) {
    return table.columns[a].key < table.columns[b].key;
  });
}

Texts texts_of(Database& db, std::int64_t tbl) {
  Values row = db.first(sql::table_texts, {tbl});
  row.resize(11);
  return {text(row[0]), text(row[1]), text(row[2]), text(row[3]), text(row[4]), text(row[5]),
          text(row[6]), text(row[7]), text(row[8]), text(row[9]), text(row[10])};
}

}  // namespace

std::size_t Table::column(std::string_view wanted) const noexcept {
  const auto is = [&](const Column& column) { return column.name == wanted; };
  return static_cast<std::size_t>(std::find_if(columns.begin(), columns.end(), is) -
                                  columns.begin());
}

std::string quoted_name(std::string_view name) {
  std::string out = "\"";
  for (const char c : name) out.append(c == '"' ? 2 : 1, c);
  return out + '"';
}

bool check_table(Database& db, const std::string& name) {
  const Values found = db.first(sql::table_kind, {name});
  const auto refuse = [&](const std::string& why) {
    db.fail({Errc::table_unsupported, name + ' ' + why});
    return false;
  };
  if (found.empty()) return refuse("is no table of this database");
  if (is_own(name)) return refuse("is Tidemark's own");
  // SQLite finds it all the same; to the hub, and to other devices, it would be another table.
  if (text(found[3]) != name)
    return refuse("is called " + text(found[3]) + " in this database: name it so");
  if (const std::string advice = advice_of(text(found[0])); !advice.empty()) return refuse(advice);
  if (integer(found[1]) == 0)
    return refuse(
        "has no primary key: give it one, for example id TEXT PRIMARY KEY, so that its rows can be "
        "told apart");
  return integer(found[2]) == 1;
}

bool is_rebuilt(Database& db, const Table& table) {
  return !table.columns.empty() && db.is(sql::table_rebuilt, {table.tbl});
}

std::vector<Table> read_tables(Database& db) {
  std::vector<Table> tables;
  for (const Values& row : db.all(sql::tables)) {
    Table table;
    table.tbl = integer(row[0]);
    table.name = text(row[1]);
    table.merge = text(row[2]) == "record" ? MergeMode::record : MergeMode::field;
    table.covered = integer(row[3]) == 1;
    table.counted = integer(row[4]) == 1;
    if (auto fields = strings_of(text(row[5])))
      table.fields = *std::move(fields);
    else
      db.fail(damaged("tidemark_tables"));
    read_columns(db, table);
    table.texts = texts_of(db, table.tbl);
    tables.push_back(std::move(table));
  }
  return tables;
}

void rebuild_triggers(Database& db, std::int64_t tbl, bool migrating) {
  std::vector<std::string> wanted;
  for (const Values& row : db.all(sql::triggers, {tbl, std::int64_t{migrating}}))
    if (!is_null(row[1])) wanted.push_back(text(row[1]));
  std::vector<std::string> there;
  for (const Values& row : db.all(sql::table_triggers, {tbl})) there.push_back(text(row[1]));
  if (std::is_permutation(wanted.begin(), wanted.end(), there.begin(), there.end())) return;
  drop_triggers(db, tbl);
  for (const std::string& each : wanted) db.exec(each);
}

bool are_newest(Database& db, std::int64_t tbl) {
  const auto there = db.all(sql::table_triggers, {tbl});
  return std::none_of(there.begin(), there.end(),
                      [](const Values& row) { return is_null(row[1]); });
}

void drop_triggers(Database& db, std::int64_t tbl) {
  for (const Values& row : db.all(sql::table_triggers, {tbl}))
    db.exec("DROP TRIGGER " + quoted_name(text(row[0])));
}

}  // namespace tidemark::sqlite
