// A database in memory that a Client can sync: for the tests of an app, and small enough to be
// read as the plainest example of the Store port. Nothing lasts longer than the program.
#ifndef TIDEMARK_TESTING_MEMORY_STORE_H
#define TIDEMARK_TESTING_MEMORY_STORE_H

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "tidemark/port/host.h"
#include "tidemark/port/store.h"

namespace tidemark::testing {

/// Tables of rows by id; every write is recorded in the log that is synced. Any thread may use it.
/// An id is the canonical JSON text of a key, and so is every value of a row (wire.h).
class MemoryDatabase {
 public:
  /// How each table merges, by its name.
  using Tables = std::map<std::string, MergeMode, std::less<>>;

  /// `host` gives the time of the stamps, and outlives the database.
  explicit MemoryDatabase(Tables tables, Host& host = system_host());
  ~MemoryDatabase();
  MemoryDatabase(const MemoryDatabase&) = delete;
  MemoryDatabase& operator=(const MemoryDatabase&) = delete;

  /// Writes a row. Where one is there, only the fields that differ count as written in a table
  /// merged by field. Errc::table_unsupported: there is no such table.
  Outcome<Done> put(const std::string& table, const std::string& id, const Row& row);
  /// Sets some fields of a row, and removes those that are kAbsent. Does nothing where there is no
  /// row.
  Outcome<Done> update(const std::string& table, const std::string& id, const Row& fields);
  Outcome<Done> remove(const std::string& table, const std::string& id);
  /// The writes in `work` are sent together. No other thread writes meanwhile.
  void transaction(const std::function<void()>& work);

  [[nodiscard]] std::optional<Row> get(const std::string& table, const std::string& id) const;
  [[nodiscard]] std::map<std::string, Row> rows(const std::string& table) const;
  /// Changes a row as nobody should: unrecorded. For tests of what a comparison finds. None: it is
  /// gone.
  void corrupt(const std::string& table, const std::string& id, const std::optional<Row>& row);

 private:
  friend class MemoryStore;
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// The Store port over `database`. A database may have several, as a file has several programs.
[[nodiscard]] std::unique_ptr<Store> memory_store(std::shared_ptr<MemoryDatabase> database);

}  // namespace tidemark::testing

#endif  // TIDEMARK_TESTING_MEMORY_STORE_H
