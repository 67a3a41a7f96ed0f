// What to send next: which pending writes make up one push, coalesced per record. A pure function
// of what the store loaded.
#ifndef TIDEMARK_CORE_OUTBOX_H
#define TIDEMARK_CORE_OUTBOX_H

#include <cstdint>
#include <vector>

#include "tidemark/change.h"
#include "tidemark/config.h"
#include "tidemark/output.h"
#include "tidemark/result.h"

namespace tidemark {

/// Chooses the batch. Transactions that share a record are kept together, since a row is sent as it
/// is now, with all that was written to it: a batch is whole groups of such transactions, oldest
/// first, within the limits. Only a group that exceeds them alone is split, record by record.
/// Errc::bad_input where the view contradicts itself.
[[nodiscard]] Result<Batch> plan_batch(const OutboxView& outbox, std::uint32_t records_max,
                                       std::uint32_t bytes_max);

}  // namespace tidemark

#endif  // TIDEMARK_CORE_OUTBOX_H
