// The engine driven by hand: one exchange after another, and everything that can come in between.
// tidy: long, because its cases share one device that is driven by hand
#include "tidemark/engine.h"

#include <catch2/catch_test_macros.hpp>
#include <string>
#include <utility>

#include "device.h"

using namespace tidemark;

TEST_CASE("engine: does nothing before it is started") {
  Device device;
  CHECK(device.poll().empty());
  CHECK(device.engine().status().phase == Phase::closed);
}

TEST_CASE(
    "engine: the first exchange reads, so that the hub's time is known before anything is sent") {
  Device device;
  device.write(0);
  device.engine().start(1, device.now);
  CHECK(device.poll() == "open load status");
  REQUIRE(device.load() == Errc::ok);
  CHECK(device.poll() == "pull");
  device.answer(device.reply());
  CHECK(device.poll() == "commit");
  device.commit(0);
  CHECK(device.poll() == "load");
  REQUIRE(device.load() == Errc::ok);
  CHECK(device.poll() == "full");
  device.answer(device.reply());
  device.poll();
  device.commit(1);
  CHECK(device.poll() == "status wake");
  CHECK(device.engine().status() == Status{Phase::idle, 0, device.now, Errc::ok, true});
}

TEST_CASE("engine: says synced only when nothing is pending and nothing is left to read") {
  Device device;
  device.engine().start(0, device.now);
  device.poll();
  REQUIRE(device.load() == Errc::ok);
  device.poll();
  Reply more = device.reply();
  more.more = true;
  device.answer(more);
  device.poll();
  device.commit(0);
  CHECK(device.engine().status().last_synced_at == 0);
  CHECK(device.poll() == "load");
  device.exchange();
  CHECK(device.engine().status().last_synced_at == device.now);
}

TEST_CASE("engine: an edit made while its push is in flight is sent next") {
  Device device;
  device.connect();
  device.write(0);
  device.now += 20;
  CHECK(device.poll() == "load status");
  REQUIRE(device.load() == Errc::ok);
  CHECK(device.poll() == "full");
  device.write(0);
  CHECK(device.engine().status().pending == 2);
  device.answer(device.reply());
  device.poll();
  device.commit(1);
  CHECK(device.engine().status().pending == 1);
  CHECK(device.poll() == "load status");
}

TEST_CASE("engine: a reply counts once, and only the current request's") {
  Device device;
  device.connect();
  device.engine().sync_now(device.now);
  CHECK(device.poll() == "load status");
  REQUIRE(device.load() == Errc::ok);
  CHECK(device.poll() == "pull");
  const Ticket request = device.ticket;
  device.fail(Errc::timeout);
  device.answer(device.reply());
  CHECK(device.engine().status().phase == Phase::waiting);
  device.now += 1000;
  CHECK(device.poll() == "load status");
  REQUIRE(device.load() == Errc::ok);
  CHECK(device.poll() == "pull");
  CHECK(device.ticket != request);
  const Ticket sent = device.ticket;
  device.answer(device.reply());
  CHECK(device.poll() == "commit");
  const Ticket committing = std::exchange(device.ticket, sent);
  device.answer(device.reply());
  device.ticket = committing;
  CHECK(device.poll().empty());
  device.commit(0);
  device.engine().handle_committed(committing, 0, 0, device.now, kMost);
  CHECK(device.poll() == "status wake");
}

TEST_CASE("engine: a local write waits for company, news do not") {
  Device device;
  device.connect();
  device.write(0);
  CHECK(device.poll() == "status wake");
  CHECK(device.wake == device.now + Config{}.push_delay_ms);
  device.engine().handle_poke(device.now);
  CHECK(device.poll() == "load status");
}

TEST_CASE("engine: failures are retried with growing waits, and never give up") {
  Device device;
  device.connect();
  device.write(0);
  device.now += 20;
  std::int64_t last_wait = 0;
  WallMs failed_at = device.now;
  for (int attempt = 0; attempt < 50; ++attempt) {
    // In between, only the watchdog wakes it.
    while (device.poll().find("load") == std::string::npos) device.now = device.wake;
    const auto wait = device.now - failed_at;
    CHECK(wait >= last_wait);
    last_wait = wait;
    REQUIRE(device.load() == Errc::ok);
    CHECK(device.poll().starts_with("full"));
    device.fail(Errc::network);
    failed_at = device.now;
    device.poll();
    const bool stalled = device.now - kNow >= Config{}.stall_ms;
    CHECK(device.engine().status().phase == (stalled ? Phase::stalled : Phase::waiting));
    CHECK(device.engine().status().error == Errc::network);
  }
  CHECK(last_wait == Config{}.backoff_ms_max);
  while (device.poll().find("load") == std::string::npos) device.now = device.wake;
  device.exchange();
  CHECK(device.engine().status().error == Errc::ok);
  CHECK(device.engine().status().pending == 0);
}

TEST_CASE("engine: a busy writer does not shorten the wait of a retry") {
  Device device;
  device.connect();
  device.engine().sync_now(device.now);
  device.poll();
  REQUIRE(device.load() == Errc::ok);
  device.poll();
  device.fail(Errc::rate_limited, 5'000);
  device.poll();
  CHECK(device.wake == device.now + 5'000);
  device.write(0);
  CHECK(device.poll() == "status wake");
  CHECK(device.wake == device.now + 5'000);
  device.engine().sync_now(device.now);
  CHECK(device.poll() == "load status");
}

TEST_CASE("engine: after a 401 it asks for a token once more, then waits to be told") {
  Device device;
  device.connect();
  device.write(0);
  device.now += 20;
  device.poll();
  REQUIRE(device.load() == Errc::ok);
  device.poll();
  CHECK_FALSE(device.sent.refresh_token);
  device.fail(Errc::unauthorized);
  CHECK(device.poll() == "full");
  CHECK(device.sent.refresh_token);
  device.fail(Errc::unauthorized);
  CHECK(device.poll() == "close status");
  CHECK(device.engine().status() == Status{Phase::needs_auth, 1, kNow, Errc::unauthorized, true});
  device.now += 1'000'000;
  CHECK(device.poll().empty());
  device.engine().sync_now(device.now);
  CHECK(device.poll() == "open load status");
  device.exchange();
  CHECK(device.engine().status().pending == 0);
}

TEST_CASE("engine: offline it waits, back online it goes on at once") {
  Device device;
  device.connect();
  device.engine().handle_online(false, device.now);
  CHECK(device.poll() == "close status");
  CHECK(device.engine().status().phase == Phase::offline);
  device.write(0);
  device.now += 86'400'000;
  CHECK(device.poll() == "status");
  device.engine().handle_online(true, device.now);
  CHECK(device.poll() == "open load status");
}

TEST_CASE("engine: pause drops the request under way and keeps what is pending") {
  Device device;
  device.connect();
  device.write(0);
  device.now += 20;
  device.poll();
  REQUIRE(device.load() == Errc::ok);
  device.poll();
  device.engine().pause();
  CHECK(device.poll() == "close status");
  device.answer(device.reply());
  CHECK(device.poll().empty());
  CHECK(device.engine().status().pending == 1);
  device.engine().resume(device.now);
  CHECK(device.poll() == "open load status");
}

TEST_CASE("engine: a commit that ends after a pause still counts what is pending") {
  Device device;
  device.connect();
  device.write(0);
  device.now += 20;
  device.poll();
  REQUIRE(device.load() == Errc::ok);
  device.poll();
  device.answer(device.reply());
  CHECK(device.poll() == "commit");
  device.engine().pause();
  device.commit(1);
  CHECK(device.engine().status().pending == 0);
}

TEST_CASE("engine: what the hub keeps for later is tried again after a wait, not in a loop") {
  Device device;
  device.connect();
  device.write(0);
  device.now += 20;
  device.poll();
  REQUIRE(device.load() == Errc::ok);
  device.poll();
  Reply kept = device.reply();
  kept.settled = 0;
  kept.kept = 1;
  device.answer(kept);
  device.poll();
  device.commit(0);
  CHECK(device.poll() == "status wake");
  CHECK(device.wake > device.now);
}

TEST_CASE("engine: a failing store is tried again, and nothing is taken as done") {
  Device device;
  device.connect();
  device.engine().sync_now(device.now);
  device.poll();
  device.engine().handle_store_fault(device.ticket, device.now, kMost);
  CHECK(device.poll() == "status wake");
  CHECK(device.engine().status().error == Errc::store_failed);
  device.now = device.wake;
  CHECK(device.poll() == "load status");
}

TEST_CASE("engine: an endpoint that refuses everything costs no record") {
  Device device;
  device.connect();
  device.write(0);
  device.write(1);
  device.now += 20;
  for (int i = 0; i < 5; ++i) {
    device.poll();
    REQUIRE(device.load() == Errc::ok);
    device.poll();
    device.fail(Errc::bad_request);
    if (i == 0) continue;
    CHECK(device.poll().starts_with("put-off"));
    device.commit(0);
    CHECK(device.poll() == "status wake");
    CHECK(device.engine().status().error == Errc::bad_request);
    device.now = device.wake;
  }
  CHECK(device.engine().status().pending == 2);
}

TEST_CASE("engine: a batch refused whole is halved down to the record to blame") {
  Device device;
  device.connect();
  device.write(9);
  device.now += 20;
  device.poll();
  device.exchange();
  device.poll();
  for (std::uint32_t record = 0; record < 4; ++record) device.write(record);
  device.now += 20;
  for (const std::uint32_t size : {4u, 2u}) {
    device.poll();
    REQUIRE(device.load() == Errc::ok);
    CHECK(device.poll() == "full");
    CHECK(device.engine().batch().records == size);
    device.fail(Errc::too_large);
  }
  CHECK(device.poll() == "load");
  REQUIRE(device.load() == Errc::ok);
  CHECK(device.engine().batch().records == 1);
  device.poll();
  device.fail(Errc::too_large);
  CHECK(device.poll() == "refuse status");
  device.commit(1);
  CHECK(device.engine().status().pending == 3);
  CHECK(device.poll() == "load status");
  device.exchange();
  device.poll();
  device.exchange();
  CHECK(device.engine().status().pending == 0);
}

TEST_CASE("engine: a refusal of everything from the start is no record's fault") {
  Device device;
  device.write(0);
  device.engine().start(1, device.now);
  device.poll();
  REQUIRE(device.load() == Errc::ok);
  device.poll();
  device.fail(Errc::bad_request);
  CHECK(device.poll() == "status wake");
  CHECK(device.engine().status().pending == 1);
}

TEST_CASE("engine: without a live connection it polls, with one it still looks now and then") {
  Device device;
  device.connect();
  CHECK(device.wake == device.now + Config{}.poll_ms);
  device.engine().handle_live(true, device.now);
  device.engine().handle_poke(device.now);
  device.poll();
  device.exchange();
  device.poll();
  CHECK(device.wake == device.now + Config{}.poll_live_ms);
  device.engine().handle_live(false, device.now);
  device.poll();
  CHECK(device.wake == device.now + Config{}.poll_ms);
}

TEST_CASE("engine: writes of a device whose clock is wrong are moved before they meet any others") {
  Device device;
  device.hub_ahead = -3'600'000;
  device.write(0);
  device.now += 5'000;
  device.write(1);
  const Stamp first = device.stamp(0);
  device.engine().start(2, device.now);
  device.poll();
  REQUIRE(device.load() == Errc::ok);
  device.poll();
  device.answer(device.reply());
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
  device.poll();
  REQUIRE(device.load() == Errc::ok);
  device.poll();
  device.answer(device.reply());
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

TEST_CASE("engine: an outbox that was loaded for an earlier request plans nothing") {
  Device device;
  device.connect();
  device.write(0);
  device.engine().sync_now(device.now);
  CHECK(device.poll() == "load status");
  device.engine().pause();
  device.engine().resume(device.now);
  CHECK(device.load() == Errc::wrong_state);
  CHECK(device.poll() == "load");
  CHECK(device.load() == Errc::ok);
}

TEST_CASE("engine: what an earlier start wrote is not moved: it may have been sent") {
  Device device;
  device.hub_ahead = 3'600'000;
  device.write(0);
  device.engine().start(1, device.now);
  device.poll();
  REQUIRE(device.load() == Errc::ok);
  device.poll();
  device.answer(device.reply());
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
  device.poll();
  REQUIRE(device.load() == Errc::ok);
  device.poll();
  Reply refused = device.reply();
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
  device.poll();
  REQUIRE(device.load() == Errc::ok);
  device.poll();
  Reply refused = device.reply();
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
    device.poll();
    REQUIRE(device.load() == Errc::ok);
    device.poll();
    Reply refused = device.reply();
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
    device.poll();
    REQUIRE(device.load() == Errc::ok);
    device.poll();
    Reply refused = device.reply();
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
  device.poll();
  REQUIRE(device.load() == Errc::ok);
  device.poll();
  Reply refused = device.reply();
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
  device.poll();
  REQUIRE(device.load() == Errc::ok);
  device.poll();
  Reply reply = device.reply();
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
  device.poll();
  REQUIRE(device.load() == Errc::ok);
  device.poll();
  device.answer(device.reply());
  REQUIRE(device.poll() == "restamp");
  device.restamp();
  CHECK(device.stamp(0).ms() == kNow + 5'000);
  CHECK(device.stamp(1).ms() == kNow + 65'000);
}

TEST_CASE("engine: an outbox that contradicts itself is an error, and the engine goes on later") {
  Device device;
  device.connect();
  device.engine().sync_now(device.now);
  device.poll();
  const std::vector<PendingWrite> writes{{5, 0, 1}};
  CHECK(device.engine().handle_outbox(device.ticket, {writes, {}, {}}, 1, device.now, kMost) ==
        Errc::bad_input);
  CHECK(device.poll() == "status wake");
}

TEST_CASE("engine: started again after close, it owes nothing to how it ended") {
  Device device;
  device.connect();
  device.write(0);
  device.now += 20;
  device.poll();
  REQUIRE(device.load() == Errc::ok);
  device.poll();
  device.fail(Errc::unauthorized);
  device.poll();
  device.fail(Errc::unauthorized);
  device.engine().pause();
  device.poll();
  device.engine().close();
  device.poll();
  device.engine().start(1, device.now);
  CHECK(device.poll() == "open load status");
  CHECK(device.engine().status() == Status{Phase::syncing, 1, kNow, Errc::ok, true});
}

TEST_CASE("engine: closed, it asks for nothing more") {
  Device device;
  device.connect();
  device.engine().close();
  CHECK(device.poll() == "close status");
  device.engine().handle_poke(device.now);
  CHECK(device.poll().empty());
  CHECK(device.engine().status().phase == Phase::closed);
}
