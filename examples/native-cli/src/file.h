// A file as it is before anything is done to it: whether it is synced, what is, and what could be.
#ifndef TIDEMARK_CLI_FILE_H
#define TIDEMARK_CLI_FILE_H

#include <memory>
#include <string>
#include <vector>

#include "arguments.h"
#include "tidemark/sqlite_store.h"

namespace cli {

struct KnownFile {
  /// Whether it was ever synced.
  bool synced = false;
  /// Remembered: what is synced.
  tidemark::SyncedTables tables;
  /// Those of the app that have a primary key.
  std::vector<std::string> candidates;
};

/// Changes nothing. A file that was never synced is read once, to see that it is whole.
[[nodiscard]] Try<KnownFile> look_into(const Arguments& given);

/// The tables that the command line names; without any, those that the file remembers. There is at
/// least one.
[[nodiscard]] Try<tidemark::SyncedTables> tables_of(const Arguments& given, const KnownFile& file);

/// The same, of a file that was synced before.
[[nodiscard]] Try<tidemark::SyncedTables> synced_tables_of(const Arguments& given,
                                                           const KnownFile& file);

/// A store over the file, with these tables.
[[nodiscard]] std::unique_ptr<tidemark::Store> store_of(const Arguments& given,
                                                        tidemark::SyncedTables tables);
/// A store over a file that is synced already, as it is remembered.
[[nodiscard]] Try<std::unique_ptr<tidemark::Store>> store_of(const Arguments& given);

}  // namespace cli

#endif  // TIDEMARK_CLI_FILE_H
