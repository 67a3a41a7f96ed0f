// The clock under any list of events and any times: what it makes is greater than all it knows.
#include "fuzz.h"

namespace {

using fuzz::Input;
using tidemark::Clock;
using tidemark::Errc;
using tidemark::Node;
using tidemark::Stamp;

constexpr tidemark::WallMs kMsMax = (tidemark::WallMs{1} << 48) - 1;

// Now and then the end of time, where the clock has to give up.
Stamp seen(Input& in) {
  Stamp stamp = fuzz::stamp(in);
  if (fuzz::choice(in, 8) == 0) stamp.time = ~stamp.time;
  return stamp;
}

void reserve(Clock& clock, Input& in) {
  const auto count = in.ConsumeIntegral<std::uint32_t>() >> fuzz::choice(in, 32);
  const std::int64_t now = fuzz::any_number(in);
  const Stamp before = clock.last();
  const auto first = clock.reserve(count, now);
  if (!first) {
    const Errc expected = count == 0 ? Errc::bad_input : Errc::clock_overflow;
    fuzz::require(first.error() == expected, "the clock says why it made none");
    fuzz::require(clock.last() == before, "the clock stays as it was where it made none");
    const bool is_end = before.time > ~std::uint64_t{0} - count - (std::uint64_t{1} << 32);
    const bool is_late = clock.corrected(now) > kMsMax - (1 << 16);
    fuzz::require(count == 0 || is_end || is_late, "there are stamps until the end of time");
    return;
  }
  const Stamp last{first->time + (count - 1), first->node};
  fuzz::require(*first > before, "a stamp is greater than all made or seen");
  fuzz::require(last.time >= first->time, "time does not wrap");
  fuzz::require(clock.last() == last, "the clock remembers the last of them");
  fuzz::require(first->node == clock.node(), "a stamp names the clock's node");
  fuzz::require(first->ms() >= clock.corrected(now), "a stamp is not before now");
}

void observe(Clock& clock, Input& in) {
  const Stamp before = clock.last();
  const Stamp stamp = seen(in);
  clock.observe(stamp);
  fuzz::require(clock.last() == std::max(before, stamp), "the clock knows the greatest stamp");
}

// Pure functions of times, which a host or a hub may lie about.
void estimate(Input& in) {
  const auto sent = fuzz::any_number(in);
  const auto server = fuzz::any_number(in);
  const auto offset = tidemark::estimate_offset_ms(sent, fuzz::any_number(in), server);
  fuzz::require(offset >= -2 * kMsMax && offset <= 2 * kMsMax, "an offset is a time's difference");
  const Stamp stamp = seen(in);
  const auto drift = fuzz::any_number(in);
  const auto now = std::clamp<std::int64_t>(fuzz::any_number(in), 0, kMsMax);
  const bool ahead = drift < 0 ? stamp.ms() - now > drift : stamp.ms() - drift > now;
  if (drift >= -kMsMax)
    fuzz::require(tidemark::is_ahead(stamp, now, drift) == ahead, "ahead by more than the drift");
}

void step(Clock& clock, Input& in) {
  switch (fuzz::choice(in, 5)) {
    case 0:
      return observe(clock, in);
    case 1: {
      const Stamp floor = seen(in);
      clock.restart(Node{in.ConsumeIntegral<std::uint8_t>()}, floor);
      return fuzz::require(clock.last() == floor, "a restarted clock goes on from the floor");
    }
    case 2: {
      clock.set_offset_ms(fuzz::any_number(in));
      const auto now = clock.corrected(fuzz::any_number(in));
      return fuzz::require(now >= 0 && now <= kMsMax, "corrected time fits into a stamp");
    }
    case 3:
      return estimate(in);
    default:
      return reserve(clock, in);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Input in(data, size);
  Clock clock(Node{in.ConsumeIntegral<std::uint64_t>()});
  for (int i = 0; i < 200 && in.remaining_bytes() > 0; ++i) step(clock, in);
  return 0;
}
