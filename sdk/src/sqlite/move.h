// Gives records of a table with counted keys other numbers. js/src/stores/sqlite/renumber.ts has
// the same for TypeScript.
#ifndef TIDEMARK_SQLITE_MOVE_H
#define TIDEMARK_SQLITE_MOVE_H

#include <cstdint>
#include <span>

#include "sqlite/commit.h"

namespace tidemark::sqlite {

/// Moves the records under `keys`, in this order, to numbers past all that are taken; `past`: the
/// greatest that is known to be taken elsewhere. Fails with Errc::constraint where the app's schema
/// does not let them.
void move_records(const Committing& on, TableRows& rows, std::span<const std::int64_t> keys,
                  std::int64_t past);

/// The greatest number that a row, a write or a reference of the table has.
[[nodiscard]] std::int64_t greatest_number(Database& db, std::int64_t tbl);

}  // namespace tidemark::sqlite

#endif  // TIDEMARK_SQLITE_MOVE_H
