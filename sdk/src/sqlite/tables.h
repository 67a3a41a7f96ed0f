// The synced tables as the database has them: their columns, keys and statements, and the triggers
// that record what is written to them. js/src/stores/sqlite/tables.ts has the same for TypeScript.
#ifndef TIDEMARK_SQLITE_TABLES_H
#define TIDEMARK_SQLITE_TABLES_H

#include <string>
#include <vector>

#include "sqlite/column_values.h"
#include "sqlite/database.h"
#include "tidemark/port/outbox.h"

namespace tidemark::sqlite {

struct Column {
  std::string name;
  Affinity affinity = Affinity::none;
  /// Its place in the key, from 1; 0: it is no part of it.
  std::size_t key = 0;
  /// Its default: what it holds for a field that the row lacks. Where that is NULL, NULL is such a
  /// field, and else a null.
  Value absent;
};

/// Statements of one table: see `table_texts` in sdk/src/sqlite/sql/tables.sql.
struct Texts {
  std::string read, put, remove, first, next, update, where, sweep, adopt;
  /// Empty: there is no unique index, or no key that is equal to others by its collation.
  std::string probe, change;
};

struct Table {
  std::int64_t tbl = 0;
  std::string name;
  MergeMode merge = MergeMode::field;
  /// Whether it is synced now; it may have writes pending all the same.
  bool covered = false;
  /// Whether SQLite counts its keys.
  bool counted = false;
  /// By their places in the masks of the log.
  std::vector<std::string> fields;
  std::vector<Column> columns;
  /// The columns of the key, in its order, by their places in `columns`.
  std::vector<std::size_t> keys;
  Texts texts;

  /// The column's place; the number of columns: there is none.
  [[nodiscard]] std::size_t column(std::string_view name) const noexcept;
};

/// A name for a statement.
[[nodiscard]] std::string quoted_name(std::string_view name);

/// Fails with Errc::table_unsupported for a name that cannot be synced; returns whether SQLite
/// counts the table's keys.
bool check_table(Database& db, const std::string& name);
/// All that are synced or were; one that is gone has no columns.
[[nodiscard]] std::vector<Table> read_tables(Database& db);
/// Whether the table was made anew: nothing has recorded what is in it.
[[nodiscard]] bool is_rebuilt(Database& db, const Table& table);
/// Makes the triggers of a table anew, for the columns that it has now, unless they are as they
/// should be: every program would have to read the schema again. `migrating`: none of them hinders
/// a column from being dropped, and all updates count as whole writes.
void rebuild_triggers(Database& db, std::int64_t tbl, bool migrating = false);
/// Whether the app has made no trigger on the table since.
[[nodiscard]] bool are_newest(Database& db, std::int64_t tbl);
void drop_triggers(Database& db, std::int64_t tbl);

}  // namespace tidemark::sqlite

#endif  // TIDEMARK_SQLITE_TABLES_H
