// LeadRetry: when the lead of a database is taken anew, after a failure or after another program
// took it. Where both go on, they make room for each other. js/src/retakes.ts is what TypeScript
// has for the latter.
#ifndef TIDEMARK_CLIENT_LEAD_RETRY_H
#define TIDEMARK_CLIENT_LEAD_RETRY_H

#include <cstdint>
#include <optional>

#include "tidemark/stamp.h"

namespace tidemark::client {

/// How soon, doubled each time, in ms; and by how much that differs from what the other one waits.
inline constexpr std::int64_t kLeadRetryMsBase = 500;
inline constexpr std::int64_t kLeadRetryMsMax = 60'000;
/// After so long without it, the next time is the first again, in ms.
inline constexpr std::int64_t kLeadCalmMs = 120'000;

class LeadRetry {
 public:
  /// Whether it is the first time since a calm: the other one may have been a single command.
  [[nodiscard]] bool is_first(WallMs now) const noexcept;
  /// The first is at once.
  void soon(WallMs now) noexcept;
  /// Next within the shortest while: somebody waits. `random`: any number.
  void shortly(WallMs now, std::uint64_t random) noexcept;
  /// Next after a while; `random`: any number.
  void later(WallMs now, std::uint64_t random) noexcept;
  /// Whether nothing is waited for any more, or nothing that this clock will see in time.
  [[nodiscard]] bool is_due(WallMs now) const noexcept;
  [[nodiscard]] std::optional<WallMs> at() const noexcept { return at_; }
  /// It is taken, or to be taken for another reason.
  void over() noexcept { at_ = std::nullopt; }

 private:
  int count_ = 0;
  WallMs last_ = 0;
  std::optional<WallMs> at_;
};

}  // namespace tidemark::client

#endif  // TIDEMARK_CLIENT_LEAD_RETRY_H
