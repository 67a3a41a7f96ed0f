// The session's answers to what goes wrong for long: what it tries, and what it keeps from sending.
// tidy: long, because the cases share what brings a session into a state
#include <catch2/catch_test_macros.hpp>
#include <utility>

#include "device.h"
#include "parting.h"

using namespace tidemark;

namespace {

constexpr WallMs kStall = Config{}.stall_ms;
constexpr std::int64_t kHour = 3'600'000;

// Up to the request of an exchange that has something to push.
void push(Device& device) {
  device.write(0);
  device.now += 20;
  device.poll();
  REQUIRE(device.load() == Errc::ok);
  REQUIRE(device.poll().starts_with("full"));
}

// The endpoint answers what was asked for, and takes nothing.
void keep(Device& device) {
  REQUIRE(device.load() == Errc::ok);
  device.poll();
  Reply kept = device.reply();
  kept.kept = std::exchange(kept.settled, 0);
  device.answer(kept);
  device.poll();
  device.commit(0);
}

// A device that has something to push, to an endpoint that does not take it.
void connect_in_vain(Device& device) {
  device.connect();
  device.write(0);
  device.now += 20;
  REQUIRE(device.poll().starts_with("load"));
  keep(device);
}

// What is asked for once nothing has moved for so long; exchanges do not help.
std::string stall(Device& device) {
  device.now += kStall;
  const std::string asked = device.poll();
  if (asked.find("load") != std::string::npos) keep(device);
  return asked;
}

}  // namespace

TEST_CASE("session: a push names its turn, and the turns before it until one is answered") {
  Device device;
  device.connect();
  push(device);
  const Turn first = device.sent.turn;
  CHECK(first != 0);
  CHECK(device.sent.turns_before == std::array<Turn, kTurnsMax>{});
  device.fail(Errc::timeout);
  device.now += Config{}.backoff_ms_max;
  device.request();
  CHECK(device.sent.turns_before == std::array<Turn, kTurnsMax>{0, first});
  const Turn second = device.sent.turn;
  device.answer(device.reply());
  device.poll();
  device.commit(1);
  push(device);
  CHECK(device.sent.turns_before == std::array<Turn, kTurnsMax>{second});
}

TEST_CASE("session: what only reads takes no turn") {
  Device device;
  device.connect();
  device.engine().sync_now(device.now);
  device.poll();
  REQUIRE(device.load() == Errc::ok);
  CHECK(device.poll() == "pull");
  CHECK(device.sent.turn == 0);
}

TEST_CASE("session: until all is read from the beginning, nothing is left out and nothing pushed") {
  Device device;
  device.write(0);
  device.engine().start(1, device.now, true);
  device.poll();
  for (const bool more : {true, false}) {
    REQUIRE(device.load() == Errc::ok);
    CHECK(device.poll().starts_with("pull"));
    CHECK(device.sent.whole);
    Reply page = device.reply();
    page.more = more;
    device.answer(page);
    device.poll();
    device.commit(0);
    device.poll();
  }
  REQUIRE(device.load() == Errc::ok);
  CHECK(device.poll().starts_with("full"));
  CHECK_FALSE(device.sent.whole);
}

TEST_CASE("session: paused while the store resets or starts over, it reads from the beginning") {
  for (const bool starts_over : {false, true}) {
    Device device;
    if (starts_over) {
      connect_in_vain(device);
      for (int i = 0; i < 3; ++i) stall(device);
      REQUIRE(stall(device).starts_with("start-over"));
    } else {
      device.connect();
      push(device);
      Reply reset = device.reply();
      reset.settled = 0;
      reset.reset = true;
      device.answer(reset);
      REQUIRE(device.poll().starts_with("commit"));
    }
    device.engine().pause();
    device.commit(0);
    device.engine().resume(device.now);
    device.poll();
    REQUIRE(device.load() == Errc::ok);
    CHECK(device.poll().starts_with("pull"));
    CHECK(device.sent.whole);
  }
}

TEST_CASE("session: a push that is about to be sent keeps its turn under another node") {
  Device device;
  device.connect();
  device.write(0);
  device.now += 20;
  device.poll();
  REQUIRE(device.load() == Errc::ok);
  device.engine().handle_clock(0, {}, true, Node{9});
  CHECK(device.poll() == "full");
  CHECK(device.sent.turn != 0);
  CHECK(device.sent.turns_before == std::array<Turn, kTurnsMax>{});
}

TEST_CASE("session: what only the app can mend waits for it, and says what it is") {
  for (const auto& [code, phase] : {std::pair{Errc::schema_outdated, Phase::outdated},
                                    std::pair{Errc::account_mismatch, Phase::wrong_account}}) {
    Device device;
    device.connect();
    push(device);
    device.fail(code);
    CHECK(device.poll() == "close status");
    CHECK(device.engine().status().phase == phase);
    CHECK(device.engine().status().error == code);
    device.now += kStall;
    device.engine().handle_poke(device.now);
    CHECK(device.poll().empty());
    device.engine().sync_now(device.now);
    CHECK(device.poll() == "open load status");
  }
}

TEST_CASE("session: where nothing moves it tries again, anew, by digests, from the beginning") {
  Device device;
  connect_in_vain(device);
  CHECK(stall(device).starts_with("load"));
  CHECK(device.engine().status().phase == Phase::stalled);
  CHECK_FALSE(device.sent.refresh_token);
  CHECK(stall(device).starts_with("load"));
  CHECK(device.sent.call == Call::pull);
  CHECK(device.sent.refresh_token);
  CHECK(stall(device).starts_with("verify"));
  CHECK(stall(device).starts_with("start-over"));
  device.commit(0);
  CHECK(device.poll().starts_with("load"));
  keep(device);
  CHECK(device.sent.whole);
  CHECK(stall(device).starts_with("load"));
}

TEST_CASE("session: what moves at last is stalled no more") {
  Device device;
  connect_in_vain(device);
  device.now += kStall;
  CHECK(device.poll().starts_with("load"));
  device.exchange();
  CHECK(device.engine().status() == Status{Phase::idle, 0, device.now, Errc::ok, true});
}

TEST_CASE("session: a store that takes long is not asked again, whatever it is at") {
  Device device;
  device.hub_ahead = kHour;
  device.write(0);
  device.engine().start(1, device.now);
  device.answer(device.request());
  REQUIRE(device.poll().starts_with("restamp"));
  for (int i = 0; i < 4; ++i) {
    device.now += kStall;
    CHECK(device.poll().find("restamp") == std::string::npos);
  }
  CHECK(device.engine().status().phase == Phase::stalled);
  device.restamp();
  CHECK(device.poll().starts_with("load"));
}

TEST_CASE("session: to start over is not asked for twice at a time") {
  Device device;
  connect_in_vain(device);
  for (int i = 0; i < 3; ++i) stall(device);
  REQUIRE(stall(device).starts_with("start-over"));
  for (int i = 0; i < 4; ++i) CHECK(stall(device) == "wake");
  device.commit(0);
  CHECK(device.poll().starts_with("load"));
}

TEST_CASE("session: stalled and then without a network, it is offline") {
  Device device;
  connect_in_vain(device);
  stall(device);
  REQUIRE(device.engine().status().phase == Phase::stalled);
  device.engine().handle_online(false, device.now);
  CHECK(device.engine().status().phase == Phase::offline);
}

TEST_CASE("session: without any time to stall there is an end to what it asks for") {
  Config config;
  config.stall_ms = 0;
  Engine engine(config, Node{7});
  engine.start(1, kNow);
  int outputs = 0;
  for (auto output = engine.poll(kNow); output && outputs < 10; output = engine.poll(kNow)) {
    if (const auto* wake = std::get_if<Wake>(&*output)) {
      CHECK(wake->at > kNow);
      break;
    }
    ++outputs;
  }
  CHECK(outputs == 3);
}

TEST_CASE("engine: started over by another context, it goes on under the new node") {
  Device device;
  device.connect();
  device.write(0);
  const Stamp accepted{static_cast<std::uint64_t>(kNow - kHour) << 16, Node{1}};
  device.engine().handle_clock(-kHour, accepted, true, Node{9});
  device.write(1);
  CHECK(device.stamp(1).node == Node{9});
  CHECK(device.stamp(1) > accepted);
  CHECK(device.stamp(1).ms() == kNow - kHour);
}

TEST_CASE("engine: about to move to a node of its own, it takes no other context's") {
  Device device;
  device.hub_ahead = kHour;
  device.write(0);
  device.engine().start(1, device.now);
  device.answer(device.request());
  device.engine().handle_clock(kHour, {}, true, Node{9});
  REQUIRE(device.poll() == "restamp");
  CHECK(device.engine().clock().node() == Node{8});
}

TEST_CASE("engine: what a hub accepted while its clock was ahead is no ground to stand on") {
  Device device;
  device.hub_ahead = kHour;
  device.connect();
  push(device);
  Reply taken = device.reply();
  taken.accepted = device.stamp(0);
  REQUIRE(taken.accepted.ms() > kNow + kHour - 1'000);
  device.answer(taken);
  device.poll();
  device.commit(1);
  device.hub_ahead = 0;
  push(device);
  Reply refused = device.reply();
  refused.clock_refused = std::exchange(refused.settled, 0);
  device.answer(refused);
  device.poll();
  device.commit(0);
  REQUIRE(device.poll() == "restamp");
  device.restamp();
  CHECK(device.stamp(0).ms() == device.now);
}

TEST_CASE("engine: a store's late answers move nothing") {
  Device device;
  device.hub_ahead = kHour;
  device.write(0);
  device.engine().start(1, device.now);
  device.answer(device.request());
  device.poll();
  device.commit(0);
  REQUIRE(device.poll() == "restamp");
  const Ticket late = device.ticket;
  device.engine().pause();
  device.engine().handle_restamped(late, device.now, kMost);
  device.engine().handle_store_fault(late, device.now, kMost);
  CHECK(device.engine().status().error == Errc::ok);
  CHECK(device.engine().clock().node() == Node{8});
  device.engine().resume(device.now);
  device.poll();
  CHECK(device.ticket != late);
  device.restamp();
  CHECK(device.stamp(0).ms() == kNow + kHour);
}

TEST_CASE("engine: it can be put in the place of another") {
  Engine engine({}, Node{1});
  Engine other({}, Node{2});
  engine = std::move(other);
  CHECK(engine.clock().node() == Node{2});
  CHECK(engine.reserve(1, kNow)->node == Node{2});
}

TEST_CASE("parting: with nowhere to go, a stamp is one of now") {
  Clock clock(Node{1});
  Parting parting;
  const auto stamp = parting.restamp(clock, {}, 1, kNow);
  CHECK(stamp->ms() == kNow);
  CHECK(stamp->node == Node{1});
}
