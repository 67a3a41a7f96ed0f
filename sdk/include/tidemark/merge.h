// The merge: the join of two states of a record, for tables merged by field and by record alike.
//
// A state maps every field to the stamp of its last write, as one base (kEveryField) and exceptions
// above it, and has the register `deleted`. The join takes the greater stamp of each. The pointwise
// maximum over a total order is the join of a semilattice: commutative, associative, idempotent. So
// retries, duplicates and reordering of changes are harmless. A patch is a state without a base; a
// table merged by record uses bases only.
#ifndef TIDEMARK_MERGE_H
#define TIDEMARK_MERGE_H

#include <cstdint>
#include <span>
#include <vector>

#include "tidemark/change.h"
#include "tidemark/result.h"

namespace tidemark {

/// Where the winner of a cell came from. `tie`: both wrote at the same stamp; if the values differ,
/// a clone wrote behind the engine's back, and the host takes the greater canonical text.
enum class Side : std::uint32_t { local = 1, remote = 2, tie = 3 };

/// One cell of a joined state.
struct Joined {
  Cell cell;
  Side side = Side::local;
};
static_assert(sizeof(Joined) == 28);

/// Joins the states of `local` and `remote`, record by record, and appends the cells of the results
/// to `out`, by record, then field. Both inputs are sorted by record, then field, without repeats,
/// and hold at most one register cell a record; else Errc::bad_input, and `out` is as before.
[[nodiscard]] Result<std::uint32_t> join(std::span<const Cell> local, std::span<const Cell> remote,
                                         std::vector<Joined>& out);

}  // namespace tidemark

#endif  // TIDEMARK_MERGE_H
