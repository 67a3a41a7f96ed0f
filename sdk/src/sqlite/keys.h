// Keys of records as SQLite has them, as the log has them, and as ids. A key of one column is in
// the log as it is; one of several columns is a JSON array there. js/src/stores/sqlite/keys.ts has
// the same for TypeScript.
#ifndef TIDEMARK_SQLITE_KEYS_H
#define TIDEMARK_SQLITE_KEYS_H

#include <string>
#include <string_view>

#include "sqlite/database.h"

namespace tidemark::sqlite {

/// The id of a key of the log, or Errc::key_unsupported.
[[nodiscard]] Outcome<std::string> id_of(const Value& key, std::size_t columns);
/// The values of the key's columns; Errc::key_unsupported for an id of another shape.
[[nodiscard]] Outcome<Values> parts_of(std::string_view id, std::size_t columns);
/// The key of the log for the values of the key's columns.
[[nodiscard]] Value key_of(const Values& parts);

/// Upper case.
[[nodiscard]] std::string hex_of(std::string_view bytes);
[[nodiscard]] Blob blob_of_hex(std::string_view hex);

}  // namespace tidemark::sqlite

#endif  // TIDEMARK_SQLITE_KEYS_H
