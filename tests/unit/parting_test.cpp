// Under another node: the three ways there, and what is written on the way.
#include "parting.h"

#include <catch2/catch_test_macros.hpp>
#include <vector>

using tidemark::Clock;
using tidemark::Node;
using tidemark::Parting;
using tidemark::Stamp;
using tidemark::WallMs;

namespace {

constexpr Node kOld{7}, kNew{3}, kOther{5};
constexpr WallMs kDay = 86'400'000;
constexpr WallMs kNow = 1'700'000'000'000;

// A log of writes under the old node, stamped as the clock shows.
struct Device {
  Clock clock{kOld};
  Parting parting;
  std::vector<Stamp> log;

  Stamp write(WallMs at) {
    const auto stamp = clock.reserve(1, at);
    REQUIRE(stamp.ok());
    log.push_back(*stamp);
    return *stamp;
  }
  void decide(Parting::Way way, std::int64_t shift_ms = 0, Parting::Bounds bounds = {}) {
    parting.decide(way, shift_ms, kNew, bounds, clock);
  }
  void leave(WallMs now, Stamp ground = {}) {
    parting.leave(clock, ground, static_cast<std::uint32_t>(log.size()), now);
  }
  void restamp(WallMs now) {
    for (Stamp& stamp : log) {
      const auto again = parting.restamp(clock, stamp, 1, now);
      REQUIRE(again.ok());
      stamp = *again;
    }
    parting.finish();
  }
  void is_in_order() const {
    for (std::size_t i = 1; i < log.size(); ++i) CHECK(log[i - 1] < log[i]);
    for (const Stamp stamp : log) CHECK(stamp.node == kNew);
  }
};

}  // namespace

TEST_CASE("parting: until all is read, the old node goes on") {
  Device device;
  const Stamp before = device.write(kNow + kDay);
  device.clock.set_offset_ms(-kDay);
  device.decide(Parting::Way::moved, -kDay);
  const Stamp meanwhile = device.write(kNow + kDay);
  CHECK(meanwhile.node == kOld);
  CHECK(meanwhile > before);
  CHECK(device.parting.is_due());
}

TEST_CASE("parting: what was ahead is moved, and what was written meanwhile comes behind it") {
  Device device;
  device.write(kNow + kDay - 1'000);
  device.write(kNow + kDay);
  device.clock.set_offset_ms(-kDay);
  device.decide(Parting::Way::moved, -kDay);
  device.write(kNow + kDay + 10);
  device.leave(kNow + kDay + 20);
  const Stamp after = *device.clock.reserve(1, kNow + kDay + 20);
  device.restamp(kNow + kDay + 20);
  device.is_in_order();
  CHECK(device.log[0].ms() == kNow - 1'000);
  CHECK(device.log[1].ms() == kNow);
  CHECK(device.log[2].ms() == kNow + 20);
  CHECK(device.log[2] < after);
}

TEST_CASE("parting: what was behind is moved, and what was written meanwhile is right already") {
  Device device;
  device.write(kNow - kDay);
  device.clock.set_offset_ms(kDay);
  device.decide(Parting::Way::moved, kDay);
  device.write(kNow - kDay + 10);
  device.leave(kNow - kDay + 20);
  device.restamp(kNow - kDay + 20);
  device.is_in_order();
  CHECK(device.log[0].ms() == kNow);
  CHECK(device.log[1].ms() == kNow + 10);
  CHECK(device.clock.last().ms() < kNow + kDay / 2);
}

TEST_CASE("parting: a copy keeps its times, and wins and loses as before") {
  Device device;
  const Stamp mine = device.write(kNow);
  const Stamp theirs{mine.time, kOther};
  REQUIRE(mine > theirs);
  device.decide(Parting::Way::renamed);
  device.leave(kNow + 1);
  device.restamp(kNow + 1);
  device.is_in_order();
  CHECK(device.log[0].time == mine.time + 1);
  CHECK(device.log[0] > theirs);
  const Stamp renamed = device.log[0];
  CHECK(device.write(0) > renamed);
}

TEST_CASE("parting: the stamps of other nodes stay, and nothing moves before them") {
  Device device;
  const Stamp other{static_cast<std::uint64_t>(kNow) << 16, kOther};
  device.log.push_back(other);
  device.write(kNow - kDay);
  device.decide(Parting::Way::moved, -kDay, {{}, other});
  device.leave(kNow);
  device.restamp(kNow);
  CHECK(device.log[0] == other);
  CHECK(device.log[1] > other);

  device.decide(Parting::Way::renamed);
  device.leave(kNow);
  CHECK(*device.parting.restamp(device.clock, other, 1, kNow) == other);
}

TEST_CASE("parting: a store that fails leaves all under the old node, and it is tried again") {
  Device device;
  device.write(kNow + kDay);
  device.clock.set_offset_ms(-kDay);
  device.decide(Parting::Way::moved, -kDay);
  device.leave(kNow + kDay);
  const Stamp given = *device.clock.reserve(1, kNow + kDay);
  CHECK(given.node == kNew);
  device.parting.turn_back(device.clock);
  CHECK(device.clock.node() == kOld);
  const Stamp first = device.log[0];
  CHECK(device.write(kNow + kDay) > first);
  REQUIRE(device.parting.is_due());
  device.leave(kNow + kDay);
  CHECK(device.clock.last() >= given);
  device.restamp(kNow + kDay);
  device.is_in_order();
  CHECK_FALSE(device.parting.is_due());
}

TEST_CASE("parting: what is refused is stamped as of now, what was fine stays") {
  Device device;
  const Stamp fine = device.write(kNow - 1);
  device.write(kNow + kDay);
  device.decide(Parting::Way::anew, 0, {{}, {}, kNow});
  device.leave(kNow);
  device.restamp(kNow);
  CHECK(device.log[0] == fine);
  CHECK(device.log[1].node == kNew);
  CHECK(device.log[1].ms() == kNow);

  // Several at once stay together.
  const auto range = device.parting.restamp(device.clock, fine, 1, kNow);
  CHECK(range->node == kNew);
}

TEST_CASE("parting: what is refused is stamped as of now, behind the ground") {
  Device device;
  device.write(kNow + 10 * kDay);
  device.clock.set_offset_ms(0);
  device.decide(Parting::Way::anew);
  const Stamp ground{static_cast<std::uint64_t>(kNow + 5) << 16, kOther};
  device.leave(kNow, ground);
  device.restamp(kNow);
  device.is_in_order();
  CHECK(device.log[0] > ground);
  CHECK(device.log[0].ms() == kNow + 5);
}

TEST_CASE("parting: an attempt takes its time, and moves nothing onto what is written meanwhile") {
  Device device;
  device.write(kNow + kDay);
  device.clock.set_offset_ms(-kDay);
  device.decide(Parting::Way::moved, -kDay);
  device.write(kNow + kDay + 10);
  device.leave(kNow + kDay);
  device.write(kNow + kDay + 30);
  device.restamp(kNow + kDay + 30);
  device.is_in_order();
  CHECK(device.log[1].ms() == kNow);
  CHECK(device.log[2].ms() == kNow + 30);
}

TEST_CASE(
    "parting: the next attempt begins where the first did, though nobody heard how it ended") {
  Device device;
  device.write(kNow);
  device.write(kNow);
  device.decide(Parting::Way::moved, -kDay);
  device.leave(kNow);
  for (const Stamp stamp : std::vector(device.log))
    REQUIRE(device.parting.restamp(device.clock, stamp, 1, kNow).ok());
  device.leave(kNow);
  device.restamp(kNow);
  device.is_in_order();
  CHECK(device.log[0] == Stamp{static_cast<std::uint64_t>(kNow - kDay) << 16, kNew});
}

TEST_CASE("parting: behind several writes of a failed attempt, all of them are counted") {
  Device device;
  device.write(kNow + kDay);
  device.clock.set_offset_ms(-kDay);
  device.decide(Parting::Way::moved, -kDay);
  device.leave(kNow + kDay);
  const Stamp three = *device.clock.reserve(3, kNow + kDay);
  device.parting.turn_back(device.clock);
  const Stamp later = *device.clock.reserve(1, kNow + kDay);
  device.leave(kNow + kDay);
  const Stamp meanwhile = *device.clock.reserve(1, kNow);
  CHECK(*device.parting.restamp(device.clock, device.log[0], 1, kNow) < three);
  CHECK(*device.parting.restamp(device.clock, three, 3, kNow) == three);
  const Stamp moved = *device.parting.restamp(device.clock, later, 1, kNow);
  CHECK(moved > Stamp{three.time + 2, kNew});
  CHECK(moved < meanwhile);
}

TEST_CASE("parting: a write that another context's stamps overtake follows them as well") {
  Device device;
  const Stamp ahead{static_cast<std::uint64_t>(kNow + kDay) << 16, kOther};
  device.log.push_back(ahead);
  device.write(kNow);
  device.decide(Parting::Way::moved, -1'000);
  device.leave(kNow);
  device.write(kNow);
  CHECK(device.log[2] < ahead);
  device.restamp(kNow);
  CHECK(device.log[0] == ahead);
  CHECK(device.log[1] > ahead);
  CHECK(device.log[2] > device.log[1]);
  CHECK(device.clock.last() == device.log[2]);
}

TEST_CASE("parting: what is written while refused stamps are made anew comes behind them") {
  Device device;
  device.write(kNow + kDay);
  device.decide(Parting::Way::anew, 0, {{}, {}, kNow + 60'000});
  device.leave(kNow);
  device.write(kNow);
  device.restamp(kNow);
  device.is_in_order();
  CHECK(device.log[1].ms() == kNow);
}

TEST_CASE("parting: at the end of time a copy keeps its stamps, each its own") {
  Device device;
  const Stamp first{~std::uint64_t{0} - 2, kOld};
  device.clock.observe(first);
  device.decide(Parting::Way::renamed);
  device.leave(kNow);
  CHECK(*device.parting.restamp(device.clock, first, 2, kNow) == Stamp{first.time + 1, kNew});
  CHECK(*device.parting.restamp(device.clock, first, 3, kNow) == first);
}

TEST_CASE("parting: none cannot be moved, nor stamped again") {
  for (const auto way : {Parting::Way::moved, Parting::Way::anew}) {
    Device device;
    const Stamp stamp = device.write(kNow);
    device.decide(way, -kDay);
    device.leave(kNow);
    CHECK(device.parting.restamp(device.clock, stamp, 0, kNow).error() ==
          tidemark::Errc::bad_input);
  }
}
