// The engine and time: wrong clocks, what is stamped again, and what a hub says of both.
#include "tidemark/engine.h"

#include <catch2/catch_test_macros.hpp>

#include "device.h"

using namespace tidemark;

TEST_CASE("engine: writes of a device whose clock is wrong are moved before they meet any others") {
  Device device;
  device.hub_ahead = -3'600'000;
  device.write(0);
  device.now += 5'000;
  device.write(1);
  const Stamp first = device.stamp(0);
  device.engine().start(2, device.now);
  device.answer(device.request());
  CHECK(device.poll() == "restamp");
  device.restamp();
  CHECK(device.stamp(0).ms() == first.ms() - 3'600'000);
  CHECK(device.stamp(1).ms() == first.ms() - 3'600'000 + 5'000);
  CHECK(device.stamp(0).node == Node{8});
  CHECK(device.poll() == "load");
}

TEST_CASE("engine: stamping again is tried until it succeeds, before anything is sent") {
  Device device;
  device.hub_ahead = 3'600'000;
  device.write(0);
  device.engine().start(1, device.now);
  device.answer(device.request());
  CHECK(device.poll() == "restamp");
  device.engine().handle_store_fault(device.ticket, device.now, kMost);
  CHECK(device.poll() == "status wake");
  device.now = device.wake;
  CHECK(device.poll() == "restamp status");
  device.engine().pause();
  device.engine().resume(device.now);
  CHECK(device.poll() == "restamp");
  device.restamp();
  CHECK(device.stamp(0).ms() > kNow + 3'000'000);
  CHECK(device.poll() == "load");
}

TEST_CASE("engine: what an earlier start wrote is not moved: it may have been sent") {
  Device device;
  device.hub_ahead = 3'600'000;
  device.write(0);
  device.engine().start(1, device.now);
  device.answer(device.request());
  const Stamp earlier{std::uint64_t{1000} << 16, Node{3}};
  CHECK(*device.engine().restamp(earlier, 1, device.now) == earlier);
}

TEST_CASE("engine: a clock that ran ahead starts over from what the hub accepted") {
  Device device;
  device.connect();
  const Stamp accepted{static_cast<std::uint64_t>(kNow + 5) << 16, Node{1}};
  device.engine().handle_clock(31'536'000'000, accepted, false, Node{0});
  device.write(0);
  CHECK(device.stamp(0).ms() > kNow + 31'000'000'000);
  device.now += 20;
  Reply refused = device.request();
  refused.settled = 0;
  refused.clock_refused = 1;
  refused.accepted = accepted;
  device.answer(refused);
  CHECK(device.poll() == "commit");
  device.commit(0);
  CHECK(device.poll() == "restamp");
  device.restamp();
  CHECK(device.stamp(0) > accepted);
  CHECK(device.stamp(0).ms() <= device.now + 1);
  CHECK(device.stamp(0).node == Node{8});
  CHECK(device.poll() == "load status");
}

TEST_CASE("engine: what the hub takes all the same keeps its stamp") {
  Device device;
  device.connect();
  device.write(0);
  device.now += 10;
  device.write(1);
  const Stamp fine = device.stamp(0);
  const Stamp late = device.stamp(1);
  device.now += 20;
  Reply refused = device.request();
  refused.settled = 0;
  refused.clock_refused = 2;
  refused.fine_until = late.ms() - 1;
  device.answer(refused);
  device.poll();
  device.commit(0);
  device.poll();
  device.restamp();
  CHECK(device.stamp(0) == fine);
  CHECK(device.stamp(1) > late);
  CHECK(device.stamp(1).node == Node{8});
}

TEST_CASE("engine: a hub that refuses again what it said to take is not believed") {
  Device device;
  device.connect();
  device.write(0);
  const Stamp refused_stamp = device.stamp(0);
  device.now += 20;
  for (const bool kept : {true, false}) {
    Reply refused = device.request();
    refused.settled = 0;
    refused.clock_refused = 1;
    refused.fine_until = refused_stamp.ms();
    device.answer(refused);
    device.poll();
    device.commit(0);
    device.poll();
    device.restamp();
    CHECK((device.stamp(0) == refused_stamp) == kept);
    device.poll();
    device.now = device.wake > device.now ? device.wake : device.now + 60'000;
  }
}

TEST_CASE("engine: a hub that finds every clock ahead is asked again after a wait, not in a loop") {
  Device device;
  device.connect();
  device.write(0);
  device.now += 20;
  for (int refusals = 0; refusals < 2; ++refusals) {
    Reply refused = device.request();
    refused.settled = 0;
    refused.clock_refused = 1;
    device.answer(refused);
    device.poll();
    device.commit(0);
    device.poll();
    device.restamp();
  }
  CHECK(device.poll() == "status wake");
  CHECK(device.wake > device.now);
  CHECK(device.engine().status().error == Errc::clock_ahead);
}

TEST_CASE("engine: all is read before the pending stamps change, and nothing is sent meanwhile") {
  Device device;
  device.connect();
  device.write(0);
  device.now += 20;
  Reply refused = device.request();
  refused.settled = 0;
  refused.clock_refused = 1;
  refused.more = true;
  device.answer(refused);
  CHECK(device.poll() == "commit");
  device.commit(0);
  CHECK(device.poll() == "load");
  REQUIRE(device.load() == Errc::ok);
  CHECK(device.poll() == "pull");
  device.answer(device.reply());
  CHECK(device.poll() == "commit");
  device.commit(0);
  CHECK(device.poll() == "restamp");
}

TEST_CASE("engine: a hub that shows a stamp of the far future does not drag the clock along") {
  Device device;
  device.engine().start(0, device.now);
  Reply reply = device.request();
  reply.accepted = {static_cast<std::uint64_t>(kNow + 31'536'000'000) << 16, Node{1}};
  device.answer(reply);
  CHECK(device.engine().accepted() == Stamp{});
  CHECK(device.engine().reserve(1, device.now)->ms() == device.now);
}

TEST_CASE("engine: restored, its stamps go on after everything known") {
  Device device;
  const Stamp accepted{static_cast<std::uint64_t>(kNow + 1000) << 16, Node{1}};
  const Stamp newest{static_cast<std::uint64_t>(kNow + 2000) << 16, Node{2}};
  device.engine().restore(accepted, newest, 0);
  CHECK(*device.engine().reserve(1, kNow) > newest);
  CHECK(device.engine().accepted() == accepted);
}

TEST_CASE(
    "engine: a clock set back behind what the hub accepted still keeps the times between writes") {
  constexpr WallMs kHour = 3'600'000;
  Device device;
  device.engine().restore({static_cast<std::uint64_t>(kNow) << 16, Node{1}}, {}, 0);
  // Five seconds after that stamp, by a clock that is an hour behind since.
  device.now = kNow + 5'000 - kHour;
  device.hub_ahead = kHour;
  device.write(0);
  // The session starts after the first write: with what was saved.
  device.engine().restore({static_cast<std::uint64_t>(kNow) << 16, Node{1}}, {}, 0);
  device.now += 60'000;
  device.write(1);
  device.engine().start(2, device.now);
  device.answer(device.request());
  REQUIRE(device.poll() == "restamp");
  device.restamp();
  CHECK(device.stamp(0).ms() == kNow + 5'000);
  CHECK(device.stamp(1).ms() == kNow + 65'000);
}
