// Counted keys: two devices that are offline give one number to different records. Whose record the
// hub did not take under its number, or is shown another's there, gives its own another one, with
// all that refers to it, in the same transaction. js/src/stores/sqlite/renumber.ts has the same for
// TypeScript.
#ifndef TIDEMARK_SQLITE_RENUMBER_H
#define TIDEMARK_SQLITE_RENUMBER_H

#include "sqlite/commit.h"

namespace tidemark::sqlite {

/// Gives other keys to the records whose keys are others', as the hub has answered or the page
/// shows; returns how many became letters instead. The log ends with a boundary, before and after.
[[nodiscard]] std::uint32_t make_room(const Committing& on, const StoreCommit& commit);

}  // namespace tidemark::sqlite

#endif  // TIDEMARK_SQLITE_RENUMBER_H
