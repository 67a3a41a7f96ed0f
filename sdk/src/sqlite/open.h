// The connection of a store: the file's own, or one that the app has.
#ifndef TIDEMARK_SQLITE_OPEN_H
#define TIDEMARK_SQLITE_OPEN_H

#include <memory>
#include <string>

#include "tidemark/result.h"
#include "tidemark/sqlite_store.h"

namespace tidemark::sqlite {

struct CloseConnection {
  void operator()(sqlite3* connection) const noexcept;
};
using OwnConnection = std::unique_ptr<sqlite3, CloseConnection>;

/// Opens a file that is there and is a database; changes nothing in it.
[[nodiscard]] Outcome<OwnConnection> open_file(const std::string& path,
                                               const SqliteOptions& options);

/// A label of this device: 8 characters of chance.
[[nodiscard]] std::string new_device_label();
[[nodiscard]] Node new_node();

}  // namespace tidemark::sqlite

#endif  // TIDEMARK_SQLITE_OPEN_H
