// The retry schedule as a pure function.
#include "backoff.h"

#include <algorithm>

namespace tidemark {

std::int64_t backoff_ms(std::uint32_t attempt, std::int64_t ms_base, std::int64_t ms_max,
                        std::uint32_t random) noexcept {
  std::int64_t ceiling = std::clamp<std::int64_t>(ms_base, 0, ms_max);
  for (std::uint32_t i = 1; i < attempt && ceiling < ms_max && ceiling > 0; ++i)
    ceiling = ceiling > ms_max / 2 ? ms_max : ceiling * 2;
  // In floating point, so that no ceiling overflows; a millisecond more or less does not matter.
  return static_cast<std::int64_t>(static_cast<double>(ceiling) * (random / 4294967295.0));
}

}  // namespace tidemark
