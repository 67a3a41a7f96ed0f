// The retry schedule: full jitter below an exponential ceiling.
#include "backoff.h"

#include <catch2/catch_test_macros.hpp>
#include <limits>

using tidemark::backoff_ms;

TEST_CASE("backoff: the ceiling doubles up to the maximum") {
  constexpr auto kMost = std::numeric_limits<std::uint32_t>::max();
  CHECK(backoff_ms(1, 500, 60'000, kMost) == 500);
  CHECK(backoff_ms(2, 500, 60'000, kMost) == 1'000);
  CHECK(backoff_ms(7, 500, 60'000, kMost) == 32'000);
  CHECK(backoff_ms(8, 500, 60'000, kMost) == 60'000);
  CHECK(backoff_ms(4'000'000'000u, 500, 60'000, kMost) == 60'000);
}

TEST_CASE("backoff: the whole range below the ceiling is used") {
  CHECK(backoff_ms(3, 500, 60'000, 0) == 0);
  CHECK(backoff_ms(3, 500, 60'000, 0x7fffffffu) == 1'000);
}

TEST_CASE("backoff: extreme settings neither overflow nor hang") {
  constexpr auto kMax = std::numeric_limits<std::int64_t>::max();
  CHECK(backoff_ms(100, 1, kMax, 0xffffffffu) > 0);
  CHECK(backoff_ms(100, 0, 1'000, 0xffffffffu) == 0);
  CHECK(backoff_ms(1, 5'000, 1'000, 0xffffffffu) == 1'000);
}
