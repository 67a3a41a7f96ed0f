// What waits, in the order of its time.
#include "tidemark/quarantine.h"

#include <algorithm>

namespace tidemark {

bool Quarantine::admit(std::uint32_t number, Stamp greatest, WallMs now) {
  if (!is_ahead(greatest, now, drift_ms_max_)) return true;
  const WallMs due = greatest.ms() - drift_ms_max_;
  const auto after =
      std::upper_bound(waiting_.begin(), waiting_.end(), due,
                       [](WallMs ms, const Waiting& waiting) { return ms < waiting.due; });
  waiting_.insert(after, {due, number});
  return false;
}

std::optional<WallMs> Quarantine::due() const noexcept {
  if (waiting_.empty()) return std::nullopt;
  return waiting_.front().due;
}

std::vector<std::uint32_t> Quarantine::release(WallMs now) {
  std::vector<std::uint32_t> released;
  const auto end = std::find_if(waiting_.begin(), waiting_.end(),
                                [now](const Waiting& waiting) { return waiting.due > now; });
  for (auto each = waiting_.begin(); each != end; ++each) released.push_back(each->number);
  waiting_.erase(waiting_.begin(), end);
  return released;
}

}  // namespace tidemark
