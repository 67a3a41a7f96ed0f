// Looking into a file with a connection of its own, which is closed before a store opens the file.
#include "file.h"

#include <algorithm>
#include <utility>

#include "output.h"
#include "sqlite/database.h"
#include "sqlite/open.h"

namespace cli {
namespace {

using tidemark::Errc;
using tidemark::Error;
using tidemark::sqlite::Values;

constexpr const char* kIsSynced =
    "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'tidemark_state'";
// A table that another program renamed is known by its trigger; one that it dropped has none.
constexpr const char* kRemembered =
    "SELECT coalesce(s.tbl_name, t.name), t.merge FROM tidemark_tables t"
    " LEFT JOIN sqlite_schema s ON s.type = 'trigger'"
    "  AND s.name = 'tidemark_' || t.tbl || '_insert'"
    " WHERE t.covered AND (s.name IS NOT NULL OR EXISTS (SELECT 1 FROM sqlite_schema n"
    "  WHERE n.type = 'table' AND n.name = t.name)) ORDER BY t.tbl";
constexpr const char* kCandidates =
    "SELECT name FROM pragma_table_list l WHERE l.schema = 'main' AND l.type = 'table'"
    " AND l.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND l.name NOT LIKE 'tidemark\\_%' ESCAPE '\\'"
    " AND EXISTS (SELECT 1 FROM pragma_table_xinfo(l.name) WHERE pk > 0) ORDER BY name";

int busy_ms(const Arguments& given) { return static_cast<int>(given.busy_s * 1'000); }

tidemark::SqliteOptions options_of(const Arguments& given) {
  tidemark::SqliteOptions options;
  options.device = given.device;
  options.busy_timeout_ms = busy_ms(given);
  return options;
}

std::string list_of(const std::vector<std::string>& names) {
  std::string list;
  for (const std::string& name : names) list += (list.empty() ? "" : ",") + name;
  return list;
}

// What is damaged would be spread, or found when half of it is sent.
void check_whole(tidemark::sqlite::Database& db) {
  const std::string found = tidemark::sqlite::text(db.one("PRAGMA quick_check(1)"));
  if (db.ok() && found != "ok") db.fail({Errc::storage_damaged, found});
}

// What is not said stays as it was.
tidemark::MergeMode mode_of(const std::string& name, const Arguments& given,
                            const KnownFile& file) {
  using tidemark::MergeMode;
  if (given.merge) return *given.merge == "record" ? MergeMode::record : MergeMode::field;
  for (const auto& table : file.tables)
    if (table.name == name) return table.merge;
  return MergeMode::field;
}

}  // namespace

Try<KnownFile> look_into(const Arguments& given) {
  auto opened = tidemark::sqlite::open_file(given.file, options_of(given));
  if (!opened) return failure_of(opened.error());
  tidemark::sqlite::Database db;
  db.use(opened->get());
  KnownFile file;
  file.synced = db.is(kIsSynced);
  if (file.synced) {
    for (const Values& row : db.all(kRemembered))
      file.tables.emplace_back(tidemark::sqlite::text(row[0]),
                               tidemark::sqlite::text(row[1]) == "record"
                                   ? tidemark::MergeMode::record
                                   : tidemark::MergeMode::field);
  } else {
    check_whole(db);
  }
  for (const Values& row : db.all(kCandidates))
    file.candidates.push_back(tidemark::sqlite::text(row[0]));
  if (db.ok()) return file;
  return failure_of({db.error().code, given.file + ": " + db.error().detail});
}

Try<tidemark::SyncedTables> tables_of(const Arguments& given, const KnownFile& file) {
  if (given.tables.empty()) {
    if (!file.tables.empty()) return file.tables;
    if (file.candidates.empty())
      return usage_failure(given.file + " has no table that can be synced",
                           "a table needs a primary key");
    return usage_failure("no table of " + given.file + " is synced yet",
                         "name them: --tables " + list_of(file.candidates));
  }
  tidemark::SyncedTables tables;
  for (const std::string& name : given.tables)
    tables.emplace_back(name, mode_of(name, given, file));
  std::vector<std::string> ended;
  for (const auto& before : file.tables)
    if (std::find(given.tables.begin(), given.tables.end(), before.name) == given.tables.end())
      ended.push_back(before.name);
  if (!ended.empty()) print_note("no longer synced: " + list_of(ended), given.json);
  return tables;
}

std::unique_ptr<tidemark::Store> store_of(const Arguments& given, tidemark::SyncedTables tables) {
  return tidemark::sqlite_store(given.file, std::move(tables), options_of(given));
}

Try<tidemark::SyncedTables> synced_tables_of(const Arguments& given, const KnownFile& file) {
  if (file.synced) return tables_of(given, file);
  return usage_failure(given.file + " is not synced yet",
                       "tidemark sync FILE --url URL --tables " + list_of(file.candidates));
}

Try<std::unique_ptr<tidemark::Store>> store_of(const Arguments& given) {
  auto file = look_into(given);
  if (!file) return file.error();
  auto tables = synced_tables_of(given, *file);
  if (!tables) return tables.error();
  return store_of(given, *std::move(tables));
}

}  // namespace cli
