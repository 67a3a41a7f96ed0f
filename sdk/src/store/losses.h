// Losses: values that lost to a write whose writer had not read them, found where a pulled change
// meets pending writes. js/src/stores/losses.ts has the same for TypeScript.
#ifndef TIDEMARK_STORE_LOSSES_H
#define TIDEMARK_STORE_LOSSES_H

#include <cstddef>
#include <span>
#include <vector>

#include "columns.h"
#include "tidemark/ledger.h"

namespace tidemark::stores {

/// How long a loss is kept, and how many are: the oldest go first.
inline constexpr std::int64_t kLossMs = std::int64_t{30} * 86'400'000;
inline constexpr std::size_t kLossesMax = 10'000;

/// What is lost on either side when `change` meets the pending `local` columns of `row`, at `now`.
[[nodiscard]] std::vector<Loss> losses_of(const Columns& local, const Row& row,
                                          const Change& change, const JoinedColumns& joined,
                                          WallMs now);
/// What a delete takes with it while its row is shown: it had lost to the row, and wins now, or may
/// as it is stamped again.
[[nodiscard]] Loss loss_of_shown(const RecordKey& record, const Row& row, Stamp stamp, Stamp winner,
                                 WallMs now);
/// Those of `found` that are not `known`, field by field: the later value under a stamp is none.
[[nodiscard]] std::vector<Loss> new_losses(std::span<const Loss> found,
                                           std::span<const Loss> known);
/// A loss of which the app wants to hear no more, named by its fields alone, and since when.
[[nodiscard]] Loss dropped(const Loss& loss, WallMs now);
/// Of the same write, with the same fields.
[[nodiscard]] bool is_same_loss(const Loss& a, const Loss& b);

}  // namespace tidemark::stores

#endif  // TIDEMARK_STORE_LOSSES_H
