// How what is pending comes under another node, because the clock that stamped it was wrong or a
// copy of this device goes on under the old one; and when: as soon as all is read. Until then the
// old node goes on with its clock, so that after a crash the log is still in the order in which it
// was written.
#ifndef TIDEMARK_CORE_PARTING_H
#define TIDEMARK_CORE_PARTING_H

#include <cstdint>
#include <optional>

#include "tidemark/stamp.h"

namespace tidemark {

class Parting {
 public:
  enum class Way {
    /// Stamped as of now what is not fine as it is: the endpoint refuses stamps that are ahead.
    anew,
    /// By as much as the clock was wrong: an edit of last Monday must not become one of today.
    moved,
    /// Under its old times, or it would overwrite what the copy has written since.
    renamed
  };

  /// Behind this nothing is to be moved: `floor`, the greatest stamp that the hub had accepted, and
  /// `logged`, the greatest in the log when the engine started.
  struct Bounds {
    Stamp floor;
    Stamp logged;
    /// What is stamped up to here is fine, and stays: the endpoint may have taken it, and others
    /// may have written over it since.
    WallMs fine_until = 0;
  };

  void decide(Way way, std::int64_t shift_ms, Node spare, Bounds bounds,
              const Clock& clock) noexcept;
  [[nodiscard]] bool is_due() const noexcept { return way_.has_value(); }
  /// Before an attempt. Sets the clock to the new node, behind `ground` and all that the `pending`
  /// entries will be.
  void leave(Clock& clock, Stamp ground, std::uint32_t pending, WallMs now) noexcept;
  /// Nothing was moved: what was meant for the new node stays with the old one.
  void turn_back(Clock& clock) noexcept;
  void finish() noexcept;
  /// The new stamps of `count` writes that had those from `first` on. In the order of writing.
  [[nodiscard]] Result<Stamp> restamp(Clock& clock, Stamp first, std::uint32_t count,
                                      WallMs now) noexcept;

 private:
  [[nodiscard]] Stamp end_of_moved(const Clock& clock, std::uint32_t pending) const noexcept;
  [[nodiscard]] bool is_overtaken(const Clock& clock, Stamp first) const noexcept;
  [[nodiscard]] Result<Stamp> renew(Clock& clock, Stamp first, std::uint32_t count,
                                    WallMs now) noexcept;
  [[nodiscard]] Result<Stamp> move(Clock& clock, Stamp first, std::uint32_t count) noexcept;

  std::optional<Way> way_;
  std::int64_t shift_ms_ = 0;
  Node spare_{0};
  Bounds bounds_;
  Node old_{0};
  /// Of the old node, when it was decided: what came later was stamped with the clock set right.
  Stamp last_;
  /// The clock of the old node, while all is being moved.
  std::optional<Clock> left_;
  /// When it was left, in the hub's time.
  WallMs left_at_ = 0;
  /// Of the new node, in an attempt that failed.
  Stamp given_;
  Stamp last_moved_;
};

}  // namespace tidemark

#endif  // TIDEMARK_CORE_PARTING_H
