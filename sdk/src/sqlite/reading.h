// Reading everything again: what a reset offers and adopts, and the sweep at the end.
// js/src/stores/sqlite/reading.ts has the same for TypeScript.
#ifndef TIDEMARK_SQLITE_READING_H
#define TIDEMARK_SQLITE_READING_H

#include <set>
#include <string>

#include "sqlite/commit.h"
#include "sqlite/state.h"

namespace tidemark::sqlite {

/// Turns `state` to reading from the beginning; it is put by the caller.
void apply_reset(const Committing& on, State& state, const Reset& reset);
/// Below 1 also in an empty log: what was adopted or is offered stands in front of all else.
[[nodiscard]] std::int64_t first_entry(Database& db);
/// Begins a reading: what the journal says stays until it ends, and `known` is up to where.
void read_again(Database& db, State& state, bool sweeping, const Cursor& known = std::nullopt);
/// Logs the rows of these covered tables that the log does not know, as written before everything
/// else; and as created, unless a hub knew of them.
void adopt_rows(const Committing& on, bool create, const std::set<std::int64_t>& only);
/// Removes the clean records that the reading that ends here did not show. It has also shown all
/// that was to be read again, but for what is pending.
void sweep(const Committing& on, State& state);

}  // namespace tidemark::sqlite

#endif  // TIDEMARK_SQLITE_READING_H
