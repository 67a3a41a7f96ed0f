// Devices whose clock is wrong, and what their writes are worth: in virtual time.
#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <memory>

#include "device.h"
#include "faulty_store.h"

using namespace tidemark;
using namespace tests;

namespace {

constexpr std::int64_t kHour = 3'600'000;

DeviceOptions ahead(std::int64_t ms) {
  DeviceOptions options;
  options.ahead_ms = ms;
  return options;
}

Row titled(const std::string& title) { return {{"title", '"' + title + '"'}}; }

}  // namespace

TEST_CASE("what was written before the first answer is stamped again, and not refused") {
  for (const std::int64_t by : {kHour, -kHour}) {
    CAPTURE(by);
    World world;
    Device a(world, ahead(by));
    a.put("1", kMilk);
    a.put("2", kMilk);
    REQUIRE(a.client().sync().ok());
    CHECK(world.hub.view().size() == 2);
    for (const Change& change : a.pushed()) {
      CHECK(change.stamp.ms() > world.now_ms - 10'000);
      CHECK(change.stamp.ms() <= world.now_ms);
    }
    // Once known, the store stamps with it.
    a.put("3", kMilk);
    REQUIRE(a.client().sync().ok());
    CHECK(a.pushed().front().stamp.ms() > world.now_ms - 10'000);
    CHECK(a.pushed().front().stamp.ms() <= world.now_ms + 1'000);
  }
}

TEST_CASE("a wrong clock wins with a later write, and loses with an earlier one") {
  for (const std::int64_t by : {kHour, -kHour}) {
    CAPTURE(by);
    World world;
    Device wrong(world, ahead(by));
    Device right(world);
    wrong.put("1", titled("first"));
    pass({&wrong, &right}, 30'000);
    right.update("1", titled("right"));
    pass({&right, &wrong}, 2'000);
    wrong.update("1", titled("wrong, later"));
    pass({&right, &wrong}, 60'000);
    CHECK(world.hub.view().at("1") == titled("wrong, later"));
    wrong.update("1", titled("wrong, earlier"));
    pass({&wrong, &right}, 2'000);
    right.update("1", titled("right, later"));
    pass({&right, &wrong}, 60'000);
    CHECK(wrong.get("1") == titled("right, later"));
    CHECK(right.get("1") == titled("right, later"));
  }
}

TEST_CASE("a clock that jumps ahead while it is in use is refused, corrected, and all is sent") {
  World world;
  Device a(world);
  a.put("1", titled("before"));
  REQUIRE(a.client().sync().ok());
  a.host.ahead_ms = kHour;
  a.put("2", titled("first"));
  a.update("2", titled("second"));
  a.update("1", titled("third"));
  until_quiet({&a});
  CHECK(world.hub.view().at("2") == titled("second"));
  CHECK(world.hub.view().at("1") == titled("third"));
  CHECK(a.client().dead_letters()->empty());
  for (const Change& change : a.pushed()) CHECK(change.stamp.ms() <= world.now_ms + 60'000);
  // What follows is right, and under the new node.
  a.put("3", kMilk);
  REQUIRE(a.client().sync().ok());
  CHECK(a.pushed().front().stamp.node == a.network.sent.back().full.node);
  CHECK(a.pushed().front().stamp.ms() <= world.now_ms + 1'000);
}

TEST_CASE("a fault of the store while it stamps again loses nothing, and it stamps again") {
  World world;
  auto faults = std::make_shared<StoreFaults>();
  DeviceOptions options = ahead(kHour);
  options.wrap = [&](auto store) { return faulty_store(std::move(store), faults); };
  Device a(world, options);
  int failed = 0;
  faults->fails = [&](std::string_view call) { return call == "restamp" && ++failed <= 2; };
  a.put("1", kMilk);
  until_quiet({&a});
  CHECK(failed == 3);
  CHECK(world.hub.view().size() == 1);
  CHECK(a.pushed().front().stamp.ms() <= world.now_ms);
}

TEST_CASE("a clock that the hub accepted once is caught up with after a restart") {
  World world;
  Device a(world);
  a.put("1", kMilk);
  REQUIRE(a.client().sync().ok());
  const Stamp accepted = *a.state().clock;
  a.host.ahead_ms = -kHour;
  a.restart();
  a.put("2", kMilk);
  CHECK(a.state().newest > accepted);
  CHECK(a.state().newest->ms() >= accepted.ms());
  REQUIRE(a.client().sync().ok());
  CHECK(a.pushed().front().stamp.ms() <= world.now_ms);
  CHECK(world.hub.view().size() == 2);
}
