// Stamps in their three forms against the golden vectors, and the rules of the clock.
#include "tidemark/stamp.h"

#include <catch2/catch_test_macros.hpp>
#include <limits>
#include <vector>

#include "vectors.h"

using tidemark::Clock;
using tidemark::Errc;
using tidemark::Node;
using tidemark::Stamp;

namespace {

std::string hex(const std::array<std::uint8_t, 16>& bytes) {
  std::string out;
  for (const auto byte : bytes) {
    out.push_back("0123456789abcdef"[byte >> 4]);
    out.push_back("0123456789abcdef"[byte & 15]);
  }
  return out;
}

}  // namespace

TEST_CASE("stamp: vectors agree in text, bytes and parts") {
  const auto vectors = read_vectors("stamp.json");
  for (const auto& each : vectors["valid"]) {
    const std::string text = each["text"];
    CAPTURE(text);
    const auto stamp = Stamp::parse(text);
    REQUIRE(stamp.ok());
    CHECK(stamp->text() == text);
    CHECK(hex(stamp->bytes()) == each["bytes"].get<std::string>());
    CHECK(Stamp::from_bytes(stamp->bytes()) == *stamp);
    CHECK(stamp->ms() == each["ms"].get<std::int64_t>());
    CHECK(stamp->counter() == each["counter"].get<int>());
  }
}

TEST_CASE("stamp: anything but the form is refused") {
  const auto vectors = read_vectors("stamp.json");
  for (const auto& each : vectors["invalid"]) {
    const std::string text = each;
    CAPTURE(text);
    CHECK(Stamp::parse(text).error() == Errc::bad_stamp);
  }
}

TEST_CASE("stamp: logical, byte and text order are one") {
  std::vector<Stamp> stamps;
  const auto vectors = read_vectors("stamp.json");
  for (const auto& each : vectors["ascending"])
    stamps.push_back(*Stamp::parse(each.get<std::string>()));
  for (std::size_t i = 1; i < stamps.size(); ++i) {
    CHECK(stamps[i - 1] < stamps[i]);
    CHECK(stamps[i - 1].bytes() < stamps[i].bytes());
    CHECK(stamps[i - 1].text() < stamps[i].text());
  }
}

TEST_CASE("stamp: n consecutive stamps are n consecutive times") {
  const auto vectors = read_vectors("stamp.json");
  for (const auto& each : vectors["after"]) {
    const auto first = Stamp::parse(each["first"].get<std::string>());
    const Stamp later{first->time + each["n"].get<std::uint64_t>(), first->node};
    CHECK(later.text() == each["stamp"].get<std::string>());
  }
}

TEST_CASE("clock: a stamp is greater than every one before, whatever the wall clock does") {
  Clock clock(Node{7});
  Stamp last;
  for (const tidemark::WallMs now : {1000, 1001, 1001, 500, -5, 0, 1002, 1 << 30, 3}) {
    const auto stamp = clock.reserve(1, now);
    REQUIRE(stamp.ok());
    CHECK(*stamp > last);
    CHECK(stamp->node == Node{7});
    last = *stamp;
  }
}

TEST_CASE("clock: follows the wall clock while that moves on") {
  Clock clock(Node{7});
  CHECK(clock.reserve(1, 1000)->ms() == 1000);
  CHECK(clock.reserve(1, 2000)->ms() == 2000);
  CHECK(clock.reserve(1, 2000)->counter() == 1);
}

TEST_CASE("clock: a reservation of many ends where the next begins") {
  Clock clock(Node{7});
  const auto first = clock.reserve(100'000, 1000);
  REQUIRE(first.ok());
  const auto next = clock.reserve(1, 1000);
  CHECK(next->time == first->time + 100'000);
}

TEST_CASE("clock: 65,536 stamps in a millisecond run into the next, not over") {
  Clock clock(Node{7});
  const auto first = clock.reserve(1, 1000);
  for (int i = 0; i < 65'536; ++i) REQUIRE(clock.reserve(1, 1000).ok());
  CHECK(clock.last().ms() == first->ms() + 1);
}

TEST_CASE("clock: after it has seen a stamp, later ones are greater") {
  Clock clock(Node{7});
  const Stamp seen{std::uint64_t{5000} << 16 | 9, Node{99}};
  clock.observe(seen);
  CHECK(*clock.reserve(1, 1000) > seen);
  clock.observe(Stamp{1, Node{1}});
  CHECK(clock.last().ms() == 5000);
}

TEST_CASE("clock: corrected time is the wall clock plus the offset, within what a stamp holds") {
  Clock clock(Node{7});
  clock.set_offset_ms(250);
  CHECK(clock.reserve(1, 1000)->ms() == 1250);
  constexpr auto kMax = std::numeric_limits<std::int64_t>::max();
  clock.set_offset_ms(kMax);
  CHECK(clock.corrected(kMax) == (std::int64_t{1} << 48) - 1);
  clock.set_offset_ms(std::numeric_limits<std::int64_t>::min());
  CHECK(clock.corrected(0) == 0);
}

TEST_CASE("clock: none and too many are errors, and leave it as it was") {
  Clock clock(Node{7});
  CHECK(clock.reserve(0, 1000).error() == Errc::bad_input);
  clock.observe({std::numeric_limits<std::uint64_t>::max() - 2, Node{1}});
  const Stamp before = clock.last();
  CHECK(clock.reserve(3, 0).error() == Errc::clock_overflow);
  CHECK(clock.last() == before);
  CHECK(clock.reserve(2, 0).ok());
  CHECK(clock.reserve(1, 0).error() == Errc::clock_overflow);
}

TEST_CASE("clock: starts over from a floor under another node") {
  Clock clock(Node{7});
  REQUIRE(clock.reserve(1, 31'536'000'000'000).ok());
  const Stamp floor{std::uint64_t{1000} << 16, Node{9}};
  clock.restart(Node{8}, floor);
  const auto stamp = clock.reserve(1, 900);
  CHECK(*stamp > floor);
  CHECK(stamp->ms() == 1000);
  CHECK(stamp->node == Node{8});
}

TEST_CASE("drift: a stamp may be ahead by the limit, and no more") {
  const Stamp stamp{std::uint64_t{61'000} << 16, Node{1}};
  CHECK_FALSE(tidemark::is_ahead(stamp, 1000, 60'000));
  CHECK(tidemark::is_ahead(stamp, 999, 60'000));
}

TEST_CASE("offset: the hub's time minus the middle of the round trip") {
  CHECK(tidemark::estimate_offset_ms(1000, 1200, 5100) == 4000);
  CHECK(tidemark::estimate_offset_ms(1000, 1000, 400) == -600);
}

TEST_CASE("stamp: every stamp in the protocol's golden bodies is one") {
  const auto flat = read_vectors("protocol.json").flatten();
  int stamps = 0;
  for (const auto& [path, value] : flat.items()) {
    const bool is_stamp = path.ends_with("/stamp") || path.find("/fields/") != path.npos;
    if (!is_stamp || value.get<std::string>().starts_with("$now")) continue;
    CAPTURE(path);
    const auto stamp = Stamp::parse(value.get<std::string>());
    REQUIRE(stamp.ok());
    CHECK(stamp->text() == value.get<std::string>());
    ++stamps;
  }
  CHECK(stamps > 10);
}
