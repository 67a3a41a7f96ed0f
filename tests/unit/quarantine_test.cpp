// What is stamped ahead of now waits for its time.
#include "tidemark/quarantine.h"

#include <catch2/catch_test_macros.hpp>

using tidemark::Node;
using tidemark::Quarantine;
using tidemark::Stamp;
using tidemark::WallMs;

namespace {

constexpr WallMs kNow = 1'700'000'000'000;
constexpr std::int64_t kDriftMs = 60'000;

Stamp at(WallMs ms) { return {static_cast<std::uint64_t>(ms) << 16, Node{1}}; }

}  // namespace

TEST_CASE("quarantine: what is ahead by no more than the drift is applied at once") {
  Quarantine quarantine(kDriftMs);
  CHECK(quarantine.admit(1, at(kNow - 1), kNow));
  CHECK(quarantine.admit(2, at(kNow + kDriftMs), kNow));
  CHECK_FALSE(quarantine.due());
  CHECK(quarantine.release(kNow + 10 * kDriftMs).empty());
}

TEST_CASE("quarantine: what is further ahead waits until it is not") {
  Quarantine quarantine(kDriftMs);
  CHECK_FALSE(quarantine.admit(1, at(kNow + kDriftMs + 1), kNow));
  REQUIRE(quarantine.due() == kNow + 1);
  CHECK(quarantine.release(kNow).empty());
  CHECK(quarantine.release(kNow + 1) == std::vector<std::uint32_t>{1});
  CHECK_FALSE(quarantine.due());
}

TEST_CASE("quarantine: the earliest comes first, and those of one time as they came") {
  Quarantine quarantine(kDriftMs);
  for (const auto& [number, days] : {std::pair{1u, 3}, {2u, 1}, {3u, 2}, {4u, 1}})
    CHECK_FALSE(quarantine.admit(number, at(kNow + days * 86'400'000), kNow));
  CHECK(quarantine.due() == kNow + 86'400'000 - kDriftMs);
  CHECK(quarantine.release(kNow + 2 * 86'400'000) == std::vector<std::uint32_t>{2, 4, 3});
  CHECK(quarantine.release(kNow + 3 * 86'400'000) == std::vector<std::uint32_t>{1});
}
