// Files with an app's tables, the app's own SQL, and what a store makes of it.
#pragma once

#include <sqlite3.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "tidemark/sqlite_store.h"

namespace support {

/// A connection of the app. A statement that fails ends the test case.
class App {
 public:
  explicit App(const std::string& path = ":memory:",
               int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
  ~App() { sqlite3_close(connection_); }
  App(const App&) = delete;
  App& operator=(const App&) = delete;

  [[nodiscard]] sqlite3* connection() const { return connection_; }
  void run(const std::string& sql);
  /// SQLite's result code.
  int code_of(const std::string& sql) const;
  /// The first column of every row, each as text.
  std::vector<std::string> column(const std::string& sql);
  /// The first of these.
  std::string one(const std::string& sql) { return column(sql).at(0); }

 private:
  sqlite3* connection_ = nullptr;
};

/// A file that is gone when the test case ends.
class File {
 public:
  File();
  ~File();
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  [[nodiscard]] std::string path() const { return (folder_ / "app.db").string(); }
  [[nodiscard]] std::string bytes() const;
  void write(const std::string& bytes) const;

 private:
  std::filesystem::path folder_;
};

/// Runs SQL in the plain `sqlite3` shell.
void in_shell(const File& file, const std::string& sql);

/// What the log says of each write, oldest first: `todos "a" created`, `todos "a" done,title`.
std::vector<std::string> recorded(tidemark::Store& store);
/// As if the hub had taken everything. Leads.
void settle(tidemark::Store& store);
/// Commits a page. Leads.
tidemark::CommitResult pull(tidemark::Store& store, std::vector<tidemark::Change> changes);
tidemark::Change whole(const std::string& table, const std::string& id, tidemark::Row row,
                       std::int64_t ms = 1'000);
/// The row that a store reads; fails the test where there is none.
tidemark::Row row_of(tidemark::Store& store, const std::string& table, const std::string& id);
/// The store over an app's connection, with nothing pending.
std::unique_ptr<tidemark::Store> synced(App& app, tidemark::SyncedTables tables);

using Texts = std::vector<std::string>;

}  // namespace support
