// Carried: a row is sent as it is now, so with the stamps of all that was written to it, also of
// what the limit of an outbox leaves for later. That stays in the log as it is, and is sent again
// in its turn: equal stamps, equal values. js/src/stores/carried.ts has the same for TypeScript.
#ifndef TIDEMARK_STORE_CARRIED_H
#define TIDEMARK_STORE_CARRIED_H

#include <span>
#include <vector>

#include "tidemark/port/outbox.h"

namespace tidemark::stores {

/// The `writes` of an outbox, the last of each record with what is `left` of it for later.
[[nodiscard]] std::vector<LogWrite> carrying(std::vector<LogWrite> writes,
                                             std::span<const LogWrite> left);

/// What goes with `writes` when they are sent: they, and what they carry.
[[nodiscard]] std::vector<LogWrite> all_sent_with(std::span<const LogWrite> writes);

}  // namespace tidemark::stores

#endif  // TIDEMARK_STORE_CARRIED_H
