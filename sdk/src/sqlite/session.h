// What the calls of a store have in common: the connection, opened when it is first needed; the
// tables, read again where the schema is another; a transaction for each call.
#ifndef TIDEMARK_SQLITE_SESSION_H
#define TIDEMARK_SQLITE_SESSION_H

#include <string>
#include <utility>

#include "sqlite/commit.h"
#include "sqlite/database.h"
#include "sqlite/open.h"
#include "sqlite/state.h"
#include "tidemark/port/store.h"

namespace tidemark::sqlite {

/// Where a store's data is.
struct Source {
  std::string path;
  /// Of the app; null: the file at `path`.
  sqlite3* connection = nullptr;
  SyncedTables tables;
  SqliteOptions options;
};

class Session {
 public:
  explicit Session(Source source) : source_(std::move(source)), node_(new_node()) {}

  [[nodiscard]] Database& db() noexcept { return db_; }
  [[nodiscard]] Tables& tables() noexcept { return tables_; }
  [[nodiscard]] Committing committing() noexcept {
    return {db_, tables_, node_, source_.options.triggers};
  }
  void stamp(const Stamping& stamping);

  /// Runs `work` in one transaction: all of it, or nothing.
  template <typename Work>
  auto run(Work work) -> Outcome<decltype(work())> {
    if (begin()) {
      auto result = work();
      if (end()) return result;
    }
    return db_.error();
  }
  /// Runs `work`, which only reads, and only Tidemark's own tables.
  template <typename Work>
  auto look(Work work) -> Outcome<decltype(work())> {
    if (ready()) {
      auto result = work();
      if (db_.ok()) return result;
    }
    return db_.error();
  }

 private:
  /// Opens the connection and covers the tables, if that is not done.
  bool ready();
  bool begin();
  void begin_transaction();
  bool end();
  void connect();
  void run_cover();
  void follow();

  Source source_;
  OwnConnection own_;
  Database db_;
  Tables tables_;
  /// Who stamps what is adopted: the engine that leads; until one does, nobody else's.
  Node node_;
  std::int64_t schema_ = -1;
  std::vector<Values> seen_;
  bool connected_ = false;
  bool covered_ = false;
  /// Foreign keys were checked, and will be again.
  bool checked_ = false;
};

}  // namespace tidemark::sqlite

#endif  // TIDEMARK_SQLITE_SESSION_H
