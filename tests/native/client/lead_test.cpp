// The lead of a database that two programs sync: each takes it back, and they make room for each
// other; in virtual time.
#include <algorithm>
#include <catch2/catch_test_macros.hpp>

#include "client/lead_retry.h"
#include "device.h"

using namespace tidemark;
using namespace tests;
using client::LeadRetry;

TEST_CASE("two programs that go on leading make room for each other, and nothing is lost") {
  World world;
  Device a(world);
  const auto other = testing::memory_store(a.database);
  pass({&a}, 1'000);
  constexpr int kTimes = 120;
  std::int64_t first = 0;
  std::int64_t last = 0;
  for (int i = 0; i < kTimes; ++i) {
    last = *other->lead({.node = Node{7}, .after = {}});
    if (i == 0) first = last;
    a.put(std::to_string(i), kMilk);
    pass({&a}, 1'000);
  }
  const std::int64_t taken_back = last - first - (kTimes - 1);
  CHECK(taken_back >= 2);
  CHECK(taken_back <= 9);
  pass({&a}, 70'000);
  CHECK(world.hub.view().size() == kTimes);
  CHECK(a.status().error == Errc::ok);
}

TEST_CASE("the lead is taken back at once, then later and later, and after a calm at once again") {
  LeadRetry retry;
  WallMs now = 1'700'000'000'000;
  CHECK(retry.is_first(now));
  retry.soon(now);
  CHECK(retry.is_due(now));
  for (int i = 0; i < 10; ++i) {
    CHECK(!retry.is_first(now));
    retry.later(now, 0);
    CHECK(*retry.at() - now == std::min(client::kLeadRetryMsMax, std::int64_t{1'000} << i));
    CHECK(!retry.is_due(now));
    now = *retry.at();
    CHECK(retry.is_due(now));
  }
  CHECK(!retry.is_first(now + client::kLeadCalmMs));
  CHECK(retry.is_first(now + client::kLeadCalmMs + 1));
}

TEST_CASE("a clock that is set back does not keep the lead away") {
  LeadRetry retry;
  const WallMs now = 1'700'000'000'000;
  retry.later(now, 499);
  CHECK(*retry.at() == now + client::kLeadRetryMsBase + 499);
  CHECK(!retry.is_due(now - 1'000));
  CHECK(retry.is_due(now - 3'600'000));
}
