// The Store port over a SQLite database: the tables of a file, or of a connection that the app
// already has. Triggers record what any program writes to them, in the transaction of each write.
#ifndef TIDEMARK_SQLITE_STORE_H
#define TIDEMARK_SQLITE_STORE_H

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tidemark/port/host.h"
#include "tidemark/port/store.h"

struct sqlite3;

namespace tidemark {

/// A table that is synced, by its name. It has a primary key.
struct SyncedTable {
  SyncedTable(const char* table, MergeMode mode = MergeMode::field) : name(table), merge(mode) {}
  SyncedTable(std::string table, MergeMode mode = MergeMode::field)
      : name(std::move(table)), merge(mode) {}

  std::string name;
  MergeMode merge;
};
/// All that a store syncs.
using SyncedTables = std::vector<SyncedTable>;

/// Which triggers of the app fire for what a page brings. `local`: those that write to no synced
/// table, such as a search index or a log of the device; what the others write is synced itself,
/// and comes from whoever made them fire.
enum class AppTriggers : std::uint8_t { local, all, none };

/// How a store uses its database.
struct SqliteOptions {
  /// A label of this device, for lists and logs; one is drawn, and kept, if there is none.
  std::string device = {};
  /// How long a call waits for another program that holds the file, in milliseconds. Only of a
  /// store that opens the file itself.
  int busy_timeout_ms = 5'000;
  /// Whether the file is put into WAL mode, in which readers and a writer do not wait for each
  /// other. Only of a store that opens the file itself; where WAL is not possible, the file stays
  /// as it is.
  bool wal = true;
  AppTriggers triggers = AppTriggers::local;
  /// By whose clock losses and dead letters are dated, and kept for some days. Null: the machine's.
  /// Outlives the store. Writes are stamped by SQLite's.
  Host* host = nullptr;
};

/// A store over the file at `path`, which exists and has the tables: a file that is missing,
/// damaged or no database is left as it is. The file is opened, and recording begins, with the
/// first call, which gives the error where that fails; the next call tries again.
/// Errors: Errc::table_unsupported, Errc::storage_unavailable (missing, read-only),
/// Errc::storage_damaged, Errc::storage_full, Errc::store_failed (locked, and all else).
[[nodiscard]] std::unique_ptr<Store> sqlite_store(std::string path, SyncedTables tables,
                                                  SqliteOptions options = {});

/// A store over a connection of the app, which outlives the store and is not closed by it. It is
/// used only within calls of the store, on their thread. While the app holds a transaction open, or
/// a statement that writes is not done, calls give Errc::store_failed and do nothing.
[[nodiscard]] std::unique_ptr<Store> sqlite_store(sqlite3* connection, SyncedTables tables,
                                                  SqliteOptions options = {});

/// Runs `work`, which changes the app's schema, in one transaction, or as a part of the one that is
/// open: also what Tidemark's triggers would hinder, such as dropping a column. Rows that it writes
/// are recorded, whole. Where `work` gives an error, nothing has happened.
Outcome<Done> sqlite_migrate(sqlite3* connection, const std::function<Outcome<Done>()>& work);

}  // namespace tidemark

#endif  // TIDEMARK_SQLITE_STORE_H
