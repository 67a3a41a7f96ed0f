// Stamps as SQLite has them: time and node as 64-bit integers; and stamping the log again.
// js/src/stores/sqlite/stamps.ts has the same for TypeScript.
#ifndef TIDEMARK_SQLITE_STAMPS_H
#define TIDEMARK_SQLITE_STAMPS_H

#include <optional>
#include <vector>

#include "sqlite/log.h"
#include "tidemark/port/store.h"

namespace tidemark::sqlite {

[[nodiscard]] Value time_of(Stamp stamp);
/// As SQLite holds 64 bits: with a sign.
[[nodiscard]] Value node_number(Node node);
/// The offset of the hub's clock as triggers add it.
[[nodiscard]] Value ahead_of(std::optional<std::int64_t> offset_ms);

/// What stamping again did, beside the stamps.
struct Restamped {
  /// What deletes take with them: rows that are shown had won.
  std::vector<Loss> losses;
  /// Writes whose stamps fell.
  std::vector<RecordKey> lowered;
};
/// Stamps the log again, in the order of writing. What was adopted stays below everything else;
/// what is offered stays as it is.
[[nodiscard]] Restamped restamp_log(Database& db, Tables& tables, const Store::Again& again);

/// From now on triggers stamp so. The log ends with a boundary.
void stamp_as(Database& db, const Stamping& stamping);

}  // namespace tidemark::sqlite

#endif  // TIDEMARK_SQLITE_STAMPS_H
