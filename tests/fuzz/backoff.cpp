// The retry schedule for any settings at all, against arithmetic that cannot overflow.
#include "backoff.h"

#include "fuzz.h"

namespace {

__extension__ using Wide = __int128;

Wide expected(std::uint32_t attempt, Wide ms_base, Wide ms_max, std::uint32_t random) {
  Wide ceiling = std::max<Wide>(ms_base, 0);
  for (std::uint32_t i = 1; i < std::min(attempt, 70u) && ceiling < ms_max; ++i) ceiling *= 2;
  ceiling = std::max<Wide>(std::min(ceiling, ms_max), 0);
  return ceiling * (Wide{random} + 1) / (Wide{1} << 32);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input in(data, size);
  const auto attempt = in.ConsumeIntegral<std::uint32_t>() >> fuzz::choice(in, 32);
  const std::int64_t base = fuzz::any_number(in);
  const std::int64_t most = fuzz::any_number(in);
  const auto random = in.ConsumeIntegral<std::uint32_t>();
  const std::int64_t wait = tidemark::backoff_ms(attempt, base, most, random);
  fuzz::require(wait == expected(attempt, base, most, random), "a share of the capped ceiling");
  fuzz::require(wait >= 0 && wait <= std::max<std::int64_t>(most, 0), "within the maximum");
  return 0;
}
