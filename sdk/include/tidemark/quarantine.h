// What a peer stamped with a clock that is ahead. A hub refuses such a change; between peers nobody
// can, so it waits until its time has come: it is never rewritten, and never refused for ever.
#ifndef TIDEMARK_QUARANTINE_H
#define TIDEMARK_QUARANTINE_H

#include <cstdint>
#include <optional>
#include <vector>

#include "tidemark/stamp.h"

namespace tidemark {

/// Holds no change, only when each may be applied: the host keeps the changes, durably, and admits
/// them again after a start. Changes may be released in any order: merging does not depend on it.
class Quarantine {
 public:
  /// `drift_ms_max`: how far ahead of now a stamp may be, in milliseconds, 0 or more.
  explicit Quarantine(std::int64_t drift_ms_max) noexcept : drift_ms_max_(drift_ms_max) {}

  /// Whether a change may be applied at `now`, which is in the hub's time where that is known. If
  /// not, it is remembered under `number`, the host's; the clock must not observe its stamps.
  /// `greatest`: of all stamps of the change.
  [[nodiscard]] bool admit(std::uint32_t number, Stamp greatest, WallMs now);
  /// When the next one may be applied; none: nothing waits.
  [[nodiscard]] std::optional<WallMs> due() const noexcept;
  /// Forgets those whose time has come, the earliest first.
  [[nodiscard]] std::vector<std::uint32_t> release(WallMs now);

 private:
  struct Waiting {
    WallMs due = 0;
    std::uint32_t number = 0;
  };
  std::int64_t drift_ms_max_;
  std::vector<Waiting> waiting_;  // by due
};

}  // namespace tidemark

#endif  // TIDEMARK_QUARANTINE_H
