// Ledger: what an app asks of its own database about sync, and does to it: losses, dead letters,
// pending writes. No lock is held. js/src/ledger.ts, js/src/account.ts and js/src/ids.ts have the
// same for TypeScript.
#ifndef TIDEMARK_CLIENT_LEDGER_H
#define TIDEMARK_CLIENT_LEDGER_H

#include <optional>
#include <string>
#include <vector>

#include "ports.h"
#include "tidemark/client.h"

namespace tidemark::client {

/// How many dead letters and losses there are.
struct Counts {
  std::uint32_t dead_letters = 0;
  std::uint32_t losses = 0;
};
[[nodiscard]] Outcome<Counts> counts_of(Ports& ports);

/// The device's losses and, `everywhere`, the hub's, each once, the newest first.
[[nodiscard]] Outcome<std::vector<Loss>> losses_of(Ports& ports, std::int64_t schema,
                                                   bool everywhere);
[[nodiscard]] Outcome<Done> undo(Ports& ports, const Loss& loss);
[[nodiscard]] Outcome<Done> edit(Ports& ports, std::int64_t id, const Row& given);
[[nodiscard]] Outcome<PendingExport> export_of(Ports& ports, WallMs now);

/// How many records are here and there, where rows that were here before the first connect meet
/// records of the hub; none: nothing is to be chosen. Errors of the store, and of the endpoint.
[[nodiscard]] Outcome<std::optional<ClientStatus::Meeting>> meeting_of(Ports& ports,
                                                                       const Aborted& aborted);

/// `{device}-{timestamp}-{random}`, with about 51 bits of chance beside the millisecond.
[[nodiscard]] std::string new_id(const std::string& device, Host& host);

}  // namespace tidemark::client

#endif  // TIDEMARK_CLIENT_LEDGER_H
