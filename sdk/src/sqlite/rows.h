// Rows of the app's tables in tagged form: reading them, and writing what sync brings.
// js/src/stores/sqlite/rows.ts has the same for TypeScript.
#ifndef TIDEMARK_SQLITE_ROWS_H
#define TIDEMARK_SQLITE_ROWS_H

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sqlite/tables.h"
#include "tidemark/wire.h"

namespace tidemark::sqlite {

/// The rows of one table. What a row cannot be written for is given back, and is no error of the
/// call: Errc::constraint where the database does not let it in, Errc::key_unsupported.
class TableRows {
 public:
  TableRows(Database& db, Table table) : db_(&db), table_(std::move(table)) {}

  [[nodiscard]] const Table& table() const noexcept { return table_; }
  /// Whether the database has the table.
  [[nodiscard]] bool exists() const noexcept { return !table_.columns.empty(); }
  /// Whether the table is synced now, and is there.
  [[nodiscard]] bool is_synced() const noexcept { return table_.covered && exists(); }
  /// Gives fields that have no column a place in masks.
  void add_fields(const std::vector<std::string>& names);

  [[nodiscard]] Outcome<Values> parts(const std::string& id) const;
  /// None for an id that has no place in this table.
  [[nodiscard]] std::optional<Value> key(const std::string& id) const;
  [[nodiscard]] Outcome<std::string> id(const Value& key) const;

  [[nodiscard]] std::optional<Row> read(const std::string& id);
  [[nodiscard]] bool has(const std::string& id);
  /// A row as the database has it, in tagged form.
  [[nodiscard]] Row tagged(const Values& found, const Value& key);

  /// The other rows that hold a place of this one in a unique index: the database is asked.
  [[nodiscard]] std::vector<std::string> rivals(const std::string& id, const Row& row);

  /// Writes a whole row.
  Outcome<Done> put(const std::string& id, const Row& row);
  /// Sets some fields; gives false where there is no such row.
  Outcome<bool> patch(const std::string& id, const Row& fields);
  Outcome<Done> remove(const std::string& id);

  /// Another program may have written since.
  void refresh() noexcept { has_extras_.reset(); }

 private:
  struct Field {
    std::size_t column;
    Stored stored;
  };
  [[nodiscard]] Field field_of(std::size_t column, const Row& row, const Values& parts) const;
  [[nodiscard]] Values found(const Values& parts);
  [[nodiscard]] bool has_extras();
  void add_extras(Row& row, const Values& found, const Value& key);
  void keep_extras(const Values& parts, const Row& row, const std::vector<Field>& fields);
  void keep_extra(const Value& key, const std::string& name, const Value& stored,
                  const std::string& text);
  void drop_extra(const Value& key, const std::string& name);
  std::optional<Error> put_values(const std::string& id, const Values& values, const Values& parts);
  [[nodiscard]] std::vector<std::string> probe(const Values& values, const Values& parts);
  std::optional<Error> write(const std::string& id, const std::string& sql, const Values& values);

  Database* db_;
  Table table_;
  /// Whether any row of any table has extras: mostly there are none to look for.
  std::optional<bool> has_extras_;
};

/// The tables by their numbers.
using Tables = std::map<std::int64_t, TableRows>;
/// Null: no such table is or was synced.
[[nodiscard]] TableRows* rows_of(Tables& tables, std::string_view name) noexcept;

}  // namespace tidemark::sqlite

#endif  // TIDEMARK_SQLITE_ROWS_H
