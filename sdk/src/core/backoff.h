// When to try again: exponential backoff with full jitter (M. Brooker, "Exponential Backoff And
// Jitter", AWS 2015), which spreads a crowd of devices evenly after an outage.
#ifndef TIDEMARK_CORE_BACKOFF_H
#define TIDEMARK_CORE_BACKOFF_H

#include <cstdint>

namespace tidemark {

/// Milliseconds to wait before attempt number `attempt` (1 is the first retry): random in [0,
/// min(ms_max, ms_base * 2^(attempt-1))]. `random` is a uniform 32-bit word.
[[nodiscard]] std::int64_t backoff_ms(std::uint32_t attempt, std::int64_t ms_base,
                                      std::int64_t ms_max, std::uint32_t random) noexcept;

}  // namespace tidemark

#endif  // TIDEMARK_CORE_BACKOFF_H
