// The retry schedule as a pure function.
#include "backoff.h"

#include <algorithm>

namespace tidemark {

std::int64_t backoff_ms(std::uint32_t attempt, std::int64_t ms_base, std::int64_t ms_max,
                        std::uint32_t random) noexcept {
  ms_max = std::max<std::int64_t>(ms_max, 0);
  std::int64_t ceiling = std::clamp<std::int64_t>(ms_base, 0, ms_max);
  for (std::uint32_t i = 1; i < attempt && ceiling < ms_max && ceiling > 0; ++i)
    ceiling = ceiling > ms_max / 2 ? ms_max : ceiling * 2;
  // In halves, so that no ceiling overflows.
  const auto high = static_cast<std::uint64_t>(ceiling) >> 32;
  const auto low = static_cast<std::uint64_t>(ceiling) & 0xffffffff;
  const std::uint64_t chance = std::uint64_t{random} + 1;
  return static_cast<std::int64_t>(high * chance + ((low * chance) >> 32));
}

}  // namespace tidemark
